"""The database: SQLite on one machine, PostgreSQL for several processes.

`connect()` is the only place that makes an engine. Parameters never reach a log
or an exception (`hide_parameters`), because an IntegrityError on a double click
would otherwise print who answered what.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, sessionmaker

from slackapp.core import deadline, log, postgresql
from slackapp.core.postgresql import PATIENT, PROMPT, UNLIMITED, TimeLimits

__all__ = ["PATIENT", "PROMPT", "UNLIMITED"]

ID_LENGTH = 24
_BUSY_SECONDS = 10
BUSY_MILLISECONDS = _BUSY_SECONDS * 1000
"""How long SQLite waits for whoever is writing."""
_BEGIN_WRITING = "BEGIN IMMEDIATE"
"""A deferred BEGIN that reads and then writes fails when another writer came first."""
_WAITED = frozenset({"57014", "55P03", "SQLITE_BUSY"})
"""The end of a statement's time, of a lock's, and SQLite's of both."""
_PATIENCE = "patience"
_MOMENT = 500
"""Milliseconds for which a purge of old copies may hold up a writer, at most, while somebody reads."""

OLD_COPIES = "old copies"
"""Topic of a transaction that deleted words: no old copy of them may stay in the database's files."""
_TOPICS = "topics after commit"
_TOPICS_BEFORE = "topics before commit"

_log = logging.getLogger(__name__)

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
)


def new_id() -> str:
    """A random identifier: 96 bits as 24 hexadecimal characters."""
    return secrets.token_hex(ID_LENGTH // 2)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What is stored: the same moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What is read: aware, in UTC. SQLite keeps no zone, so it is put back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = String(ID_LENGTH)


class Base(DeclarativeBase):
    """All tables, with constraint names that are the same on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Sessions:
    """Opens transactions on one database.

    `begin()` is for work that writes: on SQLite it takes the write lock at once, so
    that two writers wait for each other instead of failing half-way. `read()` never
    blocks a writer and leaves nothing behind.
    """

    def __init__(
        self, engine: Engine, *, patience: float = _BUSY_SECONDS, limits: TimeLimits = PATIENT
    ) -> None:
        """`patience` is for SQLite's writers, in seconds; `limits` are PostgreSQL's."""
        self.engine = engine
        self._patience, self._limits = patience, limits
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._one_writer = RLock()
        self._after_commit: defaultdict[str, list[Callable[[], object]]] = defaultdict(list)
        self._before_commit: defaultdict[str, list[Callable[[Session], object]]] = defaultdict(list)
        # Not on the engine, whose listeners would be asked again at every statement.
        if self.is_sqlite:
            event.listen(self._writing, "after_begin", self._begin_writing)
            event.listen(self._reading, "after_begin", _begin_reading)
        else:
            first = postgresql.limiting_statement(engine.url, limits)
            for sessions in (self._writing, self._reading):
                event.listen(sessions, "after_begin", partial(_begin_limited, first, limits))

    def limited(self, limits: TimeLimits) -> "Sessions":
        """Return the same database with other time limits for PostgreSQL."""
        other = Sessions(self.engine, patience=self._patience, limits=limits)
        other._one_writer, other._after_commit = self._one_writer, self._after_commit
        other._before_commit = self._before_commit
        return other

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any exception.

        After the commit, what is registered for the topics of `after_commit` runs, once for each topic,
        when the session is closed and the next writer's turn has come. After a rollback nothing runs.
        What is registered for the topics of `before_commit` runs last inside the transaction.
        """
        with self.in_turn(), self._writing.begin() as session:
            yield session
            for topic in session.info.pop(_TOPICS_BEFORE, ()):
                for call in self._before_commit[topic]:
                    call(session)
        if work := deadline.current():
            work.committed()
        for topic in session.info.pop(_TOPICS, ()):
            self._run_after_commit(topic)

    def last_in_transaction(self, topic: str, call: Callable[[Session], object]) -> None:
        """Run `call` as the last part of each transaction that named `topic` with `before_commit`."""
        self._before_commit[topic].append(call)

    def on_commit(self, topic: str, call: Callable[[], object]) -> None:
        """Run `call` after each commit whose transaction named `topic` with `after_commit`."""
        self._after_commit[topic].append(call)

    def _run_after_commit(self, topic: str) -> None:
        for call in self._after_commit[topic]:
            try:
                call()
            except Exception as failure:  # noqa: BLE001 - what is committed must not be reported as failed
                log.failure(_log, f"work after a commit ({topic})", failure)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes are always thrown away."""
        with self._reading() as session:
            yield session

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """On SQLite, one writer of this process after the other.

        SQLite itself polls with sleeps of up to 100 ms; a lock wakes the next writer at once. Writers are
        not served strictly in order: a switch of threads for each would cost two thirds of the throughput.
        A writer that waits too long tries all the same, and SQLite refuses it; while somebody waits for the
        answer, that is before its time is over. A transaction inside another one of the same thread does not
        wait for itself.
        """
        if not self.is_sqlite:
            yield
            return
        in_turn = self._one_writer.acquire(timeout=deadline.seconds_left(self._patience))
        try:
            yield
        finally:
            if in_turn:
                self._one_writer.release()

    def _begin_writing(
        self, _session: Session, transaction: SessionTransaction, connection: Connection
    ) -> None:
        if transaction.nested:
            return
        _set_patience(connection, round(1000 * deadline.seconds_left(self._patience)))
        connection.exec_driver_sql(_BEGIN_WRITING)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def after_commit(session: Session, topic: str) -> None:
    """Run what `Sessions.on_commit` registered for this topic, once, if this transaction commits."""
    session.info.setdefault(_TOPICS, {})[topic] = None


def before_commit(session: Session, topic: str) -> None:
    """Run what `Sessions.last_in_transaction` registered for this topic, once, before this one commits."""
    session.info.setdefault(_TOPICS_BEFORE, {})[topic] = None


def took_too_long(failure: Exception) -> bool:
    """Return whether a database that is locked, overloaded or silent ended the wait: nothing was done."""
    if isinstance(failure, PoolTimeoutError):
        return True
    if not isinstance(failure, DBAPIError):
        return False
    name = getattr(failure.orig, "sqlite_errorname", "") or getattr(failure.orig, "sqlstate", "")
    # PostgreSQL's driver names no state when it is the line that failed.
    is_lost = failure.connection_invalidated or (name is None and isinstance(failure, OperationalError))
    return is_lost or name in _WAITED


def connect(url: str) -> Sessions:
    """Open a database by its SQLAlchemy URL; `postgresql://` means psycopg 3.

    A transaction that named OLD_COPIES is followed by a purge of them.
    """
    target = _with_driver(make_url(url))
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, hide_parameters=True, pool_size=40, max_overflow=8)
        event.listen(engine, "do_connect", _create_private_file)
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = postgresql.create(target)
    sessions = Sessions(engine)
    sessions.on_commit(OLD_COPIES, lambda: purge_old_copies(sessions))
    return sessions


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _create_private_file(_dialect: Dialect, _record: object, arguments: list[str], _options: object) -> None:
    """Create a missing database file so that only its owner may read it.

    SQLite would create it with the default permissions; the files it adds beside it take over this one's.
    """
    file = Path(arguments[0])
    # SQLite itself reports a folder that is missing or closed.
    with suppress(OSError):
        file.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own object
    # Sessions begin their transactions themselves; a statement outside of one would begin in the same way.
    connection.isolation_level = "IMMEDIATE"
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma).close()


def _set_patience(connection: Connection, milliseconds: int) -> None:
    """Let SQLite wait so long for whoever is writing, in another process too."""
    if connection.info.get(_PATIENCE, BUSY_MILLISECONDS) != milliseconds:
        # A pragma outside a transaction, past SQLAlchemy, which believes that one has begun.
        connection.connection.execute(f"PRAGMA busy_timeout={milliseconds}").close()
        connection.info[_PATIENCE] = milliseconds


def _begin_limited(
    first: str, limits: TimeLimits, _session: Session, transaction: SessionTransaction, connection: Connection
) -> None:
    if not transaction.nested:
        postgresql.begin_limited(connection, first, limits)


def _begin_reading(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        connection.exec_driver_sql("BEGIN")


def purge_deleted_rows(sessions: Sessions) -> bool:
    """Empty SQLite's write-ahead log, or vacuum PostgreSQL's ballots and comments.

    Returns whether nothing was left over: a reader that stays longer than the busy time-out keeps the log.
    """
    if not sessions.is_sqlite:
        _autocommit(sessions, "VACUUM ballot, comment")
        return True
    emptied = _sqlite(sessions, "PRAGMA wal_checkpoint(TRUNCATE)") == 0
    if not emptied:
        _log.warning("The write-ahead log was in use and is emptied at the next chance.")
    return emptied


def purge_old_copies(sessions: Sessions) -> bool:
    """Empty SQLite's write-ahead log of deleted words, unless somebody is reading just now.

    It takes some milliseconds and waits for a reader half a second at most; the rest goes with the next
    purge. PostgreSQL keeps old copies until the nightly sweep. Returns whether nothing was left over.
    """
    if not sessions.is_sqlite:
        return True
    with sessions.in_turn():
        return _sqlite(sessions, "PRAGMA wal_checkpoint(TRUNCATE)", patience=_MOMENT) == 0


def purge_nightly(sessions: Sessions) -> None:
    """Remove old copies of rows from the database's files: deleted words, and what retention deleted.

    SQLite's file is rewritten without free pages, which blocks writers for seconds when it is large.
    PostgreSQL's autovacuum may leave a small table's old rows for weeks.
    """
    if sessions.is_sqlite:
        _sqlite(sessions, "VACUUM")
    else:
        _autocommit(sessions, "VACUUM")
    purge_deleted_rows(sessions)


def _autocommit(sessions: Sessions, statement: str) -> None:
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postgresql.lift_limits(connection)
        connection.exec_driver_sql(statement)


def _sqlite(sessions: Sessions, statement: str, *, patience: int = BUSY_MILLISECONDS) -> int:
    # Past SQLAlchemy, which would open a transaction first; neither statement may run inside one.
    connection = sessions.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={patience}")
        row = cursor.execute(statement).fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.info.pop(_PATIENCE, None)
        cursor.close()
        return int(row[0]) if row else 0
    finally:
        connection.close()
