"""Whole views: modals and the Home tab."""

from collections.abc import Mapping
from typing import Final

from slackapp.sandbox.blocks import composition
from slackapp.sandbox.blocks.layout import Surface, check_blocks
from slackapp.sandbox.blocks.schema import Check, Shape, add_problem, boolean, string

# A larger view, as JSON in UTF-8, fails with `view_too_large`.
MOST_VIEW_BYTES: Final = 250_000


def _accept_any(_value: object, _at: str, _problems: list[str]) -> None:
    """Accept any value: blocks are checked after the frame, with their surface."""


_shared: Mapping[str, Check] = {
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}

_FRAMES: Final[Mapping[str, Shape]] = {
    "modal": Shape(
        {"title": composition.plain(24), "blocks": _accept_any},
        {
            **_shared,
            "submit": composition.plain(24),
            "close": composition.plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": Shape({"blocks": _accept_any}, _shared),
}


def check_view(view: object, at: str, problems: list[str]) -> None:
    """Add every problem of the view and its blocks."""
    if not isinstance(view, dict):
        add_problem(problems, "must provide an object", at)
        return
    kind = view.get("type")
    if kind is None:
        add_problem(problems, "missing required field: type", at)
        return
    frame = _FRAMES.get(kind) if isinstance(kind, str) else None
    if frame is None:
        add_problem(problems, f"unsupported type: {kind}", f"{at}/type")
        return
    frame(view, at, problems)
    if "blocks" in view:
        surface: Surface = "modal" if kind == "modal" else "home"
        inside: list[str] = []
        check_blocks(view["blocks"], f"{at}/blocks", inside, surface=surface)
        problems.extend(inside)
    if kind == "modal" and "submit" not in view and _has_input(view.get("blocks")):
        add_problem(problems, "must define `submit` to use an `input` block in modals", at)


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
