"""What stands in the way of bringing a database from an earlier version up to date."""

from sqlalchemy import inspect, select

from slackapp.core.db import Sessions
from slackapp.core.errors import SettingsError
from slackapp.models import Poll, PollState
from slackapp.pulse.keys import CHARTER, KeyDirectory

_TAKING = (PollState.OPEN, PollState.CLOSING)


def refuse_while_open(sessions: Sessions, keys: KeyDirectory) -> None:
    """Refuse while a check-in is open that has no charter: its answers could not be counted.

    One whose key is gone, as after a restore, stands in nobody's way: nothing of it can be saved.

    Raises:
        SettingsError: There is one; says until when.
    """
    if not inspect(sessions.engine).has_table(Poll.__tablename__):
        return
    with sessions.read() as session:
        polls = select(Poll.id, Poll.closes_at).where(Poll.state.in_(_TAKING)).order_by(Poll.closes_at.desc())
        for poll_id, closes_at in session.execute(polls):
            if keys.has_key(poll_id) and not keys.files.has(f"{poll_id}{CHARTER}"):
                raise SettingsError(
                    "A check-in that an earlier version opened takes answers until "
                    f"{closes_at:%d %B %Y, %H:%M} UTC. This version could not count it, and its answers "
                    "would be lost. Run the earlier version until it has closed, then migrate."
                )
