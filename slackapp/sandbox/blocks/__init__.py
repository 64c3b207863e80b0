"""Block Kit as Slack checks it: pure functions over decoded JSON, nothing fetched, nothing remembered."""

from slackapp.sandbox.blocks.layout import Surface, check_blocks
from slackapp.sandbox.blocks.references import picture_addresses, slack_files
from slackapp.sandbox.blocks.views import MOST_VIEW_BYTES, check_view
from slackapp.sandbox.blocks.whole import TEXT_WEIGHT_LIMIT, text_weight

__all__ = [
    "MOST_VIEW_BYTES",
    "TEXT_WEIGHT_LIMIT",
    "Surface",
    "picture_addresses",
    "problems",
    "slack_files",
    "text_weight",
    "view_problems",
]


def problems(blocks: object, *, surface: Surface) -> list[str]:
    """What Slack would refuse in these blocks, each sentence with its JSON pointer. Empty: nothing.

    The sum of all texts is not among them: a message over `TEXT_WEIGHT_LIMIT` by `text_weight` is refused
    with an error of its own.
    """
    found: list[str] = []
    check_blocks(blocks, "/blocks", found, surface=surface)
    return found


def view_problems(view: object) -> list[str]:
    """What Slack would refuse in this view as an app sends it: its frame, its blocks, and both together."""
    found: list[str] = []
    check_view(view, "/view", found)
    return found
