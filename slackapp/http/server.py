"""The HTTP server: waitress, with a time limit for requests to arrive and a graceful stop.

Waitress reads requests in one thread without blocking, and passes them to the application when they are
complete. A client that never finishes takes up a connection for a while, but never a thread.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from operator import attrgetter
from typing import Any
from wsgiref.types import WSGIApplication

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.utilities import Error
from waitress.wasyncore import dispatcher

from slackapp.core.errors import SettingsError
from slackapp.http.guard import LARGEST

THREADS = 64
"""How many requests are answered at once. Threads only wait: for the database, and for Slack."""

CONNECTIONS = 1000
"""How many may be open at once. At the limit, those that have been idle longest are closed."""

ARRIVAL_SECONDS = 10
"""How long a request may take to arrive completely, and how long a connection may be idle."""

_CLEANUP_SECONDS = 2
_DRAIN_SECONDS = 20.0
_GRACE_SECONDS = 0.5
"""How long requests may still arrive while the server stops."""

_LOOK_SECONDS = 0.05
_WARNING_SECONDS = 60.0
_END_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class _RequestTimeout(Error):  # noqa: N818 - an answer, not an exception
    code = 408
    reason = "Request Timeout"


class _Request(HTTPRequestParser):
    """A request that is also refused, not only dropped, when its first line or length is unreadable."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("It cannot be read.") from None


class _Channel(HTTPChannel):
    """A connection that records when the arriving request began."""

    parser_class = _Request
    began = 0.0

    def received(self, data: bytes) -> bool:
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self.began = self.last_activity
        return taken

    @property
    def is_answering(self) -> bool:
        """Whether an answer is being prepared or not yet sent."""
        return bool(self.requests or self.total_outbufs_len)

    def refuse_late(self) -> None:
        """Answer 408 to the request that has not arrived in time, and close the connection after it."""
        with self.requests_lock:
            late, self.request = self.request, None
            if late is None:
                return
            late.error = _RequestTimeout("It took too long to arrive.")  # type: ignore[assignment]  # it knows few
            late.completed = True
            self.requests.append(late)
        self.server.add_task(self)


class _Listener(TcpWSGIServer):
    """The socket that accepts connections. All methods run in the thread of its loop."""

    channel_class = _Channel
    last_warning = -math.inf

    def readable(self) -> bool:
        """Make room in time: waitress alone would accept none until a connection ends by itself."""
        if len(self.active_channels) >= self.adj.connection_limit - self._spare:
            self._make_room()
        is_accepting: bool = super().readable()
        return is_accepting

    @property
    def _spare(self) -> int:
        return max(1, int(self.adj.connection_limit) // 10)

    def _make_room(self) -> None:
        """Close the tenth of the connections that have been idle longest and wait for no answer."""
        channels = list(self.active_channels.values())
        if any(channel.will_close for channel in channels):
            return
        idle = [channel for channel in channels if not channel.is_answering]
        for channel in sorted(idle, key=attrgetter("last_activity"))[: self._spare]:
            channel.will_close = True
        now = time.monotonic()
        if now - self.last_warning > _WARNING_SECONDS:
            self.last_warning = now
            _logger.warning("%d connections are open: the longest silent are closed.", len(channels))

    def maintenance(self, now: float) -> None:
        """Refuse requests that arrive too slowly; waitress itself closes idle connections."""
        for channel in list(self.active_channels.values()):
            is_arriving = channel.request is not None and not channel.requests
            if is_arriving and channel.began <= now - self.adj.channel_timeout:
                channel.refuse_late()
        super().maintenance(now)

    def accept_no_more(self) -> None:
        """Take in the connections that are waiting, then close the listening socket."""
        known = -1
        while known < len(self.active_channels):
            known = len(self.active_channels)
            self.handle_accept()
        # Not this class's own close, which would also end the loop's trigger.
        dispatcher.close(self)

    def close_idle(self) -> None:
        """Close the connections that wait for no answer."""
        for channel in list(self.active_channels.values()):
            if not channel.is_answering:
                channel.will_close = True

    def end(self) -> None:
        """Close all remaining connections, which ends the loop."""
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        self.trigger.close()


class Server:
    """Serves one WSGI application on one address.

    Raises:
        SettingsError: Nothing can listen on this address.
    """

    def __init__(
        self,
        application: WSGIApplication,
        host: str,
        port: int,
        *,
        connections: int = CONNECTIONS,
        arrival_seconds: int = ARRIVAL_SECONDS,
    ) -> None:
        """Take the address. Nobody can connect before `start`."""
        settings: dict[str, Any] = {
            "threads": THREADS,
            # Waitress counts the listening socket and the one that wakes it, too.
            "connection_limit": connections + 2,
            "channel_timeout": arrival_seconds,
            "cleanup_interval": min(_CLEANUP_SECONDS, arrival_seconds),
            "asyncore_use_poll": True,
            # Waitress refuses a body of this size itself. Smaller ones are never written to a file.
            "max_request_body_size": LARGEST + 1,
            "inbuf_overflow": LARGEST + 1,
            "ident": None,
            # A name with addresses of both kinds, as localhost, listens on one.
            "ipv6": ":" in host,
        }
        # It would log a warning for every request that waits for a thread.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        try:
            self._listener = _Listener(application, _start=False, host=host, port=port, **settings)
        except (OSError, ValueError):
            raise SettingsError(
                f"HTTP_ADDRESS: nothing can listen on {host} port {port}. Is it taken?"
            ) from None
        self._loop = threading.Thread(target=self._listener.run, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.effective_port)

    @property
    def is_running(self) -> bool:
        """Whether the thread that reads requests is running."""
        return self._loop.is_alive()

    def start(self) -> None:
        """Begin to listen."""
        self._listener.accept_connections()
        self._loop.start()

    def stop(self, seconds: float = _DRAIN_SECONDS) -> None:
        """Accept no more connections, send the pending answers, then end.

        For half a second requests may still arrive on connections that are open; `seconds` is how long
        answers may take.
        """
        self._in_loop(self._listener.accept_no_more)
        begun = time.monotonic()
        while self._listener.active_channels and (waited := time.monotonic() - begun) < seconds:
            if waited >= _GRACE_SECONDS:
                self._in_loop(self._listener.close_idle)
            self._loop.join(_LOOK_SECONDS)
        self._listener.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        self._in_loop(self._listener.end)
        self._loop.join(_END_SECONDS)

    def _in_loop(self, call: Callable[[], None]) -> None:
        """Run a call in the thread that owns the connections, and wait for it."""
        if not self.is_running:
            return
        done = threading.Event()

        def run() -> None:
            try:
                call()
            finally:
                done.set()

        self._listener.trigger.pull_trigger(run)
        done.wait(_END_SECONDS)
