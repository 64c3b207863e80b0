"""Checks across all blocks of a surface: unique ids, focus, and totals."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from slackapp.sandbox.blocks.references import text_weight
from slackapp.sandbox.blocks.schema import add_problem

# Slack documents no limit; messages with more characters in total have been refused.
TEXT_WEIGHT_LIMIT: Final = 13_200
MARKDOWN_LIMIT: Final = 12_000
TABLE_LIMIT: Final = 10_000
SINGLE: Final = frozenset({"accessory", "element"})
SEVERAL: Final = frozenset({"elements", "actions"})
# Block type -> the field that holds its inner blocks.
NESTING: Final = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}


def every_block(blocks: list[dict[str, Any]], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield these blocks and their inner blocks, outer first, with JSON pointers from `at`."""
    for place, block in enumerate(blocks):
        where = f"{at}/{place}"
        yield where, block
        # A plan's tasks need no type of their own.
        held = NESTING.get(block.get("type", ""))
        if held is not None:
            yield from every_block(block.get(held, []), f"{where}/{held}")


def elements_in(block: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield a block's elements with the path to each inside the block."""
    for name, held in block.items():
        if isinstance(held, dict):
            if name in SINGLE:
                yield name, held
        elif isinstance(held, list) and name in SEVERAL:
            for place, element in enumerate(held):
                if isinstance(element, dict):
                    yield f"{name}/{place}", element


def check_unique_ids(blocks: list[dict[str, object]], at: str, problems: list[str]) -> None:
    """Check that block ids are unique on a surface and action ids in a block."""
    seen: set[object] = set()
    for pointer, block in every_block(blocks, at):
        own = block.get("block_id")
        if own is not None and own in seen:
            add_problem(problems, f"block_id must be unique: {own}", f"{pointer}/block_id")
        seen.add(own)
        actions: set[object] = set()
        for path, element in elements_in(block):
            action = element.get("action_id")
            if action is not None and action in actions:
                add_problem(problems, f"action_id must be unique: {action}", f"{pointer}/{path}/action_id")
            actions.add(action)


def check_single_focus(blocks: list[dict[str, object]], at: str, problems: list[str]) -> None:
    """Check that at most one element has focus_on_load."""
    focused = [
        f"{pointer}/{path}"
        for pointer, block in every_block(blocks, at)
        for path, element in elements_in(block)
        if element.get("focus_on_load") is True
    ]
    for extra in focused[1:]:
        add_problem(problems, "only one element can have focus_on_load", f"{extra}/focus_on_load")


def check_totals(blocks: list[dict[str, object]], at: str, problems: list[str]) -> None:
    """Check the totals of a message: tables, their characters, and markdown."""
    kinds = [block["type"] for block in blocks]
    if kinds.count("table") > 1:
        add_problem(problems, "only one table allowed", at)
    if sum(len(str(block["text"])) for block in blocks if block["type"] == "markdown") > MARKDOWN_LIMIT:
        add_problem(
            problems, f"markdown blocks must be less than {MARKDOWN_LIMIT + 1} characters together", at
        )
    for place, block in enumerate(blocks):
        if block["type"] in {"table", "data_table"} and text_weight(block["rows"]) > TABLE_LIMIT:
            add_problem(
                problems, f"must be less than {TABLE_LIMIT + 1} characters in all cells", f"{at}/{place}/rows"
            )
