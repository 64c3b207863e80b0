"""Responses and errors of the Web API and of the sandbox's own routes."""

from typing import Any

import orjson
from aiohttp import web


class RequestError(Exception):  # an answer, not a failure
    """An error answer of the person, page and control API; `status` is the HTTP status."""

    def __init__(self, status: int, error: str, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(error)
        self.status = status
        self.extra = {"ok": False, "error": error, **extra}


JSON_TYPE = "application/json; charset=utf-8"


def json_response(
    answer: dict[str, Any] | list[Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Build a JSON response with Slack's content type."""
    return web.Response(
        body=orjson.dumps(answer), status=status, headers={"Content-Type": JSON_TYPE, **(headers or {})}
    )


class Refused(Exception):  # noqa: N818  # Slack refuses; this is its answer, not a failure of ours
    """Slack's `ok: false` answer. `messages` go into response_metadata, `extra` to the top level."""

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            messages = [text if text.startswith("[ERROR] ") else f"[ERROR] {text}" for text in self.messages]
            answer["response_metadata"] = {"messages": messages}
        return answer


def missing_field(field: str) -> Refused:
    """Return the error for a missing required argument."""
    return Refused("invalid_arguments", f"[ERROR] missing required field: {field}")
