"""Respond to a call to which a fault applies, whether or not the call was carried out."""

import asyncio
import socket
import struct
import time

from aiohttp import web

from slackapp.sandbox.core.faults import Fault
from slackapp.sandbox.core.responses import json_response

GARBAGE = "<!doctype html><title>Sign in</title><p>Sign in to the network.</p>"
POLL_SECONDS = 0.02


async def answer_with_fault(
    request: web.Request, fault: Fault, answer: web.StreamResponse | None = None
) -> web.StreamResponse:
    """Return the faulty response. `answer` is the real response, if the call was carried out."""
    nobody_reads = web.Response(status=500)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return answer or nobody_reads
    if fault.kind == "late":
        await _wait_for_disconnect(request, fault.seconds)
        return answer or nobody_reads
    if fault.kind == "half":
        return await _send_partly(request, fault.seconds)
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
    if fault.kind in {"drop", "hang", "reset", "away"}:
        close_connection(request, reset=fault.kind in {"reset", "away"})
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


async def _send_partly(request: web.Request, seconds: float) -> web.StreamResponse:
    """Send the headers and the first byte of the body, wait, then close the connection."""
    response = web.StreamResponse(
        headers={"Content-Type": "application/json; charset=utf-8", "Content-Length": "4096"}
    )
    await response.prepare(request)
    await response.write(b"{")
    await asyncio.sleep(seconds)
    close_connection(request)
    return response


async def _wait_for_disconnect(request: web.Request, most: float) -> None:
    """Wait until the client disconnects, at most `most` seconds."""
    end = time.monotonic() + most
    # A transport has no callback for closing, so it is polled.
    while time.monotonic() < end and request.transport and not request.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(POLL_SECONDS)


def close_connection(request: web.Request, *, reset: bool = False) -> None:
    """Close the connection without an answer; with `reset`, so that the client gets ECONNRESET."""
    if request.transport is None:
        return
    if reset and (connection := request.transport.get_extra_info("socket")) is not None:
        # Linger for no time at all: the kernel sends RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
