"""The admin's other views: settings for everyone, retention, the audit log, messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.shared import revisions
from slackapp import blocks
from slackapp.blocks import Block, View, option
from slackapp.core import i18n
from slackapp.core.i18n import Voice, translatable
from slackapp.models import AuditEntry, Retention
from slackapp.workspace.audit_log import COMMAND_LINE, THE_APP, Action

SETTINGS, KEEPING = "office_settings", "office_keeping"
AUDIT, MESSAGES = "office_audit", "office_messages"
SETTINGS_FORM, KEEPING_FORM = "office_settings_form", "office_keeping_form"
AUDIT_TURN, MESSAGES_TURN, SEND_AGAIN, SEND_ALL_AGAIN, LEAVE = (
    "office_audit_turn",
    "office_messages_turn",
    "office_send_again",
    "office_send_all_again",
    "office_leave",
)
LANGUAGE, ZONE, NATION, READ, ADMINS = "for_language", "for_zone", "for_nation", "for_digests", "for_admins"
AUDIT_PAGE = 15
SLACK = "Slack"
"""The actor of what Slack reports, such as the removal of the app."""
_MOST_ADMINS = 20

_NATIONS = {
    "ENG": translatable("England"),
    "WLS": translatable("Wales"),
    "SCT": translatable("Scotland"),
    "NIR": translatable("Northern Ireland"),
}
_KEPT = {
    "recognitions_months": translatable("Thank-yous and their words, in months"),
    "figures_months": translatable("Figures of check-ins and digests, in months"),
    "comments_months": translatable("Comments of check-ins, in months"),
    "messages_months": translatable("Which messages were sent, in months"),
    "audit_months": translatable("Who changed what, in months"),
    "after_uninstall_days": translatable("Everything, after the app was taken away, in days"),
}
CHECK_INS, DIGESTS, OTHERS = "check-ins", "digests", "others"
KINDS = {
    CHECK_INS: translatable("Check-ins and reminders: {n}."),
    DIGESTS: translatable("Digests: {n}."),
    # Not divided further: an admin is not to learn who was thanked.
    OTHERS: translatable("Other messages: {n}."),
}
DEEDS = {
    Action.EXPORTED: translatable("{who} exported what is kept about somebody."),
    Action.ERASED: translatable("{who} erased somebody."),
    Action.HELD: translatable("{who} placed a legal hold."),
    Action.RELEASED: translatable("{who} lifted a legal hold."),
    Action.SETTING: translatable("{who} changed a setting: {subject}."),
    Action.COMMENT_HIDDEN: translatable("{who} hid a comment."),
    Action.COMMENT_SHOWN: translatable("{who} showed a comment again."),
    Action.TEAM_MADE: translatable("{who} made a team: {subject}."),
    Action.TEAM_CHANGED: translatable("{who} changed a team: {subject}."),
    Action.PROPOSAL_ACCEPTED: translatable("{who} accepted what was proposed for a team: {subject}."),
    Action.PROPOSAL_DECLINED: translatable("{who} declined what was proposed for a team: {subject}."),
    Action.OBSTACLE_SENT: translatable("{who} sent an obstacle up: {subject}."),
    Action.OBSTACLE_CHANGED: translatable("{who} changed an obstacle: {subject}."),
    Action.OBSTACLE_WITHDRAWN: translatable("{who} took an obstacle back: {subject}."),
    Action.OBSTACLE_ANSWERED: translatable("{who} answered an obstacle: {subject}."),
    Action.OBSTACLE_PASSED: translatable("{who} passed an obstacle up: {subject}."),
    Action.HANDED_ON: translatable("{who} handed a team's earlier digests on: {subject}."),
    Action.QUESTION_ADDED: translatable("{who} added a question of your own."),
    Action.QUESTION_MOVED: translatable("{who} moved a question of your own up."),
    Action.QUESTION_RETIRED: translatable("{who} took a question of your own away."),
    Action.FIGURES_LOADED: translatable("{who} loaded official figures."),
    Action.TEAM_PEOPLE: translatable("{who} changed who belongs to a team: {subject}."),
    Action.TEAM_ENDED: translatable("{who} ended a team: {subject}."),
    Action.TEAMS_MERGED: translatable("{who} merged two teams: {subject}."),
    Action.TEAMS_IMPORTED: translatable("{who} imported teams."),
    Action.INSTALLED: translatable("{who} installed the app."),
    Action.UNINSTALLED: translatable("{who} took the app away."),
    Action.SENT_AGAIN: translatable("{who} sent a message again."),
    Action.LEFT: translatable("{who} let a message be."),
    Action.ADMIN_NAMED: translatable("{who} named an admin."),
    Action.ADMIN_UNNAMED: translatable("{who} named somebody an admin no more."),
    Action.RETAINED: translatable("{who} deleted what was kept long enough: {subject}."),
}


@dataclass(frozen=True, slots=True)
class CurrentSettings:
    """Settings of the whole workspace. `admins` are Slack ids of people named here, not Slack's admins."""

    language: str
    zone: str
    nation: str
    admins_read: bool
    admins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The reader's own pseudonym, and the names of teams by id; other pseudonyms are shown as they are."""

    own: str
    teams: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UnknownMessage:
    """A message of unknown outcome: its id, where it went, and when it was tried last."""

    id: str
    target: str
    tried: datetime | None


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many messages of one kind are of unknown outcome; `kind` is a key of KINDS."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class UnknownMessages:
    """Messages of unknown outcome: a page of them and one more, and how many there are of each kind."""

    messages: Sequence[UnknownMessage]
    kinds: Sequence[KindCount]


def settings_form(say: Voice, current: CurrentSettings) -> View:
    """Settings for everyone."""
    languages = [option(language, i18n.language_name(language)) for language in i18n.languages()]
    nations = [option(code, say(name)) for code, name in _NATIONS.items()]
    return {
        "type": "modal",
        "callback_id": SETTINGS_FORM,
        "private_metadata": revisions.carried(shown(current)),
        "title": blocks.plain(say("For everyone")),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": [
            _input(
                say("Language of those who have chosen none"),
                LANGUAGE,
                _one_of("radio_buttons", LANGUAGE, languages, current.language),
            ),
            _input(say("Time zone"), ZONE, _zone(current)),
            _input(
                say("Whose bank holidays count?"),
                NATION,
                _one_of("static_select", NATION, nations, current.nation),
            ),
            _optional(
                say("Digests"),
                READ,
                _read(say, current),
                hint=say("Otherwise each team's leader reads its digest, and whoever leads above."),
            ),
            _optional(
                say("Who else looks after Appreciate?"),
                ADMINS,
                _admins(current),
                hint=say("The admins of this Slack workspace always do."),
            ),
        ],
    }


def shown(current: CurrentSettings) -> revisions.Fields:
    """The settings as the form carries them, to tell later what was changed in it."""
    return {
        LANGUAGE: current.language,
        ZONE: current.zone,
        NATION: current.nation,
        READ: "yes" if current.admins_read else "",
        ADMINS: " ".join(sorted(current.admins)),
    }


def display(say: Voice, field: str, value: str) -> str:
    """A setting's value in words."""
    if field == LANGUAGE:
        return i18n.language_name(value)
    return say(_NATIONS[value]) if field == NATION else value


def limits_shown(retention: Retention) -> revisions.Fields:
    """How long things are kept, as the form carries it."""
    return {name: str(getattr(retention, name)) for name in _KEPT}


def _zone(current: CurrentSettings) -> Block:
    return {
        "type": "external_select",
        "action_id": ZONE,
        "min_query_length": 1,
        "initial_option": option(current.zone, current.zone),
    }


def _read(say: Voice, current: CurrentSettings) -> Block:
    box = option("yes", say("Admins may read the digest of every team"))
    boxes: Block = {"type": "checkboxes", "action_id": READ, "options": [box]}
    return boxes | ({"initial_options": [box]} if current.admins_read else {})


def _admins(current: CurrentSettings) -> Block:
    people: Block = {"type": "multi_users_select", "action_id": ADMINS, "max_selected_items": _MOST_ADMINS}
    return people | ({"initial_users": list(current.admins)} if current.admins else {})


def keeping_form(say: Voice, retention: Retention, limits: Mapping[str, tuple[int, int]]) -> View:
    """How long each kind of record is kept."""
    layout = [blocks.section(say("What has been kept for so long is deleted every night."))]
    for name, label in _KEPT.items():
        least, most = limits[name]
        element: Block = {
            "type": "number_input",
            "action_id": name,
            "is_decimal_allowed": False,
            "initial_value": str(getattr(retention, name)),
            "min_value": str(least),
            "max_value": str(most),
        }
        hint = say("From {least} to {most}.", least=least, most=most)
        layout.append(_input(say(label), name, element) | {"hint": blocks.plain(hint)})
    return {
        "type": "modal",
        "callback_id": KEEPING_FORM,
        "private_metadata": revisions.carried(limits_shown(retention)),
        "title": blocks.plain(say("How long it is kept")),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": layout,
    }


def audit_log(say: Voice, zone: str, entries: Sequence[AuditEntry], names: Names, *, skip: int) -> View:
    """Who changed what, newest first; `entries` holds one more than a page when there are more."""
    layout = [blocks.section(say("Who changed what, never what anyone said. People stand here as marks."))]
    layout += [_changed(say, zone, entry, names) for entry in entries[:AUDIT_PAGE]]
    if not entries:
        layout.append(blocks.section(say("Nothing was changed yet.")))
    layout += blocks.pager(say, AUDIT_TURN, skip=skip, page=AUDIT_PAGE, total=skip + len(entries))
    return blocks.notice(say, say("Who changed what"), layout)


def messages(say: Voice, zone: str, unknown: UnknownMessages, *, page: int, skip: int) -> View:
    """Messages of unknown outcome, a page at a time."""
    warning = say(
        "We can't tell if Slack delivered these. Check before sending again: somebody may get one twice."
    )
    nothing = say("There is no such message. All well.")
    layout = [blocks.section(warning if unknown.messages else nothing)]
    layout += [block for count in unknown.kinds for block in _all_of(say, count)]
    for message in unknown.messages[:page]:
        when = say.moment(message.tried, zone) if message.tried else ""
        layout += [
            blocks.section(_where(say, message.target)),
            *([blocks.context(say("Tried on {moment}.", moment=when))] if when else []),
            blocks.actions(
                [
                    blocks.button(say("Send again"), SEND_AGAIN, message.id),
                    blocks.button(say("Leave it"), LEAVE, message.id),
                ],
                block_id=f"message_{message.id}",
            ),
        ]
    layout += blocks.pager(say, MESSAGES_TURN, skip=skip, page=page, total=skip + len(unknown.messages))
    return blocks.notice(say, say("Messages"), layout)


def _all_of(say: Voice, count: KindCount) -> list[Block]:
    """How many there are of a kind, and [Send all again]."""
    button = blocks.button(say("Send all again"), SEND_ALL_AGAIN, count.kind)
    return [
        blocks.section(say(KINDS[count.kind], n=count.count)),
        blocks.actions([button], block_id=f"all_{count.kind}"),
    ]


def notice(say: Voice, title: str, words: str) -> View:
    """One sentence."""
    return blocks.notice(say, title, [blocks.plain_section(words)])


def _where(say: Voice, target: str) -> str:
    """Show the target, not the subject: an admin must not learn who was thanked."""
    if target[:1] in {"C", "G"}:
        return say("A post in {channel}", channel=f"<#{target}>")
    return say("A message to {person}", person=blocks.person(target, say))


def _changed(say: Voice, zone: str, entry: AuditEntry, names: Names) -> Block:
    subject = names.teams.get(entry.subject, entry.subject)
    who = say("You") if entry.actor == names.own else _who(say, entry.actor)
    sentence = say(DEEDS[Action(entry.deed)], who=who, subject=subject)
    lines = [sentence]
    if entry.before is not None and entry.after is not None:
        lines.append(say("Before: {before}. After: {after}.", before=entry.before, after=entry.after))
    elif entry.after is not None:
        lines.append(say("What: {after}.", after=entry.after))
    lines.append(say.moment(entry.at, zone))
    return blocks.plain_section("\n".join(lines))


def _who(say: Voice, actor: str) -> str:
    known = {COMMAND_LINE: say("Somebody at the server"), THE_APP: say("The app"), SLACK: "Slack"}
    if actor in known:
        return known[actor]
    return say("Person {mark}", mark=actor[:8])


def _one_of(kind: str, name: str, options: list[Block], chosen: str) -> Block:
    element: Block = {"type": kind, "action_id": name, "options": options}
    initial = [choice for choice in options if choice["value"] == chosen]
    return element | {"initial_option": initial[0]} if initial else element


def _input(label: str, block_id: str, element: Block) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}


def _optional(label: str, block_id: str, element: Block, *, hint: str = "") -> Block:
    block = _input(label, block_id, element) | {"optional": True}
    return block | {"hint": blocks.plain(hint)} if hint else block
