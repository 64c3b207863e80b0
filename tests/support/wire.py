"""A line to PostgreSQL that can fall silent or break, as a network does, without touching the server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from sqlalchemy.engine import make_url


class Wire:
    """Passes bytes on between the app and the server, until it is told not to."""

    def __init__(self, url: str) -> None:
        target = make_url(url)
        query = {name: str(value) for name, value in target.query.items() if name != "host"}
        self._folder = str(target.query.get("host", ""))
        """Where the server's socket is, for one that has no port."""
        self._server = (target.host or "127.0.0.1", target.port or 5432)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = target.set(host="127.0.0.1", port=self.port, query=query).render_as_string(
            hide_password=False
        )
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

    def _connect(self) -> socket.socket:
        if self._folder:
            line = socket.socket(socket.AF_UNIX)
            line.connect(f"{self._folder}/.s.PGSQL.5432")
            return line
        return socket.create_connection(self._server)

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
def wire(url: str) -> Iterator[Wire]:
    """A line to the server of this address."""
    line = Wire(url)
    yield line
    line.close()
