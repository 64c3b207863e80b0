"""The check-in as people see it: the message, the modal, and words that are the same for everyone.

What somebody answers lives only in Slack's `view.state`: no action id, block id,
private metadata or message ever holds it, and what is sent back does not depend on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slackapp.actions.promises import Line
from slackapp.i18n import Voice, marked
from slackapp.pulse.cautions import Caution
from slackapp.pulse.comments import LONGEST
from slackapp.pulse.invitations import Group, Reader
from slackapp.pulse.questions import OPTIONS, Item
from slackapp.views import promised
from slackapp.views.admin_pulse import ANSWER_TEST

ANSWER = "pulse_answer"
ABOUT = "pulse_about"
WITHDRAW = "pulse_withdraw"
SUBMIT = "pulse_submit"
CHOICE = "pulse_choice"
COMMENT = "pulse_comment"
SURE = "pulse_sure"

Block = dict[str, Any]
View = dict[str, Any]

_SECTION = 3000
_TITLE = marked("Check-in")

PRIVACY = marked(
    "Anonymous. Your answer is locked the moment it is stored. When the poll closes, answers are mixed, "
    "only rounded results for groups of five or more are kept, and the key is destroyed. After that nobody "
    "(lead, admin, database operator) can tell who said what. Until then you trust the running server. "
    "Comments appear as you wrote them, undated: leave out names."
)
RULES = (
    marked(
        "Your answers are counted in exactly one bundle: your team, if at least {k} people answered; "
        "otherwise it joins the next level up."
    ),
    marked("A bundle of fewer than {k} is never shown and never stored."),
    marked(
        "A bundle's answers are added up and the sum rounded to a multiple of 5; very low and very high "
        "results are only shown as “x or lower” / “y or higher”."
    ),
    marked(
        "Everything else (directorate, month, trend) is calculated from these rounded numbers, never from "
        "the answers."
    ),
    marked("There are no filters and no second way to slice the same poll."),
)
CAUTIONS = {
    Caution.PATIENT: marked("it may point to a patient"),
    Caution.HEALTH: marked("it may tell of somebody's health"),
    Caution.NAME: marked("it names somebody around you"),
    Caution.ALONE: marked("it says what is true of you alone"),
    Caution.WHEN: marked("it says when something happened"),
    Caution.LINK: marked("it has a link"),
    Caution.NUMBER: marked("it has a number"),
}
LIMITS = (
    marked(
        "Whoever controls the server while a check-in is open could read it. Slack carries your answer to us."
    ),
    marked(
        "Two colleagues who compare their answers, and somebody who knows who answered each time and "
        "assumes that nobody changed their mind, can sometimes work out an answer."
    ),
    marked("Who is in your group was fixed when the check-in opened. If a name there surprises you, ask."),
)


def message(
    say: Voice, poll_id: str, *, closing: str, has_earlier: bool, line: Line | None = None
) -> list[Block]:
    """The direct message. It is never edited and says nothing about who has answered.

    `line` is what the team was promised last.
    """
    lines = [_section(say("*How were your last few shifts?* A few short questions, under a minute."))]
    if line:
        lines.append(promised.line(say, line))
    elif has_earlier:
        lines.append(_section(say("Nothing has been recorded yet.")))
    return [
        *lines,
        _context(say("Anonymous. Open until {closing}.", closing=closing)),
        {
            "type": "actions",
            "block_id": "pulse_actions",
            "elements": [
                answer_button(say, poll_id),
                _button(ABOUT, say("How it stays anonymous"), poll_id),
            ],
        },
    ]


def message_text(say: Voice, *, closing: str, has_earlier: bool, line: Line | None = None) -> str:
    """The same facts without blocks."""
    if line:
        asked = say("How were your last few shifts? A few short questions, under a minute.")
        closes = say("Anonymous. Open until {closing}.", closing=closing)
        return "\n".join([asked, promised.line_text(say, line), closes])
    if has_earlier:
        return say(
            "How were your last few shifts? A few short questions, under a minute. Nothing has been "
            "recorded yet. Anonymous. Open until {closing}.",
            closing=closing,
        )
    return say(
        "How were your last few shifts? A few short questions, under a minute. "
        "Anonymous. Open until {closing}.",
        closing=closing,
    )


def answer_button(say: Voice, poll_id: str) -> Block:
    """The button that opens the modal, in the message and on the Home tab."""
    return _button(ANSWER, say("Answer"), poll_id) | {"style": "primary"}


def note(words: str) -> Block:
    """A quiet line."""
    return _context(words, plain=True)


def trial_button(say: Voice) -> Block:
    """[Answer] in a test to oneself."""
    button = _button(ANSWER_TEST, say("Answer"), "test") | {"style": "primary"}
    return {"type": "actions", "block_id": "pulse_actions", "elements": [button]}


def reminder_text(say: Voice, *, closing: str) -> str:
    """The one line in a team's channel, the same for everyone."""
    return say(
        "The check-in is open until {closing}. Answer from your message, from Appreciate's Home tab or with "
        "/pulse. If you have already, thank you.",
        closing=closing,
    )


def rules_text(say: Voice, *, k: int, c: int, comments: int) -> str:
    """What people are told when a threshold was raised."""
    said = say(
        "Check-in results are now shown only for groups of {k} or more, and comments only where at least "
        "{comments} answered. This holds from the next check-in on and can't be lowered again.",
        k=k,
        comments=comments,
    )
    stricter = say("Very low and very high results are merged more widely than before.")
    return f"{said} {stricter}" if c > 1 else said


def new_leader_text(say: Voice, *, leader: str, team: str) -> str:
    """What a team is told when somebody else leads it now."""
    return say(
        "{leader} leads {team} now and will see its results from the next digest on.",
        leader=leader,
        team=team,
    )


def loss_text(say: Voice) -> str:
    """What people are told once when a check-in's key was lost."""
    return say("This check-in was lost, so no answer can be read. The next will work.")


def loss(words: str, *, plain: bool = False) -> list[Block]:
    """The same as a block; `plain` when it holds something that people wrote."""
    return [_section(words, plain=plain)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one check-in asks. `contact` is whom the organisation names for what cannot wait."""

    items: tuple[Item, ...]
    comments_on: bool
    contact: str | None = None


def modal(say: Voice, poll_id: str, sheet: Sheet, group: Group) -> View:
    """The questions. Nothing is chosen beforehand, whether or not this person has answered."""
    led = [item for item in sheet.items if item.stem]
    others = [item for item in sheet.items if not item.stem]
    return _view(say, poll_id) | {
        "callback_id": SUBMIT,
        "submit": _plain(say("Store my answer")),
        "close": _plain(say("Cancel")),
        "blocks": [
            _context(_joins(say, group), plain=True),
            _section(f"*{say(led[0].stem)}*"),
            *(_question(say, item) for item in led),
            {"type": "divider"},
            *(_question(say, item) for item in others),
            *([_context(say(led[0].source), plain=True)] if led[0].source else []),
            *(_comment(say, sheet.contact) if sheet.comments_on else []),
            _context(say(PRIVACY), plain=True),
            _withdrawing(say, poll_id),
        ],
    }


def cautioned(say: Voice, found: Iterable[Caution]) -> str:
    """What stands beside a comment that may give somebody away."""
    cautions = list(found)
    if Caution.NHS_NUMBER in cautions:
        return say("This has an NHS number in it, so it can't be stored. Please take it out.")
    reasons = say.listing([say(CAUTIONS[one]) for one in cautions])
    return say(
        "Please look at this again: {reasons}. Change it, or tick the box below it to store it as it is.",
        reasons=reasons,
    )


def stored(say: Voice, poll_id: str) -> View:
    """The reply to an answer, the same for any answer."""
    words = say("Your answer is stored. You can change or withdraw it until the check-in closes.")
    return _view(say, poll_id) | {
        "close": _plain(say("Close")),
        "blocks": [_section(words), _withdrawing(say, poll_id)],
    }


def withdrawn(say: Voice, poll_id: str) -> View:
    """The reply to a withdrawal, the same whether or not there was an answer."""
    words = say("No answer of yours is stored now. You can answer again until the check-in closes.")
    return _view(say, poll_id) | {"close": _plain(say("Close")), "blocks": [_section(words)]}


def told(say: Voice, words: str) -> View:
    """One sentence in a modal: closed, lost, not yours."""
    return _view(say, "") | {"close": _plain(say("Close")), "blocks": [_section(words, plain=True)]}


@dataclass(frozen=True, slots=True)
class Company:
    """One's own group in a check-in: who is in it, and who sees its results."""

    group: Group
    names: tuple[str, ...]
    readers: tuple[Reader, ...]
    admins_read: bool = False


def about(say: Voice, k: int, company: Company | None) -> View:
    """How it stays anonymous: the promise, the rules as told to staff, the limits, one's own group."""
    rules = "\n".join(f"{place}. {say(rule, k=k)}" for place, rule in enumerate(RULES, start=1))
    limits = "\n".join(f"• {say(limit)}" for limit in LIMITS)
    blocks = [
        _section(say(PRIVACY), plain=True),
        _section(f"*{say('What is shown')}*"),
        _section(rules, plain=True),
        _section(f"*{say('What this cannot promise')}*"),
        _section(limits, plain=True),
    ]
    if company is not None:
        blocks += [
            _section(f"*{say('Your group in this check-in')}*"),
            _section(_joins(say, company.group), plain=True),
            _section(_shortened(", ".join(company.names)), plain=True),
            _section(f"*{say('Who sees its results')}*"),
            _section(_shortened("\n".join(_readers(say, company))), plain=True),
        ]
    return _view(say, "") | {
        "title": _plain(say("How it stays anonymous")),
        "close": _plain(say("Close")),
        "blocks": blocks,
    }


def _joins(say: Voice, group: Group) -> str:
    if group.above is None:
        return say.count(
            "Your answer joins: {unit}, {n} person; if fewer than {k} answer, it is not shown.",
            "Your answer joins: {unit}, {n} people; if fewer than {k} answer, it is not shown.",
            group.invited,
            unit=group.name,
            k=group.k,
        )
    return say.count(
        "Your answer joins: {unit}, {n} person; if fewer than {k} answer, {above}.",
        "Your answer joins: {unit}, {n} people; if fewer than {k} answer, {above}.",
        group.invited,
        unit=group.name,
        k=group.k,
        above=group.above,
    )


def _readers(say: Voice, company: Company) -> list[str]:
    lines = [
        say("• {name}, who leads {team}", name=reader.name, team=reader.leads) for reader in company.readers
    ]
    if company.admins_read:
        lines.append(say("• The admins of this workspace"))
    return lines or [say("Nobody leads your group at present.")]


def _question(say: Voice, item: Item) -> Block:
    options = [{"text": _plain(say(words)), "value": str(score)} for score, words in OPTIONS]
    return {
        "type": "input",
        "block_id": item.key,
        "optional": True,
        "label": _plain(say(item.wording)),
        "element": {"type": "radio_buttons", "action_id": CHOICE, "options": options},
    }


def _comment(say: Voice, contact: str | None) -> list[Block]:
    warning = say(
        "Nobody reads comments before the end of the month. If something cannot wait, please tell the "
        "person in charge of your shift."
    )
    if contact:
        warning = say(
            "Nobody reads comments before the end of the month. If something cannot wait: {contact}",
            contact=contact,
        )
    field = {"type": "plain_text_input", "action_id": COMMENT, "multiline": True, "max_length": LONGEST}
    asked = {
        "type": "input",
        "block_id": COMMENT,
        "optional": True,
        "label": _plain(say("One thing that would help?")),
        "hint": _plain(say("It appears as you wrote it, undated. Leave out names.")),
        "element": field,
    }
    sure = {"text": _plain(say("Store it as it is, even if it may give somebody away")), "value": "yes"}
    ticked = {
        "type": "input",
        "block_id": SURE,
        "optional": True,
        "label": _plain(say("If a warning comes up")),
        "element": {"type": "checkboxes", "action_id": SURE, "options": [sure]},
    }
    return [asked, ticked, _context(warning, plain=True)]


def _withdrawing(say: Voice, poll_id: str) -> Block:
    button = _button(WITHDRAW, say("Withdraw my answer"), poll_id)
    return {"type": "actions", "block_id": "pulse_withdrawing", "elements": [button]}


def _view(say: Voice, poll_id: str) -> View:
    return {"type": "modal", "title": _plain(say(_TITLE)), "private_metadata": poll_id}


def _button(action_id: str, words: str, poll_id: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain(words), "value": poll_id}


def _section(words: str, *, plain: bool = False) -> Block:
    return {"type": "section", "text": _plain(words) if plain else {"type": "mrkdwn", "text": words}}


def _context(words: str, *, plain: bool = False) -> Block:
    return {"type": "context", "elements": [_plain(words) if plain else {"type": "mrkdwn", "text": words}]}


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words}


def _shortened(words: str) -> str:
    return words if len(words) <= _SECTION else f"{words[: _SECTION - 4]} ..."
