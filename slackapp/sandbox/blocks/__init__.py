"""Block Kit validation as Slack does it: pure functions over decoded JSON."""

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
    """Return the problems of these blocks, each with its JSON pointer from `at`.

    The total length of texts is checked separately (`text_weight`, `TEXT_WEIGHT_LIMIT`), because Slack has
    an error of its own for it.
    """
    sentences: list[str] = []
    check_blocks(blocks, at, sentences, surface=surface)
    return sentences


def view_problems(view: object) -> list[str]:
    """Return the problems of a view as an app sends it."""
    sentences: list[str] = []
    check_view(view, "/view", sentences)
    return sentences
