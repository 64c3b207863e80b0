"""Work that somebody waits for: until it begins to commit it can be abandoned, and then it never will.

Whoever answers a person in time asks `abandon`. If the work had not begun to commit, its commit raises
and rolls back, so that "nothing was stored" is true; otherwise it may be stored, and nobody knows yet.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from sqlalchemy import Connection, Engine, event


class TooLateError(Exception):
    """The person has been told that it was not done: it must not be done any more."""


class _State(StrEnum):
    OPEN = "open"
    COMMITTING = "committing"
    ABANDONED = "abandoned"


class Work:
    """What one request does in the database, as far as it can still be taken back."""

    def __init__(self) -> None:
        self._lock, self._state = threading.Lock(), _State.OPEN

    def abandon(self) -> bool:
        """True: nothing more of it will ever be stored. False: it may be."""
        with self._lock:
            if self._state is _State.OPEN:
                self._state = _State.ABANDONED
            return self._state is _State.ABANDONED

    def begin(self) -> None:
        """A transaction begins, or was rolled back: until it commits, it can be abandoned."""
        with self._lock:
            if self._state is _State.COMMITTING:
                self._state = _State.OPEN

    def commit(self) -> None:
        """COMMIT is about to go out. Raises TooLateError when the work was abandoned."""
        with self._lock:
            if self._state is _State.ABANDONED:
                raise TooLateError
            self._state = _State.COMMITTING


_current: ContextVar[Work | None] = ContextVar("work", default=None)


@contextmanager
def doing(work: Work) -> Iterator[None]:
    """What this thread does in the database is this work."""
    token = _current.set(work)
    try:
        yield
    finally:
        _current.reset(token)


# For sessions and plain connections alike; what a thread does for itself is nobody's work.
@event.listens_for(Engine, "commit")
def _before_commit(_connection: Connection) -> None:
    if work := _current.get():
        work.commit()


@event.listens_for(Engine, "begin")
@event.listens_for(Engine, "rollback")
def _at_begin(_connection: Connection) -> None:
    if work := _current.get():
        work.begin()
