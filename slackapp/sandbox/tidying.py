"""What Slack adds to blocks it accepts: missing ids, and the defaults of text objects."""

import secrets
from typing import Any

from slackapp.sandbox.elements import STATE_KEYS
from slackapp.sandbox.state import Blocks

NESTED = frozenset({dict, list})
INTERACTIVE = frozenset(STATE_KEYS) | {"button", "overflow", "workflow_button"}


def tidied(blocks: Blocks) -> Blocks:
    """A copy with a block_id on every block, an action_id on every element, `emoji` and `verbatim` set."""
    taken = {block.get("block_id") for block in blocks}
    copy: Blocks = []
    for block in blocks:
        fresh = _copied(block)
        if "block_id" not in fresh:
            fresh = {"type": fresh.pop("type"), "block_id": _new_block_id(taken), **fresh}
        copy.append(fresh)
    return copy


def plain(text: dict[str, Any] | None) -> dict[str, Any] | None:
    """A plain_text object as Slack keeps it."""
    return _copied(text) if text else None


def _new_block_id(taken: set[Any]) -> str:
    fresh = secrets.token_urlsafe(4)[:5]
    while fresh in taken:
        fresh = secrets.token_urlsafe(4)[:5]
    taken.add(fresh)
    return fresh


def _copied(value: Any) -> Any:  # noqa: ANN401  # any JSON
    # A whole type is compared, not a union: every message is copied, and JSON has no subclasses.
    if type(value) is list:
        return [_copied(one) if type(one) in NESTED else one for one in value]
    copy = {name: _copied(one) if type(one) in NESTED else one for name, one in value.items()}
    kind = copy.get("type")
    if kind == "plain_text":
        copy.setdefault("emoji", True)
    elif kind == "mrkdwn":
        copy.setdefault("verbatim", False)
    elif kind in INTERACTIVE and "action_id" not in copy:
        copy["action_id"] = secrets.token_urlsafe(4)[:5]
    return copy
