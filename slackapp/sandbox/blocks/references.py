"""What blocks hold besides their form: the words people read, and what they refer to outside themselves."""

from dataclasses import dataclass, field
from typing import Final

# A way down: the trail to the object or list around, and the name or place in it.
Trail = tuple["Trail | None", "str | int"]
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
    references = Contents()
    # No recursion, and a pointer is only written out for what is found: every message is walked through, and
    # this is where a call spent most of its time.
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
    """The JSON pointer that a trail leads along."""
    steps: list[object] = []
    while trail is not None:
        trail, step = trail
        steps.append(step)
    return "/".join(map(str, reversed(steps)))


def text_weight(blocks: object) -> int:
    """How many characters people would read in these blocks, wherever they stand in them."""
    return contents(blocks).weight
