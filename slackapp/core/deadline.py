"""Work that somebody waits for: until it begins to commit it can be abandoned, and then it never will.

Whoever answers a person in time asks `abandon`. If nothing was committed and no COMMIT is under way, the
commit raises and rolls back, so that "nothing was stored" is true; otherwise it may be stored, and nobody
knows yet.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

_RESERVE_SECONDS = 0.3
"""What is left of the answer's time once whoever waited for a lock has given up."""
_SHORTEST_WAIT = 0.05


class TooLateError(Exception):
    """The person has read that it was not done: it must not be done any more."""


class _State(StrEnum):
    OPEN = "open"
    COMMITTING = "committing"
    ABANDONED = "abandoned"


class Outcome(StrEnum):
    """What is known about one request's changes in the database."""

    KEPT = "kept"
    NOT_KEPT = "not kept"
    IN_DOUBT = "in doubt"
    """The connection was lost during COMMIT; `Work.transaction_id` names the transaction."""


class Work:
    """What one request does in the database, as far as it can still be taken back."""

    def __init__(self, seconds: float = math.inf) -> None:
        """`seconds` is the time until somebody must be answered."""
        self.transaction_id = ""
        """PostgreSQL's id of the last transaction that began to commit."""
        self._lock, self._state = threading.Lock(), _State.OPEN
        self._until = time.monotonic() + seconds
        self._outcome = Outcome.NOT_KEPT

    @property
    def outcome(self) -> Outcome:
        """What is known now; final once the request has been handled."""
        with self._lock:
            return self._outcome

    @property
    def is_abandoned(self) -> bool:
        """Whether the person has been told that nothing was stored."""
        return self._state is _State.ABANDONED

    def seconds_left(self) -> float:
        """Return the seconds for which this work may still wait for a lock."""
        return max(_SHORTEST_WAIT, self._until - time.monotonic() - _RESERVE_SECONDS)

    def abandon(self) -> bool:
        """True: nothing of it is or will ever be stored. False: it may be."""
        with self._lock:
            if self._state is _State.OPEN and self._outcome is Outcome.NOT_KEPT:
                self._state = _State.ABANDONED
            return self._state is _State.ABANDONED

    def begin(self) -> None:
        """A transaction begins. Raises TooLateError when the work was abandoned."""
        if self.is_abandoned:
            raise TooLateError
        self.roll_back()

    def commit(self, transaction_id: str = "") -> None:
        """COMMIT is about to be sent. Raises TooLateError when the work was abandoned."""
        with self._lock:
            if self._state is _State.ABANDONED:
                raise TooLateError
            self._state, self.transaction_id = _State.COMMITTING, transaction_id

    def committed(self) -> None:
        """COMMIT has returned."""
        with self._lock:
            if self._state is _State.COMMITTING:
                self._state, self._outcome = _State.OPEN, Outcome.KEPT

    def lose_connection(self) -> None:
        """The connection was lost; during COMMIT, nobody knows whether it was carried out."""
        with self._lock:
            if self._state is _State.COMMITTING and self.transaction_id and self._outcome is Outcome.NOT_KEPT:
                self._outcome = Outcome.IN_DOUBT

    def roll_back(self) -> None:
        """A transaction was rolled back: until the next one commits, the work can be abandoned."""
        with self._lock:
            if self._state is _State.COMMITTING:
                self._state = _State.OPEN


_current: ContextVar[Work | None] = ContextVar("work", default=None)


@contextmanager
def doing(work: Work | None) -> Iterator[None]:
    """Everything that this thread does in the database is part of this work; with None, of nobody's."""
    token = _current.set(work)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Work | None:
    """Return the work of this thread; None when nobody waits for it."""
    return _current.get()


def seconds_left(most: float) -> float:
    """Return the seconds for which this thread may wait for a lock: `most` when nobody waits for it."""
    work = _current.get()
    return most if work is None else min(most, work.seconds_left())


@contextmanager
def aside() -> Iterator[None]:
    """Commit something that is not what the person asked for, such as a colleague's profile.

    It is not done for a person who has been answered, and never counts as kept.
    """
    work = _current.get()
    if work is not None and work.is_abandoned:
        raise TooLateError
    with doing(None):
        yield


# For sessions and plain connections alike; what a thread does for itself is nobody's work.
@event.listens_for(Engine, "commit")
def _before_commit(connection: Connection) -> None:
    if work := _current.get():
        work.commit(_transaction_id(connection))


def _transaction_id(connection: Connection) -> str:
    """Return PostgreSQL's id of this transaction; empty when it has changed nothing, and on SQLite."""
    if connection.dialect.name != "postgresql":
        return ""
    return connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()::text").scalar() or ""


@event.listens_for(Engine, "begin")
def _at_begin(_connection: Connection) -> None:
    if work := _current.get():
        work.begin()


@event.listens_for(Engine, "rollback")
def _at_rollback(_connection: Connection) -> None:
    if work := _current.get():
        work.roll_back()


@event.listens_for(Engine, "handle_error")
def _at_error(context: ExceptionContext) -> None:
    if context.is_disconnect and (work := _current.get()):
        work.lose_connection()
