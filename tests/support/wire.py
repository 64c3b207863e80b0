"""A line to a server that can fall silent or break, as a network does, without touching the server."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from sqlalchemy.engine import make_url


class Wire:
    """Passes bytes on between the app and the server, until it is told not to."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        """`connect` opens a connection to the server."""
        self._connect = connect
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._open = threading.Event()
        self._open.set()
        self.loses_answer_to = b""
        """A statement: the COMMIT after it reaches the server, and its answer reaches nobody."""
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Acknowledge everything and pass nothing on, as a stopped server does."""
        self._open.clear()

    def thaw(self) -> None:
        """Pass on again, what was held too."""
        self._open.set()

    def close(self) -> None:
        """End all connections."""
        self.thaw()
        for line in (self._listening, *self._sockets):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = self._connect()
            self._sockets += [client, server]
            for source, target, is_request in ((client, server, True), (server, client, False)):
                passing = partial(self._pass_on, source, target, is_request=is_request)
                threading.Thread(target=passing, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, *, is_request: bool) -> None:
        is_meant = False
        try:
            while content := source.recv(65_536):
                self._open.wait()
                if is_request and self.loses_answer_to:
                    is_meant = is_meant or self.loses_answer_to in content
                    if is_meant and b"COMMIT" in content:
                        self.loses_answer_to = b""
                        target.sendall(content)
                        return
                target.sendall(content)
        except OSError:
            pass
        finally:
            for line in (source, target):
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A line to a server on this machine."""
    line = Wire(partial(socket.create_connection, ("127.0.0.1", port)))
    yield line
    line.close()


@contextmanager
def wire_to_postgresql(url: str) -> Iterator[tuple[Wire, str]]:
    """A line to the server of this address, and the address at its other end."""
    target = make_url(url)
    folder, port = str(target.query["host"]), 5432

    def connect() -> socket.socket:
        line = socket.socket(socket.AF_UNIX)
        line.connect(f"{folder}/.s.PGSQL.{port}")
        return line

    line = Wire(connect)
    query = {name: value for name, value in target.query.items() if name != "host"}
    near_end = target.set(host="127.0.0.1", port=line.port, query=query)
    yield line, near_end.render_as_string(hide_password=False)
    line.close()
