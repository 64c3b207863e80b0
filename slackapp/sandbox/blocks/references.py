"""Contents of blocks: length of the texts, files and pictures."""

from dataclasses import dataclass, field
from typing import Final

# A path in JSON: the trail of the enclosing object or list, and the key or index in it.
Trail = tuple["Trail | None", "str | int"]
READ: Final = frozenset({"text", "alt_text"})


@dataclass(slots=True)
class Contents:
    """`weight`: number of characters people read. `files`, `pictures`: keyed by JSON pointer.

    A file is `{"id": ...}` or `{"url": ...}`, a picture is its address.
    """

    weight: int = 0
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)


def contents(blocks: object, at: str = "/blocks") -> Contents:
    """Collect the contents of blocks in one pass; files and pictures in document order."""
    references = Contents()
    # No recursion, and pointers are built only for references: every message is walked, and most of a
    # call's time was spent here.
    waiting: list[tuple[object, Trail]] = [(blocks, (None, at))]
    while waiting:
        value, trail = waiting.pop()
        if isinstance(value, list):
            waiting.extend((value[place], (trail, place)) for place in range(len(value) - 1, -1, -1))
        elif isinstance(value, dict):
            for name, member in value.items():
                if isinstance(member, str):
                    if name in READ:
                        references.weight += len(member)
                    elif name == "image_url":
                        references.pictures[_pointer((trail, name))] = member
                elif name == "slack_file" and isinstance(member, dict):
                    named = {key: member[key] for key in ("id", "url") if isinstance(member.get(key), str)}
                    references.files[_pointer((trail, name))] = named
                elif isinstance(member, dict | list):
                    waiting.append((member, (trail, name)))
    return references


def _pointer(trail: "Trail | None") -> str:
    """Return the JSON pointer of a trail."""
    steps: list[object] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return "/".join(map(str, reversed(steps)))


def text_weight(blocks: object) -> int:
    """Return the number of characters that people read in these blocks."""
    return contents(blocks).weight
