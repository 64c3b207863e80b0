"""The lock that keeps answers, opening and closing of one poll apart."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Poll


def lock_poll(session: Session, poll_id: str, *, shared: bool = False) -> Poll | None:
    """The poll as it is now, held until the transaction ends.

    Answers share the lock with each other and exclude opening and closing. On SQLite
    the transaction already holds the only write lock.
    """
    found = select(Poll).where(Poll.id == poll_id).with_for_update(read=shared)
    return session.scalar(found.execution_options(populate_existing=True))
