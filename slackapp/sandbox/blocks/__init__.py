"""Block Kit as Slack checks it: pure functions over decoded JSON, nothing fetched, nothing remembered."""

from slackapp.sandbox.blocks.layout import Surface, check_blocks
from slackapp.sandbox.blocks.references import Contents, contents, text_weight
from slackapp.sandbox.blocks.surface import TEXT_WEIGHT_LIMIT
from slackapp.sandbox.blocks.views import MOST_VIEW_BYTES, check_view

__all__ = [
    "MOST_VIEW_BYTES",
    "TEXT_WEIGHT_LIMIT",
    "Contents",
    "Surface",
    "contents",
    "problems",
    "text_weight",
    "view_problems",
]


def problems(blocks: object, *, surface: Surface, at: str = "/blocks") -> list[str]:
    """What Slack would refuse in these blocks, each sentence with its JSON pointer from `at`. Empty: nothing.

    The sum of all texts is not among them: a message over `TEXT_WEIGHT_LIMIT` by `text_weight` is refused
    with an error of its own.
    """
    sentences: list[str] = []
    check_blocks(blocks, at, sentences, surface=surface)
    return sentences


def view_problems(view: object) -> list[str]:
    """What Slack would refuse in this view as an app sends it: its frame, its blocks, and both together."""
    sentences: list[str] = []
    check_view(view, "/view", sentences)
    return sentences
