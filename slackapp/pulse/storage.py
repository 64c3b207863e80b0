"""After a poll has closed, its key and the database's own copies of its ballots go too."""

import logging

from sqlalchemy import select

from slackapp.db import BUSY_MILLISECONDS, Sessions
from slackapp.models import Poll, PollState
from slackapp.pulse.ballots import KeyDirectory

_log = logging.getLogger(__name__)
_FINISHED = (PollState.CLOSED, PollState.CANCELLED, PollState.LOST)
_MOMENT = 500
"""Milliseconds for which a copy of old words may hold up whoever writes, at most: while somebody reads."""


def destroy_key(keys: KeyDirectory, poll_id: str) -> None:
    """A poll that is over loses its key. A disk that will not let go of it holds up nothing else."""
    try:
        keys.destroy(poll_id)
    except OSError:
        _log.exception(
            "The key of a check-in that is over was not destroyed as it should be; it is tried again. "
            "Can KEY_DIR be written to, and is its disk full?"
        )


def destroy_orphaned_keys(sessions: Sessions, keys: KeyDirectory) -> None:
    """No poll that is over keeps a key; that of a poll which this database does not know is left alone."""
    held = keys.poll_ids()
    if not held:
        return
    over = select(Poll.id).where(Poll.id.in_(held), Poll.state.in_(_FINISHED))
    with sessions.read() as session:
        found = list(session.scalars(over))
    for poll_id in found:
        destroy_key(keys, poll_id)


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
