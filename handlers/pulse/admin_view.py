"""The check-in as an admin settles it: go-live, preview, test, schedule, thresholds, own questions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from handlers.shared import revisions
from slackapp import blocks
from slackapp.blocks import Block, FormQuestion, View
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Cadence, Question, Workspace
from slackapp.pulse import audience, settings
from slackapp.pulse.audience import Undelivered
from slackapp.pulse.questions import MOST_ROTATING, Item

OPEN, FORM = "pulse_admin", "pulse_admin_form"
GO_LIVE, STOP, PREVIEW, TEST = "pulse_go_live", "pulse_stop", "pulse_preview", "pulse_test"
NHS = "pulse_nhs"
ANSWER_TEST, TEST_SUBMIT = "pulse_test_answer", "pulse_test_submit"
QUESTIONS, QUESTION_FORM, RETIRE, MOVE_UP = (
    "pulse_questions",
    "pulse_question_form",
    "pulse_retire",
    "pulse_move_up",
)
CADENCE, WEEKDAY, AT, DAYS_OPEN, COMMENTS = "cadence", "weekday", "at", "days_open", "comments"
QUESTION_SET, ROTATING, CONTACT, K, C, FEWEST = "question_set", "rotating", "contact", "k", "c", "fewest"
PAUSE_FROM, PAUSE_UNTIL, END_PAUSES, WORDING = "pause_from", "pause_until", "end_pauses", "wording"

_K = (5, 6, 8, 10, settings.NHS_K, 15, 20)
_FEWEST = (8, 10, settings.NHS_K, 15, 20)
_CADENCES = {
    Cadence.WEEKLY: translatable("Every week"),
    Cadence.FORTNIGHTLY: translatable("Every two weeks"),
    Cadence.MONTHLY: translatable("Every month"),
}
_TITLE = translatable("The check-in")


def form(
    say: Voice, workspace: Workspace, unreached: Undelivered | None = None, small_teams: int = 0
) -> View:
    """Everything an admin settles. What protects people offers no lower choice than the present one.

    `small_teams` is how many teams have fewer people than is safe to be counted by themselves.
    """
    return _modal(say) | {
        "callback_id": FORM,
        "private_metadata": revisions.carried(shown(workspace)),
        "submit": blocks.plain(say("Save")),
        "close": blocks.plain(say("Cancel")),
        "blocks": [
            *_state(say, workspace),
            *([_unreached(say, unreached)] if unreached else []),
            blocks.divider(),
            *_schedule(say, workspace),
            *_asking(say, workspace),
            *_protection(say, workspace, small_teams),
            *_pauses(say, workspace),
        ],
    }


def shown(workspace: Workspace) -> revisions.Fields:
    """What is settled now, as the form carries it, to tell later what was changed in it."""
    limits = settings.thresholds(workspace)
    return {
        CADENCE: workspace.pulse_cadence,
        WEEKDAY: str(workspace.pulse_weekday),
        AT: f"{workspace.pulse_time:%H:%M}",
        DAYS_OPEN: str(workspace.pulse_days_open),
        COMMENTS: "yes" if workspace.comments_on else "",
        QUESTION_SET: workspace.question_set,
        ROTATING: str(workspace.rotating_a_poll),
        CONTACT: workspace.contact or "",
        K: str(limits.k),
        C: str(limits.c),
        FEWEST: str(limits.comments),
    }


def display(say: Voice, field: str, value: str) -> str:
    """A setting's value in words."""
    return say(_CADENCES[Cadence(value)]) if field == CADENCE else value


def offer(say: Voice) -> list[Block]:
    """For an admin's Home tab."""
    return [
        blocks.actions([blocks.button(say("Set up the check-in"), OPEN, "admin")], block_id="pulse_admin")
    ]


def preview(say: Voice, messages: Mapping[str, list[Block]]) -> View:
    """Every message as staff would see it; its buttons are left out, because they are for staff."""
    content: list[Block] = []
    for title, message in messages.items():
        content += [
            blocks.header(title),
            *(block for block in message if block["type"] != "actions"),
            blocks.divider(),
        ]
    return _modal(say) | {"close": blocks.plain(say("Close")), "blocks": content[:-1]}


def questions(
    say: Voice,
    mine: Iterable[Question],
    coming: Iterable[Item],
    *,
    typed: str = "",
    question: FormQuestion | None = None,
) -> View:
    """The organisation's own rotating questions, and what the next check-in asks.

    With a question about the one that was `typed`, the button adds it all the same.
    """
    content = [*blocks.asked_above(question), blocks.header(say("The next check-in asks"))]
    for place, item in enumerate(coming):
        if item.stem and not place:
            content.append(blocks.plain_section(say(item.stem)))
        content.append(blocks.plain_section(say(item.wording)))
    content += [blocks.divider(), *_own_questions(say, mine)]
    field: Block = {"type": "plain_text_input", "action_id": WORDING, "max_length": 120}
    if typed:
        field["initial_value"] = typed
    hint = say("Something people can agree or disagree with, about the team and never about one person.")
    content.append(_input(say("Add a question"), WORDING, field) | {"hint": blocks.plain(hint)})
    return _modal(say) | {
        "callback_id": QUESTION_FORM,
        "submit": blocks.plain(say("Add anyway") if question else say("Add")),
        "close": blocks.plain(say("Back")),
        "private_metadata": blocks.unseen("", question),
        "blocks": content,
    }


def _own_questions(say: Voice, mine: Iterable[Question]) -> list[Block]:
    content = [blocks.header(say("Your organisation's own questions"))]
    for question in mine:
        buttons = [
            blocks.button(say("Ask it earlier"), MOVE_UP, question.id),
            blocks.button(say("Ask it no more"), RETIRE, question.id),
        ]
        content += [
            blocks.plain_section(question.wording),
            blocks.actions(buttons, block_id=f"own_{question.id}"),
        ]
    return [
        *content,
        blocks.context(say("They rotate with ours. None comes again within twelve check-ins.")),
    ]


def notice(say: Voice, words: str) -> View:
    """One sentence."""
    return _modal(say) | {"close": blocks.plain(say("Close")), "blocks": [blocks.plain_section(words)]}


def _state(say: Voice, workspace: Workspace) -> list[Block]:
    trying = [
        blocks.button(say("See every message"), PREVIEW, "all"),
        blocks.button(say("Send me a test"), TEST, "me"),
        blocks.button(say("Questions"), QUESTIONS, "own"),
    ]
    if workspace.pulse_on:
        words = say("*The check-in is on.* It opens by itself and reaches everybody in a team.")
        return [blocks.section(words), blocks.actions([*trying, blocks.button(say("Turn off"), STOP, "off")])]
    words = say("*The check-in is off.* Nothing reaches staff until you press [Go live].")
    live = blocks.button(say("Go live"), GO_LIVE, "on", style="primary")
    return [blocks.section(words), blocks.actions([*trying, live])]


def _unreached(say: Voice, unreached: Undelivered) -> Block:
    """How many were not reached, never who: it could be read as who has not answered."""
    day = say.day(unreached.opens_on)
    parts = [say("Messages of the check-in that opened on {day}:", day=day)]
    if unreached.too_late:
        parts.append(
            say.count(
                "{n} was not sent, because the hours that somebody chose came after the close.",
                "{n} were not sent, because the hours that people chose came after the close.",
                unreached.too_late,
            )
        )
    if unreached.refused:
        parts.append(say.count("{n} was refused by Slack.", "{n} were refused by Slack.", unreached.refused))
    parts.append(say("Everybody could answer from the Home tab all the same."))
    return blocks.context(" ".join(parts))


def _schedule(say: Voice, workspace: Workspace) -> list[Block]:
    cadences = {str(cadence): say(words) for cadence, words in _CADENCES.items()}
    days = {str(number): say(name) for number, name in enumerate(blocks.DAYS)}
    lengths = {
        str(many): say.count("{n} day", "{n} days", many)
        for many in sorted({*settings.DAYS_OPEN, workspace.pulse_days_open})
    }
    at = {"type": "timepicker", "action_id": AT, "initial_time": f"{workspace.pulse_time:%H:%M}"}
    return [
        _select(say("How often"), CADENCE, cadences, workspace.pulse_cadence),
        _select(say("It opens on"), WEEKDAY, days, str(workspace.pulse_weekday)),
        _input(say("At"), AT, at),
        _select(say("It stays open for"), DAYS_OPEN, lengths, str(workspace.pulse_days_open)),
    ]


def _asking(say: Voice, workspace: Workspace) -> list[Block]:
    sets = {
        "appreciate": say("Appreciate's own four"),
        "nhs": say("The NHS Staff Survey's four (q9f to q9i)"),
    }
    numbers = {str(number): str(number) for number in range(1, MOST_ROTATING + 1)}
    contact: dict[str, Any] = {"type": "plain_text_input", "action_id": CONTACT, "max_length": 300}
    if workspace.contact:
        contact["initial_value"] = workspace.contact
    label = say("Whom to turn to with danger or harm")
    hint = say(
        "Comments need it. Shown beside the comment, as in: the site manager, extension 2222, at any hour."
    )
    return [
        _select(say("Wording of the four questions"), QUESTION_SET, sets, workspace.question_set),
        _select(
            say("Rotating questions in each check-in, at most"),
            ROTATING,
            numbers,
            str(workspace.rotating_a_poll),
        )
        | {
            "hint": blocks.plain(
                say("None comes again within twelve. With your own questions there are more.")
            )
        },
        _ticked(say("Ask for one comment"), COMMENTS, is_on=workspace.comments_on),
        _input(label, CONTACT, contact) | {"optional": True, "hint": blocks.plain(hint)},
    ]


def _protection(say: Voice, workspace: Workspace, small_teams: int) -> list[Block]:
    now = settings.thresholds(workspace)
    safer = say.count(
        "{n} team has fewer than eight people. It is safer for it if the smallest group is 8: its answers "
        "are then counted with the level above.",
        "{n} teams have fewer than eight people. It is safer for them if the smallest group is 8: their "
        "answers are then counted with the level above.",
        small_teams,
    )
    note = say("These can only be raised, and everybody is told.")
    merged = {"1": say("As usual"), "2": say("More widely (groups of five then show nothing)")}
    wider = {key: words for key, words in merged.items() if int(key) >= now.c}
    selects = [
        _select(say("Smallest group that is shown"), K, _from(_K, now.k), str(now.k)),
        _select(say("Fewest answers for comments"), FEWEST, _from(_FEWEST, now.comments), str(now.comments)),
        _select(say("Merge very low and very high results"), C, wider, str(now.c)),
    ]
    # Slack keeps what stands in a field as long as its block's id is the same, though the choices are others.
    stands = f"{now.k}-{now.c}-{now.comments}"
    named = [block | {"block_id": f"{block['block_id']}:{stands}"} for block in selects]
    preset = [_nhs(say)] if settings.nhs_thresholds(workspace) != now else []
    is_safer = small_teams and now.k < audience.SAFE_TEAM
    return [blocks.context(note), *([blocks.context(safer)] if is_safer else []), *preset, *named]


def _nhs(say: Voice) -> Block:
    """One press for what many NHS organisations use."""
    button = blocks.button(say("Use 11, as many NHS organisations do"), NHS, "11")
    confirm = {
        "title": blocks.plain(say("Raise both to 11?")),
        "text": blocks.plain(
            say("It holds from the next check-in on, everybody is told, and it can't be lowered again.")
        ),
        "confirm": blocks.plain(say("Raise them")),
        "deny": blocks.plain(say("Cancel")),
    }
    return blocks.actions([button | {"confirm": confirm}], block_id="pulse_nhs")


def _pauses(say: Voice, workspace: Workspace) -> list[Block]:
    days = "\n".join(
        say("{first} to {last}", first=_day(say, first), last=_day(say, last))
        for first, last in workspace.pulse_pauses or ()
    )
    content: list[Block] = []
    if days:
        content.append(blocks.plain_section(say("No check-in opens on these days:\n{days}", days=days)))
        content.append(_ticked(say("End these pauses"), END_PAUSES, is_on=False))
    for label, name in (
        (say("Pause from"), PAUSE_FROM),
        (say("Pause until, this day included"), PAUSE_UNTIL),
    ):
        content.append(_input(label, name, {"type": "datepicker", "action_id": name}) | {"optional": True})
    return content


def _day(say: Voice, iso: str) -> str:
    return f"{say.day(date.fromisoformat(iso))} {iso[:4]}"


def _from(choices: Iterable[int], least: int) -> dict[str, str]:
    return {str(choice): str(choice) for choice in sorted({*choices, least}) if choice >= least}


def _select(label: str, name: str, choices: Mapping[str, str], chosen: str) -> Block:
    options = {key: {"text": blocks.plain(words), "value": key} for key, words in choices.items()}
    element: dict[str, Any] = {"type": "static_select", "action_id": name, "options": list(options.values())}
    if chosen in options:
        element["initial_option"] = options[chosen]
    return _input(label, name, element)


def _ticked(label: str, name: str, *, is_on: bool) -> Block:
    option = {"text": blocks.plain(label), "value": "yes"}
    element: dict[str, Any] = {"type": "checkboxes", "action_id": name, "options": [option]}
    if is_on:
        element["initial_options"] = [option]
    return _input(label, name, element) | {"optional": True}


def _input(label: str, block_id: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}


def _modal(say: Voice) -> View:
    return {"type": "modal", "title": blocks.plain(say(_TITLE))}
