"""Promises as they are read: in the team's post, in a digest, at the top of a check-in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from slack_sdk.models.blocks import PlainTextObject

from slackapp.actions.promises import PromiseSummary
from slackapp.i18n import Voice, translatable
from slackapp.models import By, Promise, PromiseState
from slackapp.privacy.erasure import is_erased
from slackapp.views import words as piece
from slackapp.views.words import Block

TITLE = translatable("You said / we will")
_SPOT = re.compile(r"(\*[^*]+\*|\{\w+\})")

_TOLD = {
    By.MONTH: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this month)"),
    By.QUARTER: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this quarter)"),
    By.YEAR: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this year)"),
}
# A later digest is read in another month, so "this month" would be wrong there.
_TOLD_LATER = translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, by {day})")
_BECAME = {
    PromiseState.DONE: translatable("*Done.*"),
    PromiseState.CHANGED: translatable("*Changed:* {why}"),
    PromiseState.DROPPED: translatable("*Dropped:* {why}"),
}


@dataclass(frozen=True, slots=True)
class PromiseDetails:
    """A promise ready to be shown. `who` is a Slack user id, `name` the same person's name."""

    you_said: str
    we_will: str
    who: str
    name: str
    by: By
    due: date
    state: PromiseState
    reason: str | None

    @classmethod
    def of(cls, promise: Promise, *, who: str, name: str) -> "PromiseDetails":
        """A promise as it stands."""
        return cls(
            you_said=promise.you_said,
            we_will=promise.we_will,
            who=who,
            name=name,
            by=By(promise.by),
            due=promise.due,
            state=PromiseState(promise.state),
            reason=promise.reason,
        )


def post(
    say: Voice, team: str, promises: Sequence[PromiseDetails], *, later: bool = False
) -> tuple[str, list[Block]]:
    """The team's post and its text; `later` when it is read in another month than it was promised in."""
    written = say("Written by the leader of {team}. Progress comes with the next digest.", team=team)
    blocks = [
        piece.header(say(TITLE)),
        *(promise_block(say, each, later=later) for each in promises),
        plain_context(written),
    ]
    said = [say(TITLE), *(plain(say, each, later=later) for each in promises), written]
    return piece.literal("\n".join(said)), blocks


def line(say: Voice, kept: PromiseSummary) -> Block:
    """What a check-in begins with."""
    told = say("You said: {you_said}\nWe will: {we_will}")
    values = {"you_said": _run(kept.you_said), "we_will": _run(kept.we_will)}
    return rich([_filled(told, values), *_became(say, PromiseState(kept.state), kept.reason)])


def line_text(say: Voice, kept: PromiseSummary) -> str:
    """The same as text."""
    told = say("You said: {you_said}\nWe will: {we_will}", you_said=kept.you_said, we_will=kept.we_will)
    return piece.literal(" ".join([told, *outcome(say, PromiseState(kept.state), kept.reason)]))


def plain(say: Voice, one: PromiseDetails, *, later: bool = False) -> str:
    """A promise and its state in one piece of text, people's words as they wrote them."""
    values = {"you_said": one.you_said, "we_will": one.we_will, "who": one.name}
    told = say(_TOLD_LATER if later else _TOLD[one.by]).replace("*", "")
    return " ".join([told.format(**values, day=say.day(one.due)), *outcome(say, one.state, one.reason)])


def outcome(say: Voice, state: PromiseState, reason: str | None) -> list[str]:
    """What became of a promise, as no or one sentence."""
    if state not in _BECAME:
        return []
    return [say(_BECAME[state]).replace("*", "").format(why=reason or "")]


def promise_block(say: Voice, told: PromiseDetails, *, later: bool) -> Block:
    """A promise with its state; `later` when it is read in another month than it was promised in."""
    here = not is_erased(told.who)
    # Slack refuses a mention of nobody: whoever was erased stands by the name that is left.
    who: dict[str, Any] = {"type": "user", "user_id": told.who} if here else _run(told.name)
    values = {
        "you_said": _run(told.you_said),
        "we_will": _run(told.we_will),
        "who": who,
        "day": _run(say.day(told.due)),
    }
    sentence = _filled(say(_TOLD_LATER if later else _TOLD[told.by]), values)
    return rich([sentence, *_became(say, told.state, told.reason)])


def _became(say: Voice, state: PromiseState, reason: str | None) -> list[list[dict[str, Any]]]:
    if state not in _BECAME:
        return []
    return [[_run("\n"), *_filled(say(_BECAME[state]), {"why": _run(reason or "")})]]


def _filled(template: str, values: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """A whole sentence of the catalogue as runs: *bold* words, and elements in its named places."""
    runs = []
    for part in filter(None, _SPOT.split(template)):
        if part.startswith("{"):
            runs.append(values[part[1:-1]])
        elif part.startswith("*"):
            runs.append(_run(part.strip("*"), bold=True))
        else:
            runs.append(_run(part))
    return [run for run in runs if run.get("text") != ""]


def _run(text: str, *, bold: bool = False) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "text", "text": text}
    return run | {"style": {"bold": True}} if bold else run


def rich(sections: Iterable[list[dict[str, Any]]]) -> Block:
    """Paragraphs in which people's words stand literally."""
    elements = [{"type": "rich_text_section", "elements": runs} for runs in sections]
    return {"type": "rich_text", "elements": elements}


def plain_context(text: str) -> Block:
    """A quiet sentence that may hold what people wrote."""
    return {"type": "context", "elements": [PlainTextObject(text=text, emoji=False).to_dict()]}
