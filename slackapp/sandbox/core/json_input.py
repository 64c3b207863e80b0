"""Parsing of JSON requests, limited to what can be serialised again."""

from collections.abc import Iterator
from typing import Any

import orjson
from aiohttp import web

from slackapp.sandbox.core.responses import RequestError

# A larger count or pause is a typing mistake.
MAX_NUMBER = 1_000_000


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in a request's body."""
    try:
        body = read_json(await request.read() or b"{}")
    except ValueError as error:
        raise RequestError(400, f"The body is {error}.") from None
    if not isinstance(body, dict):
        raise RequestError(400, "The body must be a JSON object.")
    return body


def get_string(body: dict[str, Any], name: str, otherwise: str | None = None) -> str:
    """Return a string from a request's JSON."""
    value = body.get(name, otherwise)
    if not isinstance(value, str):
        raise RequestError(400, f"“{name}” must be a string.")
    return value


def get_optional_string(body: dict[str, Any], name: str) -> str | None:
    """Return a string, or None if it is missing or null."""
    return None if body.get(name) is None else get_string(body, name)


def get_number(body: dict[str, Any], name: str, otherwise: float) -> float:
    """Return a number from 0 to `MAX_NUMBER`, a count or seconds."""
    value = body.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_NUMBER:
        raise RequestError(400, f"“{name}” must be a number from 0 to {MAX_NUMBER}.")
    return value


def get_boolean(body: dict[str, Any], name: str) -> bool:
    """Return a boolean."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise RequestError(400, f"“{name}” must be true or false.")
    return value


def get_strings(body: dict[str, Any], name: str) -> list[str]:
    """Return a list of strings; empty if it is missing."""
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RequestError(400, f"“{name}” must be a list of strings.")
    return value


# Bodies are written to the journal and the state, and orjson writes at most 254 levels.
MAX_DEPTH = 100


def read_json(text: bytes | str) -> Any:  # noqa: ANN401  # any JSON
    """Parse JSON. Raises ValueError for invalid or too deeply nested JSON."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("not valid JSON") from None
    # Most values have too few brackets to be deep; only the others are walked.
    written = text if isinstance(text, bytes) else text.encode()
    opened = len(written) - len(written.translate(None, b"[{"))
    if opened > MAX_DEPTH and _is_deep(value):
        raise ValueError("nested too deeply")
    return value


def _is_deep(value: Any) -> bool:  # noqa: ANN401  # likewise
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
    return bool(level)


def _inside(value: Any) -> Iterator[Any]:  # noqa: ANN401  # likewise
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
