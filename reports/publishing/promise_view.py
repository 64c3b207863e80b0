"""Promises as they are read: in the team's post, in a digest, at the top of a check-in."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from slack_sdk.models.blocks import PlainTextObject

from reports.text.promises import _BECAME, _TOLD, _TOLD_LATER, outcome, plain
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.i18n import Voice, translatable
from slackapp.core.pseudonyms import is_erased
from slackapp.digest.promises import PromiseDetails, PromiseSummary
from slackapp.models import PromiseState

TITLE = translatable("You said / we will")
_SPOT = re.compile(r"(\*[^*]+\*|\{\w+\})")


def post(
    say: Voice, team: str, promises: Sequence[PromiseDetails], *, later: bool = False
) -> tuple[str, list[Block]]:
    """The team's post and its text; `later` when it is read in another month than it was promised in."""
    written = say("Written by the leader of {team}. Progress comes with the next digest.", team=team)
    parts = [
        blocks.header(say(TITLE)),
        *(promise_block(say, each, later=later) for each in promises),
        plain_context(written),
    ]
    lines = [say(TITLE), *(plain(say, each, later=later) for each in promises), written]
    return blocks.literal("\n".join(lines)), parts


def line(say: Voice, promise: PromiseSummary) -> Block:
    """What a check-in begins with."""
    template = say("You said: {you_said}\nWe will: {we_will}")
    values = {"you_said": _run(promise.you_said), "we_will": _run(promise.we_will)}
    return rich([_filled(template, values), *_became(say, PromiseState(promise.state), promise.reason)])


def line_text(say: Voice, promise: PromiseSummary) -> str:
    """The same as text."""
    sentence = say(
        "You said: {you_said}\nWe will: {we_will}", you_said=promise.you_said, we_will=promise.we_will
    )
    return blocks.literal(" ".join([sentence, *outcome(say, PromiseState(promise.state), promise.reason)]))


def promise_block(say: Voice, promise: PromiseDetails, *, later: bool) -> Block:
    """A promise with its state; `later` when it is read in another month than it was promised in."""
    here = not is_erased(promise.who)
    # Slack refuses a mention of nobody: whoever was erased stands by the name that is left.
    who: dict[str, Any] = {"type": "user", "user_id": promise.who} if here else _run(promise.name)
    values = {
        "you_said": _run(promise.you_said),
        "we_will": _run(promise.we_will),
        "who": who,
        "day": _run(say.day(promise.due)),
    }
    sentence = _filled(say(_TOLD_LATER if later else _TOLD[promise.by]), values)
    return rich([sentence, *_became(say, promise.state, promise.reason)])


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
