"""Socket Mode over two lines, each watched by a ping a second of its own.

slack_sdk's own client takes the end of a stream for silence, notices a dead line after 20 to 60 seconds, and
closes the old line at a planned refresh before what Slack has sent into it was read. Here the end of a stream
opens a new line at once, three seconds without a pong do the same, and at a refresh the old line is read
until Slack closes it. The protocol itself is left to slack_sdk's `Connection`.
"""

import json
import logging
import random
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from typing import Any, Final

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode.internals import run_bolt_app
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState
from slack_sdk.socket_mode.request import SocketModeRequest

LINES: Final = 2
PING_SECONDS: Final = 1.0
SILENCE_SECONDS: Final = 3.0
"""After so long without a pong a line is given up."""
THREADS: Final = 64
"""Requests at once; each waits at most 2.5 seconds for its answer."""

_OVERLAP_SECONDS: Final = 15.0
"""How long the old line is read after a refresh, if Slack does not close it: it says ten."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_AWAY_SECONDS: Final = 5.0
_END_SECONDS: Final = 2.0
_OK: Final = 200
_log = logging.getLogger(__name__)
# What the library would log of each failed try is said here once, in our own words.
_quiet = logging.getLogger("slack_sdk.socket_mode.quiet")
_quiet.setLevel(logging.CRITICAL)


class SocketLines:
    """Receives Slack's requests for a Bolt app, and answers them."""

    def __init__(self, bolt: App, app_token: str, client: WebClient, *, lines: int = LINES) -> None:
        """`client` reaches Slack, without a token."""
        self.bolt, self.app_token, self.client = bolt, app_token, client
        self.losses = 0
        """How many lines were lost; planned refreshes are not counted."""
        self.ends = threading.Event()
        self._workers = ThreadPoolExecutor(THREADS, thread_name_prefix="socket request")
        self._lines = [_Line(self) for _ in range(lines)]
        self._away_since: float | None = None
        self._lock = threading.Lock()

    def connect(self, seconds: float = 5.0) -> bool:
        """Open the lines; return whether all of them stand after at most so many seconds.

        What does not stand by then is tried again in the background.
        """
        for line in self._lines:
            line.thread.start()
        until = time.monotonic() + seconds
        return all(line.stands.wait(max(0.0, until - time.monotonic())) for line in self._lines)

    def silence(self) -> float:
        """Return the seconds since a line last proved that it works, by a pong or Slack's hello."""
        return min(line.silence() for line in self._lines)

    @property
    def is_connected(self) -> bool:
        """Whether at least one line has proved to work within the last seconds."""
        return self.silence() <= SILENCE_SECONDS + 2 * PING_SECONDS

    def close(self) -> None:
        """Accept nothing new, let running listeners answer, then close the lines."""
        self.ends.set()
        self._workers.shutdown(wait=True)
        for line in self._lines:
            line.close()

    def receive(self, session: "_Session", message: dict[str, Any]) -> None:
        """Pass a request on to Bolt, in a thread of its own."""
        request = SocketModeRequest.from_dict(message)
        if request is not None and not self.ends.is_set():
            with suppress(RuntimeError):  # The workers have just been shut down: Slack sends it again.
                self._workers.submit(self._answer, session, request)

    def notice(self) -> None:
        """Log once when no line has worked for a while, and once when one works again."""
        with self._lock:
            now, is_away = time.monotonic(), not self.is_connected
            if is_away and self._away_since is None and self.silence() > _AWAY_SECONDS:
                self._away_since = now
                _log.warning("Slack cannot be reached over Socket Mode. It is tried again until it can.")
            elif not is_away and self._away_since is not None:
                _log.info("Slack is reached again, after %.0f s.", now - self._away_since)
                self._away_since = None

    def _answer(self, session: "_Session", request: SocketModeRequest) -> None:
        response = run_bolt_app(self.bolt, request)
        if response.status != _OK:
            # Slack sends an event again that is not acknowledged.
            return
        answer = json.dumps(_envelope(request, response))
        others = (line.session for line in self._lines)
        for way in (session, *others):
            if way is not None and way.send(answer):
                return
        _log.warning("An answer could not be sent: no line to Slack works.")


class _Line:
    """One line: opened, watched and opened again in a thread of its own."""

    def __init__(self, lines: SocketLines) -> None:
        self._lines = lines
        self.session: _Session | None = None
        self._old: list[_Session] = []
        self.stands = threading.Event()
        self._wake = threading.Event()
        self._begun = time.monotonic()
        self.thread = threading.Thread(target=self._run, name="socket line", daemon=True)

    def silence(self) -> float:
        return time.monotonic() - (self.session.proven_at if self.session else self._begun)

    def close(self) -> None:
        self._wake.set()
        with suppress(RuntimeError):  # It was never started.
            self.thread.join(_END_SECONDS)
        for session in (self.session, *self._old):
            if session is not None:
                session.close()

    def _run(self) -> None:
        pause, ends = _FIRST_PAUSE, self._lines.ends
        # The app may have been composed long before it connects: that is no silence of Slack's.
        self._begun = time.monotonic()
        while not ends.is_set():
            self._lines.notice()
            if self.session is None or self.session.is_over or self.session.is_leaving:
                if self._open():
                    pause = _FIRST_PAUSE
                else:
                    ends.wait(pause * random.uniform(0.5, 1))  # noqa: S311 - no secret: processes are to spread
                    pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            self._wake.wait(PING_SECONDS)
            self._wake.clear()
            self._watch(self.session)

    def _watch(self, session: "_Session") -> None:
        self._old = [old for old in self._old if not old.is_over and not old.is_overdue]
        if session.is_leaving or self._lines.ends.is_set():
            return
        if not session.is_over:
            session.ping()
            if session.silence() > SILENCE_SECONDS:
                session.close()
        if session.is_over:
            self._lines.losses += 1
            _log.info("A line to Slack was lost. A new one is opened.")

    def _open(self) -> bool:
        session = _Session(self._receive, self._wake.set)
        try:
            session.open(self._address())
        except (SlackClientError, OSError, HTTPException, ValueError) as failure:
            _log.debug("opening a line failed: %s", type(failure).__name__)
            self._wait_as_told(failure)
            return False
        if self.session is not None and not self.session.is_over:
            self.session.leave()
            self._old.append(self.session)
        self.session = session
        return True

    def _address(self) -> str:
        return str(self._lines.client.apps_connections_open(app_token=self._lines.app_token)["url"])

    def _wait_as_told(self, failure: Exception) -> None:
        headers = getattr(getattr(failure, "response", None), "headers", None) or {}
        pause = headers.get("Retry-After") or headers.get("retry-after")
        if isinstance(failure, SlackApiError) and pause:
            seconds = pause[0] if isinstance(pause, list) else pause
            self._lines.ends.wait(float(seconds) if str(seconds).isdecimal() else _LONGEST_PAUSE)

    def _receive(self, session: "_Session", message: dict[str, Any]) -> None:
        match message.get("type"):
            case "hello":
                session.prove()
                self.stands.set()
            case "disconnect":
                if message.get("reason") == "link_disabled":
                    _log.error("Socket Mode is switched off in the app's settings at Slack.")
                session.is_leaving = True
                self._wake.set()
            case _:
                self._lines.receive(session, message)


class _Session:
    """One WebSocket with a reader of its own."""

    def __init__(
        self, receive: Callable[["_Session", dict[str, Any]], None], on_end: Callable[[], None]
    ) -> None:
        self._receive, self._on_end = receive, on_end
        self._state = ConnectionState()  # type: ignore[no-untyped-call]
        self._connection: Connection | None = None
        self._hello_at = time.monotonic()
        self._left_at: float | None = None
        self.is_over = self.is_leaving = False

    def open(self, address: str) -> None:
        """Connect and begin to read. Raises OSError when it does not stand."""
        connection = Connection(
            address,
            _quiet,
            proxy=load_http_proxy_from_env(_quiet),
            receive_buffer_size=65_536,
            on_message_listener=self._on_message,
            on_error_listener=lambda _error: None,
        )
        connection.connect()
        if connection.sock is None:
            raise ConnectionError
        connection.sock = _Stream(connection.sock)  # type: ignore[assignment]  # it has all that is used
        self._connection, self._hello_at = connection, time.monotonic()
        threading.Thread(target=self._read, name="socket reader", daemon=True).start()

    @property
    def proven_at(self) -> float:
        """When the line last proved that it works, by the monotonic clock."""
        pong = (self._connection.last_ping_pong_time if self._connection else None) or 0.0
        # The first ping of the library itself carries another clock.
        return max(self._hello_at, pong if pong <= time.monotonic() else 0.0)

    @property
    def is_overdue(self) -> bool:
        """Whether it was left so long ago that it is closed from our side; closes it."""
        if self._left_at is None or time.monotonic() - self._left_at < _OVERLAP_SECONDS:
            return False
        self.close()
        return True

    def silence(self) -> float:
        return time.monotonic() - self.proven_at

    def prove(self) -> None:
        self._hello_at = time.monotonic()

    def leave(self) -> None:
        self._left_at = time.monotonic()

    def ping(self) -> None:
        if self._connection:
            try:
                self._connection.ping(f"{self._connection.session_id}:{time.monotonic()}")
            except OSError:
                self.close()

    def send(self, message: str) -> bool:
        """Send a message; return whether the line took it."""
        if self._connection is None or self.is_over:
            return False
        try:
            self._connection.send(message)
        except (SlackClientError, OSError):
            return False
        return True

    def close(self) -> None:
        """End the line; its reader wakes and ends, too."""
        self._state.terminated = self.is_over = True
        stream = self._connection.sock if self._connection else None
        if stream is not None:
            # Wakes the reader, which holds the lock that the library's own close waits for.
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        if self._connection is not None:
            self._connection.disconnect()

    def _read(self) -> None:
        try:
            if self._connection is not None:
                self._connection.run_until_completion(self._state)
        finally:
            self.is_over = True
            if self._connection is not None:
                self._connection.disconnect()
            self._on_end()

    def _on_message(self, text: str) -> None:
        with suppress(ValueError):
            message = json.loads(text)
            if isinstance(message, dict):
                self._receive(self, message)


class _Stream:
    """A socket whose end is an error, and which sends all of a message or fails."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def recv(self, size: int) -> bytes:
        content = self._line.recv(size)
        if not content:
            raise ConnectionResetError
        return content

    def send(self, content: bytes) -> int:
        self._line.sendall(content)
        return len(content)

    def shutdown(self, how: int) -> None:
        self._line.shutdown(how)

    def close(self) -> None:
        self._line.close()


def _envelope(request: SocketModeRequest, response: BoltResponse) -> dict[str, Any]:
    """Return the acknowledgement of a request, with Bolt's answer if it has one."""
    answer: dict[str, Any] = {"envelope_id": request.envelope_id}
    if not response.body:
        return answer
    is_json = response.headers.get("content-type", [""])[0].startswith("application/json")
    return answer | {"payload": json.loads(response.body) if is_json else {"text": response.body}}
