"""Views of promises: in the team's post, in a digest, at the top of a check-in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from slack_sdk.models.blocks import PlainTextObject

from reports.text.promises import by_whom, parts, plain
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.i18n import Voice, translatable
from slackapp.digest.promises import GOING_ON, PromiseDetails, PromiseSummary
from slackapp.models import PromiseState

TITLE = translatable("You said / we will")
DONE, NOT_YET, CHANGED = "promise_done", "promise_not_yet", "promise_changed"
"""The answers to "Is it done?"; their value is the promise's id."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise that was kept: in answer to which month's digest, and when the next check-in opens."""

    details: PromiseDetails
    month: date
    zone: str
    next_check_in: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A promise whose day has come: whether it is today, and what its buttons carry."""

    promise_id: str
    team: str
    details: PromiseDetails
    is_today: bool


def post(say: Voice, promises: Sequence[PromiseDetails]) -> TextAndBlocks:
    """The team's post and its text."""
    title = say("You said, we will")
    layout, lines = [blocks.header(title)], [title]
    for promise in promises:
        below = by_whom(say, promise)
        if promise.state in GOING_ON:
            below = " ".join([below, say("You will hear here when it is done.")])
        layout += [_labelled(parts(say, promise)), plain_context(below)]
        lines += [plain(say, promise)]
    return TextAndBlocks(blocks.literal("\n".join(lines)), layout)


def kept(say: Voice, promise: Kept) -> TextAndBlocks:
    """The team's post that a promise was kept: a new post, because nobody is notified of an edit."""
    details, month = promise.details, say.month(promise.month)
    done = say("Done:"), f"“{details.words}”"
    earlier = say("You said in {month}: “{said}”", month=month, said=details.you_said)
    below = say("{who}. Has it helped?", who=details.name)
    if promise.next_check_in is not None:
        opening = say.moment(promise.next_check_in, promise.zone)
        below = " ".join([below, say("The next check-in opens on: {moment}.", moment=opening)])
    layout = [_labelled([done]), blocks.plain_section(earlier), plain_context(below)]
    return TextAndBlocks(blocks.literal("\n".join([" ".join(done), earlier, below])), layout)


def due(say: Voice, promise: Due) -> TextAndBlocks:
    """The question to the leader who promised, on the day it is due."""
    values = {
        "team": promise.team,
        "promise": promise.details.words,
        "date": say.day(promise.details.due),
    }
    if promise.is_today:
        sentence = say("You promised {team} “{promise}” by today, {date}.", **values)
    else:
        sentence = say("You promised {team} “{promise}” by {date}.", **values)
    question, once = say("Is it done?"), say("I ask once. After that it stands in your digest and on Home.")
    layout = [
        blocks.heading(question),
        blocks.plain_section(sentence),
        blocks.actions(is_it_done(say, promise.promise_id)),
        blocks.context(once),
    ]
    return TextAndBlocks(blocks.literal(f"{question} {sentence}"), layout)


def is_it_done(say: Voice, promise_id: str) -> list[Block]:
    """The three answers to a promise whose day has come."""
    return [
        blocks.button(say("Done"), DONE, promise_id, style="primary"),
        blocks.button(say("Not yet"), NOT_YET, promise_id),
        blocks.button(say("Changed"), CHANGED, promise_id),
    ]


def line(say: Voice, promise: PromiseSummary) -> Block:
    """The first block of a check-in."""
    return _labelled(_line(say, promise))


def line_text(say: Voice, promise: PromiseSummary) -> str:
    """The first line of a check-in, as text."""
    return blocks.literal("\n".join(f"{label} {words}" for label, words in _line(say, promise)))


def promise_block(say: Voice, promise: PromiseDetails) -> Block:
    """A promise with its state, who does it and until when."""
    return _labelled([*parts(say, promise), ("", by_whom(say, promise))])


def told(say: Voice, promises: Iterable[PromiseDetails]) -> Block:
    """Promises on the Home tab of the people they were made to: by when, or that they are done."""
    return _labelled(part for promise in promises for part in _told(say, promise))


def _told(say: Voice, promise: PromiseDetails) -> list[tuple[str, str]]:
    if promise.state is PromiseState.DONE:
        return [(say("Done:"), f"“{promise.words}”"), ("", promise.name)]
    label = say("By {day}:", day=say.day(promise.due))
    obstacle = [(say("In the way:"), promise.obstacle)] if promise.obstacle else []
    return [(label, f"“{promise.words}”"), *obstacle, ("", promise.name)]


def _line(say: Voice, promise: PromiseSummary) -> list[tuple[str, str]]:
    you_said = say("You said:"), f"“{promise.you_said}”"
    state, instead = PromiseState(promise.state), promise.reason or ""
    if state is PromiseState.DONE:
        return [you_said, (say("Done:"), f"“{promise.we_will}”")]
    if state is PromiseState.DROPPED:
        return [you_said, (say("We will:"), f"“{promise.we_will}”"), (say("Dropped:"), instead)]
    words = instead if state is PromiseState.CHANGED and instead else promise.we_will
    return [
        you_said,
        (say("We will:"), say("“{promise}”, by {date}.", promise=words, date=say.day(promise.due))),
    ]


def _labelled(labelled: Iterable[tuple[str, str]]) -> Block:
    """Lines, each with its label in bold; what people wrote is shown literally."""
    return rich(
        [
            *([_run(f"{label} " if words else label, bold=True)] if label else []),
            *([_run(words)] if words else []),
        ]
        for label, words in labelled
    )


def _run(text: str, *, bold: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "text", "text": text}
    return run | {"style": {"bold": True}} if bold else run


def rich(sections: Iterable[list[dict[str, Any]]]) -> Block:
    """Paragraphs in which people's words are shown literally."""
    elements = [{"type": "rich_text_section", "elements": runs} for runs in sections if runs]
    return {"type": "rich_text", "elements": elements}


def plain_context(text: str) -> Block:
    """A small grey sentence that may contain what people wrote."""
    return {"type": "context", "elements": [PlainTextObject(text=text, emoji=False).to_dict()]}
