"""JSON from outside, read only as far as the sandbox can write it down again."""

from collections.abc import Iterator
from typing import Any

import orjson

# What is read is written again, into the journal and the state, and orjson writes at most 254 levels.
DEEPEST = 100


def read_json(text: bytes | str) -> Any:  # noqa: ANN401  # any JSON
    """The value that `text` is. Raises ValueError, with what is the matter, where there is none to be had."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("not valid JSON") from None
    # Most opens too few to be deep; only what might be is looked through.
    written = text if isinstance(text, bytes) else text.encode()
    opened = len(written) - len(written.translate(None, b"[{"))
    if opened > DEEPEST and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _is_deep(value: Any) -> bool:  # noqa: ANN401  # likewise
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    return bool(level)


def _inside(value: Any) -> Iterator[Any]:  # noqa: ANN401  # likewise
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
