"""The database: SQLite on one machine, PostgreSQL for several processes.

`connect()` is the only place that makes an engine. Parameters never reach a log
or an exception (`hide_parameters`), because an IntegrityError on a double click
would otherwise print who answered what.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
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
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, sessionmaker

ID_LENGTH = 24
_BUSY_SECONDS = 10
BUSY_MILLISECONDS = _BUSY_SECONDS * 1000
"""How long SQLite waits for whoever is writing."""
_BEGIN_WRITING = "BEGIN IMMEDIATE"
"""A deferred BEGIN that reads and then writes fails when another writer came first."""

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
    """An aware UTC moment on both databases; a naive one is refused."""

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

    def __init__(self, engine: Engine, *, patience: float = _BUSY_SECONDS) -> None:
        self.engine = engine
        self._patience = patience
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(engine, expire_on_commit=False)
        self._one_writer = RLock()
        if self.is_sqlite:
            # Not on the engine, whose listeners would be asked again at every statement.
            event.listen(self._writing, "after_begin", _begin_writing)
            event.listen(self._reading, "after_begin", _begin_reading)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any exception."""
        with self.in_turn(), self._writing.begin() as session:
            yield session

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        """The same without objects, for what is done so often that a session would cost more than it does."""
        with self.in_turn(), self.engine.connect() as connection, connection.begin():
            if self.is_sqlite:
                connection.exec_driver_sql(_BEGIN_WRITING)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes are always thrown away."""
        with self._reading() as session:
            yield session

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """On SQLite, one writer of this process after the other.

        SQLite itself lets whoever waits look again after sleeps of up to 100 ms; here they are woken. Not
        strictly in the order in which they came: each would then wait for a change of threads, at a third of
        the throughput. Whose turn does not come in time asks SQLite all the same, which says no. A
        transaction inside another one of the same thread does not wait for itself.
        """
        if not self.is_sqlite:
            yield
            return
        in_turn = self._one_writer.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if in_turn:
                self._one_writer.release()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def connect(url: str) -> Sessions:
    """Open a database by its SQLAlchemy URL; `postgresql://` means psycopg 3."""
    target = _with_driver(make_url(url))
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, hide_parameters=True, pool_size=40, max_overflow=8)
        event.listen(engine, "do_connect", _for_its_owner_only)
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = create_engine(
            target,
            hide_parameters=True,
            pool_size=20,
            max_overflow=28,
            pool_pre_ping=True,
            connect_args={"options": "-c synchronous_commit=on"},
        )
    return Sessions(engine)


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _for_its_owner_only(_dialect: Dialect, _record: object, where: list[str], _options: object) -> None:
    """Make a file that is not there yet, so that no other user of this computer reads what is written to it.

    SQLite would make it as open as any file; those that it makes beside it are as open as this one.
    """
    file = Path(where[0])
    # A folder that is missing or closed is told by SQLite itself.
    with suppress(OSError):
        file.touch(mode=0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own object
    # Transactions are begun by hand. Should a statement ever come without one, it begins in the same way.
    connection.isolation_level = "IMMEDIATE"
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma).close()


def _begin_writing(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        connection.exec_driver_sql(_BEGIN_WRITING)


def _begin_reading(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        connection.exec_driver_sql("BEGIN")


_log = logging.getLogger(__name__)


_MOMENT = 500


"""Milliseconds for which a copy of old words may hold up whoever writes, at most: while somebody reads."""


def purge_deleted_rows(sessions: Sessions) -> bool:
    """Empty SQLite's write-ahead log, or let PostgreSQL forget deleted ballots and comments.

    True when nothing was left over; a reader that stays longer than the busy time-out keeps the log.
    """
    if not sessions.is_sqlite:
        _autocommit(sessions, "VACUUM ballot, comment")
        return True
    emptied = _sqlite(sessions, "PRAGMA wal_checkpoint(TRUNCATE)") == 0
    if not emptied:
        _log.warning("The write-ahead log was in use and is emptied at the next chance.")
    return emptied


def purge_old_copies(sessions: Sessions) -> bool:
    """Words that were taken back leave SQLite's write-ahead log too, unless somebody is reading just now.

    It costs some milliseconds, and waits for nobody longer than a moment: what is left over goes at the
    next chance. PostgreSQL keeps old copies until the nightly sweep. True when nothing was left over.
    """
    if not sessions.is_sqlite:
        return True
    with sessions.in_turn():
        return _sqlite(sessions, "PRAGMA wal_checkpoint(TRUNCATE)", patience=_MOMENT) == 0


def purge_nightly(sessions: Sessions) -> None:
    """Let the database forget old copies of rows: words that were taken back, or kept long enough.

    SQLite's file is rewritten without free pages, which blocks writers for seconds when it is large.
    PostgreSQL's own housekeeping may leave a small table's old rows for weeks.
    """
    if sessions.is_sqlite:
        _sqlite(sessions, "VACUUM")
    else:
        _autocommit(sessions, "VACUUM")
    purge_deleted_rows(sessions)


def _autocommit(sessions: Sessions, statement: str) -> None:
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


def _sqlite(sessions: Sessions, statement: str, *, patience: int = BUSY_MILLISECONDS) -> int:
    # Past SQLAlchemy, which would open a transaction first; neither statement may run inside one.
    borrowed = sessions.engine.raw_connection()
    try:
        cursor = borrowed.cursor()
        cursor.execute(f"PRAGMA busy_timeout={patience}")
        row = cursor.execute(statement).fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()
        return int(row[0]) if row else 0
    finally:
        borrowed.close()
