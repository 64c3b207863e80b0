"""Requests that are begun and never finished, as a stranger sends them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

_START = b"POST /slack/events HTTP/1.1\r\nHost: app\r\n"
LOOKS_SIGNED = b"X-Slack-Request-Timestamp: 1700000000\r\nX-Slack-Signature: v0=" + b"a" * 64 + b"\r\n"
UNSIGNED_BODY = _START + b"Content-Type: text/plain\r\nContent-Length: 50\r\n\r\nabc"
BODY_THAT_LOOKS_SIGNED = _START + LOOKS_SIGNED + b"Content-Length: 50\r\n\r\nabc"
CHUNKED_BODY = _START + LOOKS_SIGNED + b"Transfer-Encoding: chunked\r\n\r\n32\r\nabc"
HEADERS = _START + b"X-Slow: a"


@contextmanager
def hanging(port: int, beginning: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Open connections on which only `beginning` has been sent."""
    with ExitStack() as opened:
        lines = [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            for _ in range(count)
        ]
        for line in lines:
            line.sendall(beginning)
        yield lines


def status(line: socket.socket) -> int:
    """The status of the answer that comes on a connection."""
    return int(line.recv(64).split()[1])


def answers(port: int, *, seconds: float) -> bool:
    """Whether somebody else is answered."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=seconds).status_code == 200
    except httpx.TransportError:
        return False
