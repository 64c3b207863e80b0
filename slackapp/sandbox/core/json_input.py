"""JSON from outside, read only as far as the sandbox can write it down again."""

from collections.abc import Iterator
from typing import Any

import orjson
from aiohttp import web

from slackapp.sandbox.core.responses import NotFound

# A count or a pause beyond this is a slip of the keyboard.
MOST = 1_000_000


async def wanted(request: web.Request) -> dict[str, Any]:
    """The JSON object a request carries."""
    try:
        body = read_json(await request.read() or b"{}")
    except ValueError as wrong:
        raise NotFound(400, f"The body is {wrong}.") from None
    if not isinstance(body, dict):
        raise NotFound(400, "The body must be a JSON object.")
    return body


def words(body: dict[str, Any], name: str, otherwise: str | None = None) -> str:
    """A string out of a request's JSON."""
    value = body.get(name, otherwise)
    if not isinstance(value, str):
        raise NotFound(400, f"“{name}” must be a string.")
    return value


def words_if_any(body: dict[str, Any], name: str) -> str | None:
    """A string that may be left out, or be null."""
    return None if body.get(name) is None else words(body, name)


def number(body: dict[str, Any], name: str, otherwise: float) -> float:
    """A number that makes sense as a count or as seconds: none below nought, none without end."""
    value = body.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        raise NotFound(400, f"“{name}” must be a number from 0 to {MOST}.")
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """True or false."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise NotFound(400, f"“{name}” must be true or false.")
    return value


def names(body: dict[str, Any], name: str) -> list[str]:
    """A list of strings; an empty one where it is left out."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise NotFound(400, f"“{name}” must be a list of strings.")
    return value


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
        level = [inner for value in level for inner in _inside(value)]
    return bool(level)


def _inside(value: Any) -> Iterator[Any]:  # noqa: ANN401  # likewise
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
