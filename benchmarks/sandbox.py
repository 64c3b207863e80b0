"""Validated chat.postMessage calls a second of the sandbox, beside an empty handler of aiohttp.

Both servers have a process each, on the same core where the system can pin them, and the same client
asks them in turns with the same bytes, from the other core. Also: how long the sandbox takes to start.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import slack
from benchmarks.measuring import Line, Runs, compared, show
from slackapp import manifest_path
from slackapp.sandbox.server import Sandbox

ROUNDS = 9
CALLS = 1_500
CONNECTIONS = 8
STARTS = 3
MESSAGE: dict[str, object] = {
    "channel": slack.CHANNEL,
    "text": "Helping. Person 1 thanked you.",
    "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Helping.* <@U0PERSON001> thanked you."}},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_quote",
                    "elements": [{"type": "text", "text": "Stayed after the shift to find us a bed."}],
                }
            ],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": name,
                    "text": {"type": "plain_text", "text": name},
                    "value": "0123456789abcdef01234567",
                }
                for name in ("share", "keep")
            ],
        },
    ],
}


class Client:
    """As little work as possible for a call, so that the server is what is measured.

    Every connection has one request under way at a time.
    """

    def __init__(self, url: str, message: dict[str, object]) -> None:
        place = urlsplit(url)
        assert place.hostname
        assert place.port
        body = json.dumps(message).encode()
        head = (
            f"POST /api/chat.postMessage HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {slack.TOKEN}\r\nContent-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        self._sockets = [socket.create_connection((place.hostname, place.port)) for _ in range(CONNECTIONS)]
        for connection in self._sockets:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def round(self, calls: int, own: Runs | None) -> None:
        begun = time.perf_counter()
        for _ in range(calls // CONNECTIONS):
            for connection in self._sockets:
                connection.sendall(self._request)
            for connection in self._sockets:
                assert _answer(connection)["ok"]
        if own:
            own.rates.append(calls / (time.perf_counter() - begun))

    def one(self) -> dict[str, object]:
        self._sockets[0].sendall(self._request)
        return _answer(self._sockets[0])

    def close(self) -> None:
        for connection in self._sockets:
            connection.close()


def _answer(connection: socket.socket) -> dict[str, object]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    answer: dict[str, object] = json.loads(body)
    return answer


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(65536)
    assert more, "the server closed the connection"
    return more


def quick(*, rounds: int = ROUNDS) -> list[Line]:
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    core = cores[-1] if len(cores) > 1 else None
    empty = [sys.executable, "-m", "benchmarks.empty_server"]
    with (
        slack.sandbox_process(core) as sandbox_url,
        slack.serving(empty, core) as empty_url,
        _elsewhere(cores),
    ):
        _refuses_what_is_wrong(sandbox_url)
        sandbox_runs, bare = Runs(), Runs()
        contestants = [(Client(sandbox_url, MESSAGE), sandbox_runs), (Client(empty_url, MESSAGE), bare)]
        for place in range(rounds + 1):
            for client, own in contestants if place % 2 else reversed(contestants):
                client.round(CALLS, own if place else None)
        for client, _ in contestants:
            client.close()
    pinned = f"core {core}" if core is not None else "not pinned"
    label = f"Sandbox, validated chat.postMessage ({pinned}); beside an empty aiohttp handler"
    return [
        Line(label, f"{sandbox_runs.rate:,.0f}/s", f"{bare.rate:,.0f}/s", compared(sandbox_runs, bare)),
        _starting(),
        _process_starting(),
    ]


def _refuses_what_is_wrong(url: str) -> None:
    """The premise: what is measured is really looked at."""
    wrong = Client(url, {**MESSAGE, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]})
    assert wrong.one()["error"] == "invalid_blocks"
    wrong.close()


@contextmanager
def _elsewhere(cores: list[int]) -> Iterator[None]:
    """Keep the client off the servers' core."""
    if len(cores) < 2:
        yield
        return
    os.sched_setaffinity(0, set(cores[:-1]))
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, set(cores))


def _starting() -> Line:
    took = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        with Sandbox(manifest=manifest_path()) as sandbox:
            sandbox.seed(slack.workspace())
            took.append(time.perf_counter() - begun)
    label = "Sandbox in this process: from nothing to an address that answers"
    return Line(label, f"{1000 * statistics.median(took):.0f} ms")


def _process_starting() -> Line:
    """Beside a process that only imports aiohttp, which no sandbox of this kind can undercut."""
    took: list[float] = []
    bare: list[float] = []
    for _ in range(STARTS):
        begun = time.perf_counter()
        with slack.sandbox_process() as url:
            took.append(time.perf_counter() - begun)
            assert url
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "import aiohttp.web"], check=True, cwd=Path(__file__).parent.parent
        )
        bare.append(time.perf_counter() - begun)
    sandbox_median, bare_median = statistics.median(took), statistics.median(bare)
    label = "Sandbox as a process: until it answers; beside `python -c 'import aiohttp.web'`"
    return Line(
        label,
        f"{sandbox_median:.2f} s",
        f"{bare_median:.2f} s",
        f"{sandbox_median / bare_median:.1f} x its time",
    )


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--rounds", type=int, default=ROUNDS)
    show(quick(rounds=reader.parse_args().rounds))


if __name__ == "__main__":
    main()
