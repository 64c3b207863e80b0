"""Block Kit builders for all views, and the rule for text that people wrote.

Whatever a person wrote, a display name included, goes only into `rich_text` or `plain_text`, where
Slack shows it literally. Our own sentences may be mrkdwn; people in them are `<@U1>`, which Slack
turns into the name they chose. `verbatim` keeps Slack from guessing links and names in them.

The pieces are plain dictionaries: they are made for every message, and checking their lengths on the
way took longer than storing the thank-you. The tests hold every view against Slack's limits instead.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from slack_sdk.models.blocks import ButtonElement

from slackapp.core.i18n import Voice, translatable
from slackapp.core.pseudonyms import is_erased

Block = dict[str, Any]
View = dict[str, Any]


class TextAndBlocks(NamedTuple):
    """A message's blocks, and the text that a notification and a screen reader read."""

    text: str
    blocks: list[Block]


_QUESTION = 2_900
"""A section holds 3,000 characters."""
_MOST_MARKS = 150
"""private_metadata holds 3,000 characters; accepted marks beyond that are asked again."""

DAYS = (
    translatable("Monday"),
    translatable("Tuesday"),
    translatable("Wednesday"),
    translatable("Thursday"),
    translatable("Friday"),
    translatable("Saturday"),
    translatable("Sunday"),
)
"""By their numbers: Monday is 0."""
_PLACE = re.compile(r"(\{\w+\})")
_ERASED = "gone-"
_TEXT_AIM = 3_200
"""Slack asks for at most 4,000 characters of top-level text."""


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question above a form, and the marks of the findings that its writer has accepted.

    Without a sentence nothing is asked, and the marks are only carried on.
    """

    sentence: str
    marks: tuple[str, ...]
    ticket: str = ""
    """Slack's ticket of the command that is asked about: what is sent all the same is that command."""


def asked_above(form_question: FormQuestion | None) -> list[Block]:
    """Return the blocks of the question above a form."""
    return (
        [plain_section(shortened(form_question.sentence, _QUESTION))]
        if form_question and form_question.sentence
        else []
    )


def unseen(about: str, form_question: FormQuestion | None) -> str:
    """Return a form's private_metadata: its subject and accepted marks, never content."""
    return " ".join([about, *dict.fromkeys(form_question.marks if form_question else ())][: _MOST_MARKS + 1])


def plain(text: str) -> Block:
    """Build a plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": False}


def button(text: str, action_id: str, value: str, *, style: str | None = None) -> Block:
    """A button."""
    block: Block = {"type": "button", "text": plain(text), "action_id": action_id, "value": value}
    return block | {"style": style} if style else block


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text)}


def section(text: str) -> Block:
    """Build a section of our own mrkdwn, which may mention people but never quotes them."""
    return {"type": "section", "text": _ours(text)}


def heading(text: str) -> Block:
    """Build a bold line above other blocks."""
    return section(f"*{text}*")


def plain_section(text: str) -> Block:
    """Build a plain_text section, for text that may contain people's words."""
    return {"type": "section", "text": plain(text)}


def context(*texts: str) -> Block:
    """Build a context block of our own sentences."""
    return {"type": "context", "elements": [_ours(text) for text in texts]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def quote(words: str) -> Block:
    """Build a quote of a person's words, shown literally."""
    text = {"type": "text", "text": words}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [text]}]}


def filled(sentence: str, places: Mapping[str, Block]) -> Block:
    """Build rich text from our sentence, with people or their words in its `{places}`."""
    parts = [part for part in _PLACE.split(sentence) if part]
    elements = [places[part[1:-1]] if _PLACE.fullmatch(part) else run(part) for part in parts]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def run(text: str) -> Block:
    """Build a text element for a `filled` sentence."""
    return {"type": "text", "text": text}


def someone(slack_user_id: str, say: Voice) -> Block:
    """Build a person element for a `filled` sentence."""
    if slack_user_id.startswith(_ERASED):
        return run(say("a former colleague"))
    return {"type": "user", "user_id": slack_user_id}


def actions(buttons: Iterable[ButtonElement | Block], *, block_id: str | None = None) -> Block:
    """Build a row of buttons."""
    elements = [element if isinstance(element, dict) else dict(element.to_dict()) for element in buttons]
    row: Block = {"type": "actions", "elements": elements}
    return row | {"block_id": block_id} if block_id else row


def pager(say: Voice, turn: str, *, skip: int, page: int, total: int) -> list[Block]:
    """Build [Previous page] and [Next page]; each button's value is the offset."""
    places = (
        (skip > 0, say("Previous page"), f"{turn}:previous", max(skip - page, 0)),
        (skip + page < total, say("Next page"), f"{turn}:next", skip + page),
    )
    buttons = [
        button(text, action_id, str(value)) for is_needed, text, action_id, value in places if is_needed
    ]
    return [actions(buttons, block_id=f"{turn}:pages")] if buttons else []


def person(slack_user_id: str, say: Voice | None = None) -> str:
    """Mention a person in our own mrkdwn; with a voice, also an erased one."""
    if say is not None and is_erased(slack_user_id):
        return say("a former colleague")
    return f"<@{slack_user_id}>"


def literal(text: str) -> str:
    """Escape people's words for the `text` of notifications and screen readers."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= _TEXT_AIM:
        return escaped
    cut = escaped[:_TEXT_AIM]
    # An escape must not be cut in two.
    return cut[: cut.rfind("&")] + "…" if "&" in cut[-5:] else f"{cut}…"


def shortened(text: str, most: int) -> str:
    """Shorten a long text with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def notice(say: Voice, title: str, blocks: list[Block]) -> View:
    """Build a modal without a submit button."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain(say("Close")),
        "blocks": blocks,
    }


def only(sentence: str) -> TextAndBlocks:
    """Build a message of one sentence of our own: top-level text and blocks."""
    return TextAndBlocks(sentence, [section(sentence)])


def _ours(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def option(value: str, name: str) -> Block:
    """Build an option with a plain_text label."""
    return {"text": plain(shortened(name, 75)), "value": value}
