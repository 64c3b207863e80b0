"""What holds for all blocks of a surface together: ids, focus, and the sums Slack counts."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from slackapp.sandbox.blocks.references import text_weight
from slackapp.sandbox.blocks.schema import tell

# Slack documents no sum; messages whose texts together pass this many characters have been refused.
TEXT_WEIGHT_LIMIT: Final = 13_200
MARKDOWN_LIMIT: Final = 12_000
TABLE_LIMIT: Final = 10_000
SINGLE: Final = frozenset({"accessory", "element"})
SEVERAL: Final = frozenset({"elements", "actions"})
# Block type -> where it holds other blocks.
NESTING: Final = {"container": "child_blocks", "carousel": "elements", "plan": "tasks"}


def every_block(blocks: list[dict[str, Any]], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """These blocks and those inside them, each before what it holds, with its JSON pointer from `at`."""
    for place, block in enumerate(blocks):
        where = f"{at}/{place}"
        yield where, block
        # A plan's tasks need no type of their own.
        held = NESTING.get(block.get("type", ""))
        if held is not None:
            yield from every_block(block.get(held, []), f"{where}/{held}")


def elements_in(block: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """The elements of a block with the path to each inside the block."""
    for name, held in block.items():
        if isinstance(held, dict):
            if name in SINGLE:
                yield name, held
        elif isinstance(held, list) and name in SEVERAL:
            for place, one in enumerate(held):
                if isinstance(one, dict):
                    yield f"{name}/{place}", one


def ids_differ(blocks: list[dict[str, object]], at: str, found: list[str]) -> None:
    """No block_id twice on a surface, no action_id twice in a block."""
    seen: set[object] = set()
    for pointer, block in every_block(blocks, at):
        own = block.get("block_id")
        if own is not None and own in seen:
            tell(found, f"block_id must be unique: {own}", f"{pointer}/block_id")
        seen.add(own)
        actions: set[object] = set()
        for path, element in elements_in(block):
            action = element.get("action_id")
            if action is not None and action in actions:
                tell(found, f"action_id must be unique: {action}", f"{pointer}/{path}/action_id")
            actions.add(action)


def one_focus(blocks: list[dict[str, object]], at: str, found: list[str]) -> None:
    """One element at most takes the focus."""
    focused = [
        f"{pointer}/{path}"
        for pointer, block in every_block(blocks, at)
        for path, element in elements_in(block)
        if element.get("focus_on_load") is True
    ]
    for extra in focused[1:]:
        tell(found, "only one element can have focus_on_load", f"{extra}/focus_on_load")


def sums(blocks: list[dict[str, object]], at: str, found: list[str]) -> None:
    """What Slack counts over the whole message: tables, their characters, and markdown."""
    kinds = [block["type"] for block in blocks]
    if kinds.count("table") > 1:
        tell(found, "only one table allowed", at)
    if sum(len(str(block["text"])) for block in blocks if block["type"] == "markdown") > MARKDOWN_LIMIT:
        tell(found, f"markdown blocks must be less than {MARKDOWN_LIMIT + 1} characters together", at)
    for place, block in enumerate(blocks):
        if block["type"] in {"table", "data_table"} and text_weight(block["rows"]) > TABLE_LIMIT:
            tell(found, f"must be less than {TABLE_LIMIT + 1} characters in all cells", f"{at}/{place}/rows")
