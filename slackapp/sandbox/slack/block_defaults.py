"""What Slack adds to accepted blocks: missing ids, and defaults of text objects."""

import secrets
from typing import Any

from slackapp.sandbox.blocks.controls import STATE_KEYS
from slackapp.sandbox.blocks.surface import NESTING
from slackapp.sandbox.core.state import Blocks

NESTED = frozenset({dict, list})
INTERACTIVE = frozenset(STATE_KEYS) | {"button", "overflow", "workflow_button"}


def with_defaults(blocks: Blocks) -> Blocks:
    """Return a copy with block ids, action ids, `emoji` and `verbatim` filled in."""
    return _with_ids(
        [_copy_with_defaults(block) for block in blocks], {block.get("block_id") for block in blocks}
    )


def plain(text: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a plain_text object with Slack's defaults."""
    return _copy_with_defaults(text) if text else None


def _with_ids(blocks: Blocks, taken: set[Any]) -> Blocks:
    """Return the blocks with block ids, inner blocks included."""
    named: Blocks = []
    for block in blocks:
        fresh = block
        if "block_id" not in block:
            kind = block.pop("type", "task_card")
            fresh = {"type": kind, "block_id": _new_block_id(taken), **block}
        elif "type" not in block:
            fresh = {"type": "task_card", **block}
        inside = NESTING.get(fresh["type"], "")
        if inside in fresh:
            fresh[inside] = _with_ids(fresh[inside], taken)
        named.append(fresh)
    return named


def _new_block_id(taken: set[Any]) -> str:
    fresh = secrets.token_urlsafe(4)[:5]
    while fresh in taken:
        fresh = secrets.token_urlsafe(4)[:5]
    taken.add(fresh)
    return fresh


def _copy_with_defaults(value: Any) -> Any:  # noqa: ANN401  # any JSON
    # Comparing exact types is faster than isinstance: every message is copied, and JSON has no subclasses.
    if type(value) is list:
        return [_copy_with_defaults(inner) if type(inner) in NESTED else inner for inner in value]
    copy = {
        name: _copy_with_defaults(inner) if type(inner) in NESTED else inner for name, inner in value.items()
    }
    kind = copy.get("type")
    if kind == "plain_text":
        copy.setdefault("emoji", True)
    elif kind == "mrkdwn":
        copy.setdefault("verbatim", False)
    elif kind in INTERACTIVE and "action_id" not in copy:
        copy["action_id"] = secrets.token_urlsafe(4)[:5]
    return copy
