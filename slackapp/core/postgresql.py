"""PostgreSQL: time limits, a watch that ends calls without an answer, poolers, and lost COMMITs.

The time limits are set inside each transaction and not when connecting: PgBouncer in transaction mode
refuses startup parameters, and gives each transaction another connection.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long PostgreSQL may take, in milliseconds; `silence` in seconds is the watch's limit for a call."""

    statement: int
    lock: int
    idle: int
    silence: float


PROMPT = TimeLimits(statement=8_000, lock=2_000, idle=15_000, silence=6.0)
"""For listeners and deliveries: somebody waits."""
PATIENT = TimeLimits(statement=120_000, lock=10_000, idle=60_000, silence=130.0)
"""For jobs and commands: reports, imports, retention."""
UNLIMITED = TimeLimits(statement=0, lock=0, idle=0, silence=float("inf"))
"""For migrations and VACUUM."""

_PING_SECONDS = 2.0
_SILENCE = "silence"
_LOOK_SECONDS = 0.25
_CONNECTING: Mapping[str, int] = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5_000,
}
"""Defaults of the client: a lost host is noticed within seconds. The URL's own options take precedence."""


def create(url: URL) -> Engine:
    """Return an engine whose calls end, whatever happens to the server or the line to it."""
    chosen = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=6,
        pool_timeout=1.5,
        pool_use_lifo=True,
        pool_recycle=600,
        pool_pre_ping=True,
        connect_args=chosen,
    )
    watch = Watch(engine)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own object
        try:
            with watch.limit(connection, _PING_SECONDS):
                if is_pooled(connection):
                    # Prepared statements belong to one connection of the server; the next may be another.
                    connection.prepare_threshold = None
        except Exception:
            connection.close()
            raise

    return engine


def is_pooled(connection: Any) -> bool:  # noqa: ANN401 - the driver's own object
    """Return whether a pooler such as PgBouncer stands between: it invents the server process's number."""
    with connection.cursor() as cursor:
        (process,) = cursor.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    return bool(process != connection.info.backend_pid)


def limiting_statement(url: URL, limits: TimeLimits) -> str:
    """Return the first statement of each transaction; what the URL's own `options` set is left as it is."""
    own = str(url.query.get("options", ""))
    settings = {
        "statement_timeout": str(limits.statement),
        "lock_timeout": str(limits.lock),
        "idle_in_transaction_session_timeout": str(limits.idle),
        "synchronous_commit": "on",
    }
    calls = [f"set_config('{name}', '{value}', true)" for name, value in settings.items() if name not in own]
    return f"SELECT {', '.join(calls)}" if calls else ""


def begin_limited(connection: Connection, statement: str, limits: TimeLimits) -> None:
    """Set the time limits of the transaction that begins."""
    connection.info[_SILENCE] = limits.silence
    if statement:
        connection.exec_driver_sql(statement).close()


def lift_limits(connection: Connection) -> None:
    """Let this connection's statements take as long as they need: for VACUUM."""
    connection.info[_SILENCE] = UNLIMITED.silence


def is_committed(engine: Engine, transaction_id: str) -> bool | None:
    """Return whether a transaction was committed; None while it is under way, or nobody can tell."""
    with engine.connect() as connection:
        connection.info[_SILENCE] = PROMPT.silence
        status = connection.scalar(
            text("SELECT pg_xact_status(CAST(CAST(:id AS text) AS xid8))"), {"id": transaction_id}
        )
    return {"committed": True, "aborted": False}.get(str(status))


class Watch:
    """Ends a call to the server that has had no answer for too long: its socket is shut down from our side.

    A server that is frozen, or a host whose kernel still acknowledges, would otherwise be waited for without
    an end.
    """

    def __init__(self, engine: Engine) -> None:
        self._calls: dict[int, tuple[float, Any]] = {}
        self._limits: dict[int, float] = {}
        self._lock = threading.Lock()
        self._has_calls = threading.Event()
        self._thread: threading.Thread | None = None
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "handle_error", self._at_error)
        event.listen(engine, "checkin", lambda connection, _record: self._end(connection))
        event.listen(engine, "close", lambda connection, _record: self._limits.pop(id(connection), None))
        dialect: Any = engine.dialect
        for name, seconds in (("do_commit", None), ("do_rollback", None), ("do_ping", _PING_SECONDS)):
            setattr(dialect, name, self._watched(getattr(dialect, name), seconds))

    @contextmanager
    def limit(self, connection: Any, seconds: float) -> Iterator[None]:  # noqa: ANN401 - the driver's own object
        """Shut the connection down if this block takes longer."""
        self._begin(connection, seconds)
        try:
            yield
        finally:
            self._end(connection)

    def _watched(self, call: Callable[[Any], Any], seconds: float | None) -> Callable[[Any], Any]:
        def watched(connection: Any) -> Any:  # noqa: ANN401 - the driver's own object
            plain = getattr(connection, "dbapi_connection", connection)
            with self.limit(plain, seconds or self._limits.get(id(plain), PATIENT.silence)):
                return call(connection)

        return watched

    def _before(self, connection: Connection, *_rest: object) -> None:
        plain, seconds = (
            connection.connection.dbapi_connection,
            connection.info.get(_SILENCE, PATIENT.silence),
        )
        self._limits[id(plain)] = seconds
        self._begin(plain, seconds)

    def _after(self, connection: Connection, *_rest: object) -> None:
        self._end(connection.connection.dbapi_connection)

    def _at_error(self, context: Any) -> None:  # noqa: ANN401 - SQLAlchemy's protocol names no driver
        connection = context.connection
        if connection is not None and not connection.closed and not connection.invalidated:
            self._end(connection.connection.dbapi_connection)

    def _begin(self, connection: Any, seconds: float) -> None:  # noqa: ANN401 - the driver's own object
        with self._lock:
            self._calls[id(connection)] = (time.monotonic() + seconds, connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="database watch", daemon=True)
                self._thread.start()
        self._has_calls.set()

    def _end(self, connection: Any) -> None:  # noqa: ANN401 - the driver's own object
        with self._lock:
            self._calls.pop(id(connection), None)

    def _run(self) -> None:
        while True:
            self._has_calls.wait()
            time.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            # Under the lock no call can end, so that its socket cannot be closed and its number used again.
            with self._lock:
                for key, (end, connection) in list(self._calls.items()):
                    if now > end:
                        del self._calls[key]
                        _shut_down(connection)
                if not self._calls:
                    self._has_calls.clear()


def _shut_down(connection: Any) -> None:  # noqa: ANN401 - the driver's own object
    _log.warning("The database has not answered for too long: the connection is given up.")
    with suppress(Exception), socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
