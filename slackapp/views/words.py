"""The pieces that every view is made of, and the rule for words that people wrote.

Whatever a person wrote, a display name included, goes only into `rich_text` or `plain_text`, where
Slack shows it literally. Our own sentences may be mrkdwn; people in them are `<@U1>`, which Slack
turns into the name they chose. `verbatim` keeps Slack from guessing links and names in them.
"""

from collections.abc import Iterable
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextQuoteElement,
    SectionBlock,
)

from slackapp.i18n import Voice

Block = dict[str, Any]
View = dict[str, Any]

_TEXT_AIM = 3_500
"""Slack asks for at most 4,000 characters of top-level text."""


def header(text: str) -> Block:
    """A heading."""
    return dict(HeaderBlock(text=PlainTextObject(text=text, emoji=False)).to_dict())


def section(text: str) -> Block:
    """One of our own sentences, which may hold mrkdwn and people, never anybody's words."""
    return dict(SectionBlock(text=MarkdownTextObject(text=text, verbatim=True)).to_dict())


def plain_section(text: str) -> Block:
    """A sentence shown literally, because it may hold something that people wrote."""
    return dict(SectionBlock(text=PlainTextObject(text=text, emoji=False)).to_dict())


def context(text: str) -> Block:
    """A quiet sentence of our own."""
    return dict(ContextBlock(elements=[MarkdownTextObject(text=text, verbatim=True)]).to_dict())


def divider() -> Block:
    """A line."""
    return dict(DividerBlock().to_dict())


def quote(words: str) -> Block:
    """What somebody wrote, literally."""
    text = RichTextElementParts.Text(text=words)
    return dict(RichTextBlock(elements=[RichTextQuoteElement(elements=[text])]).to_dict())


def actions(buttons: Iterable[ButtonElement | Block], *, block_id: str | None = None) -> Block:
    """A row of buttons."""
    return dict(ActionsBlock(elements=list(buttons), block_id=block_id).to_dict())


def person(slack_user_id: str, say: Voice | None = None) -> str:
    """A person inside one of our own sentences; with a voice, also one who was erased."""
    if say is not None and slack_user_id.startswith("gone-"):
        return say("a former colleague")
    return f"<@{slack_user_id}>"


def literal(text: str) -> str:
    """Something people wrote, for the `text` that notifications and screen readers use beside the blocks."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= _TEXT_AIM:
        return escaped
    cut = escaped[:_TEXT_AIM]
    # An escape must not be cut in two.
    return cut[: cut.rfind("&")] + "…" if "&" in cut[-5:] else f"{cut}…"


def shortened(text: str, most: int) -> str:
    """The beginning of a long text, with a sign that there is more."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def notice(say: Voice, title: str, blocks: list[Block]) -> View:
    """A modal that only tells something."""
    return {
        "type": "modal",
        "title": PlainTextObject(text=title, emoji=False).to_dict(),
        "close": PlainTextObject(text=say("Close"), emoji=False).to_dict(),
        "blocks": blocks,
    }
