"""The HTTP server alone: unfinished requests delay no others, and a stop loses no answer."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from socketserver import TCPServer
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx
import pytest

from slackapp.core.errors import SettingsError
from slackapp.http.guard import Guard
from slackapp.http.server import Server, _Listener
from tests.support.hanging import (
    BODY_THAT_LOOKS_SIGNED,
    CHUNKED_BODY,
    HEADERS,
    UNSIGNED_BODY,
    answers,
    hanging,
    status,
)
from tests.support.waiting import comes


def well(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]


GUARD = Guard(well, {"/healthz": well}, secret="s")


@contextmanager
def serving(application: WSGIApplication, **limits: int) -> Iterator[Server]:
    server = Server(application, "127.0.0.1", 0, **limits)
    server.start()
    yield server
    server.stop(seconds=0)


@contextmanager
def naive_server(application: WSGIApplication) -> Iterator[int]:
    """The naive twin: a few threads, each of which reads one request's body inside the application."""

    class Quiet(WSGIRequestHandler):
        timeout = 5

        def log_message(self, *_arguments: object) -> None:
            pass

    class FewThreads(WSGIServer):
        pool = ThreadPoolExecutor(4)
        request_queue_size = 128

        def server_bind(self) -> None:
            # The base class looks up this computer's name in the network.
            TCPServer.server_bind(self)
            self.server_name, self.server_port = "127.0.0.1", self.server_address[1]
            self.setup_environ()

        def process_request(self, request: object, client_address: object) -> None:
            self.pool.submit(self.process_request_in_thread, request, client_address)

        def process_request_in_thread(self, request: object, client_address: object) -> None:
            try:
                self.finish_request(request, client_address)  # type: ignore[arg-type]
            except OSError:
                pass
            finally:
                self.shutdown_request(request)  # type: ignore[arg-type]

    server = FewThreads(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    loop = threading.Thread(target=server.serve_forever, daemon=True)
    loop.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    loop.join()
    server.pool.shutdown()


def until_closed(line: socket.socket) -> None:
    """Read to the end, which comes only if the server closes the connection.

    With bytes of ours still unread there, the system sends a reset in place of an end.
    """
    with suppress(ConnectionResetError):
        while line.recv(512):
            pass


@pytest.mark.parametrize("beginning", [UNSIGNED_BODY, BODY_THAT_LOOKS_SIGNED, CHUNKED_BODY, HEADERS])
def test_requests_that_never_arrive_are_refused_and_stop_nobody(beginning: bytes) -> None:
    with (
        serving(GUARD, arrival_seconds=1) as server,
        hanging(server.port, beginning, 1) as first,
        hanging(server.port, beginning, 100) as lines,
    ):
        # The sockets stay open while others ask.
        assert all(answers(server.port, seconds=3) for _ in range(20))
        assert {status(line) for line in first + lines} == {408}
        for line in lines:
            until_closed(line)
        assert answers(server.port, seconds=3)


def test_a_server_that_waits_for_bodies_in_a_few_threads_would_be_noticed() -> None:
    def reading(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return well(environ, start_response)

    with naive_server(reading) as port:
        assert answers(port, seconds=3)
        with hanging(port, UNSIGNED_BODY, 100):
            assert not answers(port, seconds=1)


def test_a_body_that_drips_steadily_is_refused_all_the_same() -> None:
    """Waitress alone counts from the last byte, so that one byte a second holds a connection for ever."""
    with serving(GUARD, arrival_seconds=1) as server, hanging(server.port, UNSIGNED_BODY, 1) as (line,):
        line.settimeout(0.1)
        deadline = time.monotonic() + 15
        while True:
            assert time.monotonic() < deadline
            line.sendall(b"x")
            try:
                assert status(line) == 408
                break
            except TimeoutError:
                continue


@pytest.mark.parametrize(
    ("malformed", "refusal"),
    [
        (b"GET http://[::1 HTTP/1.1\r\n\r\n", 400),
        (b"GET a://[b HTTP/1.0\r\n\r\n", 400),
        (b"POST /slack/events HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (b"POST /slack/events HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /slack/events HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"GET /\xff%zz HTTP/1.1\r\n\r\n", 400),
        (b"X" * 270_000, 431),
    ],
)
def test_what_cannot_be_read_is_refused_and_logs_no_failure(
    malformed: bytes, refusal: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Waitress alone drops some of these, and writes a trace into the log."""
    with serving(GUARD) as server, hanging(server.port, malformed, 1) as (line,):
        assert status(line) == refusal
    assert not caplog.records


def test_an_idle_connection_is_closed_without_an_answer() -> None:
    with serving(GUARD, arrival_seconds=1) as server, hanging(server.port, b"", 1) as (line,):
        assert line.recv(64) == b""


def test_more_connections_than_may_be_open_stop_nobody() -> None:
    """Waitress alone accepts nobody until some of them have been idle for ten seconds."""
    with (
        serving(GUARD, connections=100) as server,
        hanging(server.port, UNSIGNED_BODY, 300) as lines,
    ):
        assert all(answers(server.port, seconds=3) for _ in range(20))
        assert len(server._listener.active_channels) <= 100
        # Those that have been silent longest have made room.
        until_closed(lines[0])


def test_waitress_alone_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin of making room."""
    monkeypatch.delattr(_Listener, "readable")
    with serving(GUARD, connections=100) as server, hanging(server.port, UNSIGNED_BODY, 300):
        assert not answers(server.port, seconds=1)


class Held:
    """An application that answers when it is allowed to."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.allowed = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.asked.release()
        self.allowed.wait(20)
        return well(environ, start_response)


def stop_while_ten_wait(stop: Callable[[Server, Held], None]) -> list[bool]:
    """Ask ten times, begin two hundred requests that never arrive, stop; whether each was answered."""
    held = Held()
    server = Server(held, "127.0.0.1", 0)
    server.start()

    def ask(_number: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{server.port}/", timeout=20).text == "well"
        except httpx.TransportError:
            return False

    with ThreadPoolExecutor(10) as people:
        statuses = people.map(ask, range(10))
        for _ in range(10):
            assert held.asked.acquire(timeout=20)
        with hanging(server.port, UNSIGNED_BODY, 100), hanging(server.port, HEADERS, 100):
            stop(server, held)
            assert not server.is_running
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", server.port), timeout=5)
        held.allowed.set()
        return list(statuses)


def test_a_stop_sends_every_answer_and_waits_for_nobody_who_hangs() -> None:
    def stop(server: Server, held: Held) -> None:
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        comes(lambda: not _accepts(server.port), "the end of listening")
        assert server.is_running
        begun = time.monotonic()
        held.allowed.set()
        stopping.join(20)
        assert time.monotonic() - begun < 10

    assert stop_while_ten_wait(stop) == [True] * 10


def test_a_stop_that_does_not_wait_would_be_noticed() -> None:
    """The naive twin of the stop."""
    assert stop_while_ten_wait(lambda server, _held: server.stop(seconds=0)) == [False] * 10


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_stop_lets_a_request_arrive_that_has_begun() -> None:
    server = Server(GUARD, "127.0.0.1", 0)
    server.start()
    with hanging(server.port, b"GET /healthz HTTP/1.1\r\n", 1) as (line,):
        comes(lambda: any(channel.request for channel in server._listener.active_channels.values()))
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        comes(lambda: not _accepts(server.port))
        line.sendall(b"Host: app\r\n\r\n")
        assert status(line) == 200
        stopping.join(10)
        assert not server.is_running


def test_an_address_that_is_taken_is_said_in_words() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"HTTP_ADDRESS: nothing can listen on 127.0.0.1 port {port}"):
            Server(GUARD, "127.0.0.1", port)
