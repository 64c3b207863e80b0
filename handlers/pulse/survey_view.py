"""The check-in as people see it: the message, the modal, and words that are the same for everyone.

What somebody answers lives only in Slack's `view.state`: no action id, block id,
private metadata or message ever holds it, and what is sent back does not depend on it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.pulse.anonymity_view import COMMENTS, PRIVACY, joins
from slackapp.core.i18n import Voice, translatable
from slackapp.pulse.audience import Group
from slackapp.pulse.comment_warnings import CommentWarning
from slackapp.pulse.comments import LONGEST
from slackapp.pulse.questions import OPTIONS, Item

ANSWER = "pulse_answer"
ABOUT = "pulse_about"
WITHDRAW = "pulse_withdraw"
SUBMIT = "pulse_submit"
CHOICE = "pulse_choice"
COMMENT = "pulse_comment"
SURE = "pulse_sure"
FILLING = "."
"""What fills up the value of a choice."""

Block = dict[str, Any]
View = dict[str, Any]

USUAL_NUMBER = 5
"""Questions in a check-in, unless an admin has chosen otherwise."""
_TITLE = translatable("Check-in")

CAUTIONS = {
    CommentWarning.PATIENT: translatable("it may point to a patient"),
    CommentWarning.HEALTH: translatable("it may tell of somebody's health"),
    CommentWarning.NAME: translatable("it names somebody around you"),
    CommentWarning.ALONE: translatable("it says what is true of you alone"),
    CommentWarning.WHEN: translatable("it says when something happened"),
    CommentWarning.LINK: translatable("it has a link"),
    CommentWarning.NUMBER: translatable("it has a number"),
}


def answer_button(say: Voice, poll_id: str) -> Block:
    """The button that opens the modal, in the message and on the Home tab."""
    return _button(ANSWER, say("Answer"), poll_id) | {"style": "primary"}


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """What one check-in asks. `contact` is whom the organisation names for what cannot wait."""

    items: tuple[Item, ...]
    comments_on: bool
    contact: str | None = None


def modal(say: Voice, poll_id: str, sheet: SurveyForm, group: Group) -> View:
    """The questions. Nothing is chosen beforehand, whether or not this person has answered."""
    led = [item for item in sheet.items if item.stem]
    others = [item for item in sheet.items if not item.stem]
    return _view(say, poll_id) | {
        "callback_id": SUBMIT,
        "submit": _plain(say("Store my answer")),
        "close": _plain(say("Cancel")),
        "blocks": [
            _context(joins(say, group), plain=True),
            _section(f"*{say(led[0].stem)}*"),
            *(_question(say, item) for item in led),
            *([_context(say(led[0].source), plain=True)] if led[0].source else []),
            *(_question(say, item) for item in others),
            *(_comment(say, sheet.contact) if sheet.comments_on else []),
            _context(_promise(say, sheet, group.k), plain=True),
            _withdrawing(say, poll_id),
        ],
    }


def cautioned(say: Voice, warnings: Iterable[CommentWarning]) -> str:
    """What stands beside a comment that may give somebody away."""
    cautions = list(warnings)
    if CommentWarning.NHS_NUMBER in cautions:
        return say("This has an NHS number in it, so it can't be stored. Please take it out.")
    reasons = say.listing([say(CAUTIONS[caution]) for caution in cautions])
    return say(
        "Please look at this again: {reasons}. Change it, or tick the box below it to store it as it is.",
        reasons=reasons,
    )


def stored(say: Voice, poll_id: str, *, closing: str, questions: int, results: str = "") -> View:
    """The reply to an answer, the same for any answer. `closing` is the moment of the close in words.

    `results` says when they come, where a digest will.
    """
    return _view(say, poll_id) | {
        "close": _plain(say("Close")),
        "blocks": [
            _section(say("*Thank you. Your answer is stored.*")),
            *([_section(results, plain=True)] if results else []),
            _section(_changing(say, closing, questions), plain=True),
            _withdrawing(say, poll_id),
        ],
    }


def results_on(say: Voice, *, month: date, day: date) -> str:
    """When the results of a month come."""
    return say(
        "{month}'s results come to your team's leader on {day}.", month=say.month(month), day=say.day(day)
    )


def withdrawn(say: Voice, poll_id: str) -> View:
    """The reply to a withdrawal, the same whether or not there was an answer."""
    words = say("No answer of yours is stored now. You can answer again until the check-in closes.")
    return _view(say, poll_id) | {"close": _plain(say("Close")), "blocks": [_section(words)]}


def notice(say: Voice, words: str) -> View:
    """One sentence in a modal: closed, lost, not yours."""
    return _view(say, "") | {"close": _plain(say("Close")), "blocks": [_section(words, plain=True)]}


def _promise(say: Voice, sheet: SurveyForm, k: int) -> str:
    promise = say(PRIVACY, k=k)
    return f"{promise} {say(COMMENTS)}" if sheet.comments_on else promise


def _changing(say: Voice, closing: str, questions: int) -> str:
    """How to change an answer. The form comes back empty, and what is sent then is the whole answer."""
    if questions == USUAL_NUMBER:
        return say(
            "To change your answer before {close}, answer all five again. "
            "The new answer takes the place of the old one.",
            close=closing,
        )
    return say(
        "To change your answer before {close}, answer all the questions again. "
        "The new answer takes the place of the old one.",
        close=closing,
    )


def _question(say: Voice, item: Item) -> Block:
    labels = [(score, say(words)) for score, words in OPTIONS]
    longest = max(_sent_length(label) for _, label in labels)
    options = [
        {"text": _plain(label), "value": f"{score}{FILLING * (longest - _sent_length(label))}"}
        for score, label in labels
    ]
    return {
        "type": "input",
        "block_id": item.key,
        "optional": True,
        "label": _plain(say(item.wording)),
        "element": {"type": "radio_buttons", "action_id": CHOICE, "options": options},
    }


def _sent_length(label: str) -> int:
    """Characters of a label in Slack's JSON, which escapes what is not ASCII, and slashes."""
    return len(json.dumps(label).replace("/", "\\/"))


def _comment(say: Voice, contact: str | None) -> list[Block]:
    warning = say(
        "Nobody reads comments before the end of the month. If something cannot wait, please tell the "
        "person in charge of your shift."
    )
    if contact:
        warning = say(
            "Not for danger or harm: {contact}. Nobody reads comments before the end of the month.",
            contact=contact,
        )
    field = {"type": "plain_text_input", "action_id": COMMENT, "multiline": True, "max_length": LONGEST}
    question = {
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
    return [question, ticked, _context(warning, plain=True)]


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
