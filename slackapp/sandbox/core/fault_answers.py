"""What a client sees of a fault, after the call has been carried out or instead of it."""

import asyncio
import socket
import struct
import time

from aiohttp import web

from slackapp.sandbox.core.faults import Fault
from slackapp.sandbox.core.responses import json_response

GARBAGE = "<!doctype html><title>Sign in</title><p>Sign in to the network.</p>"
LOOK_SECONDS = 0.02


async def play(
    request: web.Request, fault: Fault, answer: web.StreamResponse | None = None
) -> web.StreamResponse:
    """Let the fault happen; gives what is answered. `answer` is the real one, if the call was carried out."""
    nobody_reads = web.Response(status=500)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer or nobody_reads
    if fault.kind == "late":
        await _until_nobody_waits(request, fault.seconds)
        return answer or nobody_reads
    if fault.kind == "half":
        return await _half(request, fault.seconds)
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    if fault.kind in {"drop", "hang", "reset", "away"}:
        hang_up(request, reset=fault.kind in {"reset", "away"})
        return nobody_reads
    return _refusal(fault)


def _refusal(fault: Fault) -> web.Response:
    if fault.kind == "429":
        headers = {"Retry-After": str(fault.retry_after)}
        return json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "error":
        return json_response({"ok": False, "error": fault.error})
    if fault.kind == "garbage":
        return web.Response(text=GARBAGE, content_type="text/html")
    return web.Response(status=500, text="Internal Server Error")


async def _half(request: web.Request, seconds: float) -> web.StreamResponse:
    """The head of an answer and the first byte of its body, then nothing."""
    response = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8", "Content-Length": "4096"}
    )
    await response.prepare(request)
    await response.write(b"{")
    await asyncio.sleep(seconds)
    hang_up(request)
    return response


async def _until_nobody_waits(request: web.Request, most: float) -> None:
    """Wait until the client has given up, at most so many seconds."""
    end = time.monotonic() + most
    # A transport tells nobody that it closes.
    while time.monotonic() < end and request.transport and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)


def hang_up(request: web.Request, *, reset: bool = False) -> None:
    """Close the connection without an answer; with `reset`, so that the client gets ECONNRESET."""
    if request.transport is None:
        return
    if reset and (connection := request.transport.get_extra_info("socket")) is not None:
        # Linger for no time at all: the kernel sends RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
