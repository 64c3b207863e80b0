"""How the Web API says no."""

import asyncio
from typing import Any

import orjson
from aiohttp import web

from slackapp.sandbox.core.faults import Fault


class NotFound(Exception):  # noqa: N818  # an answer, not a failure
    """The person asked for something that does not exist for them; `status` is the HTTP status."""

    def __init__(self, status: int, error: str, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(error)
        self.status = status
        self.extra = {"ok": False, "error": error, **extra}


JSON_TYPE = "application/json; charset=utf-8"


async def after_effect(request: web.Request, fault: Fault) -> None:
    """What a fault does once the call has been carried out."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    elif fault.kind == "drop":
        hang_up(request)


def hang_up(request: web.Request) -> None:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


def json_response(
    answer: dict[str, Any] | list[Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """An answer as Slack writes it."""
    return web.Response(
        body=orjson.dumps(answer), status=status, headers={"Content-Type": JSON_TYPE, **(headers or {})}
    )


class Refused(Exception):  # noqa: N818  # Slack refuses; this is its answer, not a failure of ours
    """An `ok: false` answer. `messages` go into response_metadata, `extra` beside the error."""

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:  # noqa: ANN401  # any JSON
        super().__init__(error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """The answer's JSON."""
        answer: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            told = [one if one.startswith("[ERROR] ") else f"[ERROR] {one}" for one in self.messages]
            answer["response_metadata"] = {"messages": told}
        return answer


def missing(field: str) -> Refused:
    """What Slack says when a required argument is not there."""
    return Refused("invalid_arguments", f"[ERROR] missing required field: {field}")
