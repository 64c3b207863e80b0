"""What blocks hold besides their form: the words people read, and what they refer to outside themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

READ: Final = frozenset({"text", "alt_text"})


@dataclass(slots=True)
class Contents:
    """`weight`: how many characters people read. `files`, `pictures`: each by the JSON pointer to it.

    A file is `{"id": ...}` or `{"url": ...}`, a picture the address it is fetched from.
    """

    weight: int = 0
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)


def contents(blocks: object, at: str = "/blocks") -> Contents:
    """One walk through the blocks, wherever their elements stand; files and pictures in their order."""
    found = Contents()
    # No recursion: every message is walked through, and this is where a call spent most of its time.
    waiting: list[tuple[object, str]] = [(blocks, at)]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, list):
            waiting.extend((one, f"{place}/{number}") for number, one in reversed([*enumerate(value)]))
        elif isinstance(value, dict):
            _look(value, place, found)
            waiting.extend(
                (one, f"{place}/{name}")
                for name, one in reversed(value.items())
                if isinstance(one, dict | list) and name != "slack_file"
            )
    return found


def _look(value: Mapping[str, object], place: str, found: Contents) -> None:
    """What stands in this object itself."""
    for name, one in value.items():
        if isinstance(one, str):
            if name in READ:
                found.weight += len(one)
            elif name == "image_url":
                found.pictures[f"{place}/{name}"] = one
        elif name == "slack_file" and isinstance(one, dict):
            named = {key: one[key] for key in ("id", "url") if isinstance(one.get(key), str)}
            found.files[f"{place}/{name}"] = named


def text_weight(blocks: object) -> int:
    """How many characters people would read in these blocks, wherever they stand in them."""
    return contents(blocks).weight
