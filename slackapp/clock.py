"""Check the server's clock before something is done that cannot be undone.

A server's clock can jump: years ahead after a flat battery, a day back after a restored snapshot. So the
database stores the newest moment seen. When our clock is more than 26 hours away from it, a second clock
must agree with ours; until then deletions, closes and openings wait. A server that was off for longer
continues by itself as soon as the second clock answers.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.models import AuditEntry, Clock, Delivery, Inbound, Recognition
from slackapp.outbox.queue import insert_for

LONGEST_GAP = timedelta(hours=26)
"""The longest time between two moments that the app sees; a night without power fits."""
AGREEMENT = timedelta(minutes=5)
"""Largest difference between our clock and the second one; Slack refuses requests of that age, too."""

NOTICED_SKEW, HARMFUL_SKEW = timedelta(seconds=60), timedelta(seconds=240)
"""From here on a difference is logged, and is a problem: at 300 seconds Slack's requests are refused."""

Witness = Callable[[], datetime | None]
"""The time by a second clock, or None when it does not answer just now.

Slack's `Date` header is one. The clock of a PostgreSQL server is not enough by itself: on the same machine,
or in a container beside ours, it jumps with ours.
"""

_ROW = 1
_STEP = timedelta(minutes=1)
_ASK_AGAIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


class ClockWatch:
    """Decides whether a moment of our clock may be believed, and stores the newest one that was."""

    def __init__(self, sessions: Sessions, witness: Witness) -> None:
        self._sessions, self._witness = sessions, witness
        self.skew: float | None = None
        """Seconds that our clock is ahead of Slack's, when last measured; None before Slack has answered."""
        self._was_off = False
        self._doubt: tuple[datetime, float] | None = None
        self._one_at_a_time = Lock()

    def believes(self, now: datetime) -> bool:
        """Return whether work that cannot be undone may be done at this moment of our clock.

        Doubt is logged once, and stays in the database for the health page and the admins until it is over.
        """
        with self._one_at_a_time:
            return self._believes(now)

    def agrees(self, now: datetime) -> bool:
        """Return whether the second clock agrees now; for when the database cannot be asked."""
        other = self._witness()
        return other is not None and abs(now - other) <= AGREEMENT

    def measure(self, clock: Callable[[], datetime]) -> None:
        """Compare our clock with the second one; log a small difference once, a harmful one each time."""
        before = clock()
        other = self._witness()
        if other is None:
            return
        # Slack's answer tells whole seconds, of some moment between the two.
        now = before + (clock() - before) / 2
        self.skew = (now - other).total_seconds()
        is_off = abs(self.skew) > NOTICED_SKEW.total_seconds()
        sentence = "The clock is %.0f s %s Slack's. Slack's requests are refused from 300 s on."
        direction = "ahead of" if self.skew > 0 else "behind"
        if abs(self.skew) > HARMFUL_SKEW.total_seconds():
            _log.error(sentence, abs(self.skew), direction)
        elif is_off and not self._was_off:
            _log.warning(sentence, abs(self.skew), direction)
        self._was_off = is_off

    def _believes(self, now: datetime) -> bool:
        with self._sessions.read() as session:
            row = session.get(Clock, _ROW)
            latest = row.latest if row is not None else _newest_moment(session)
        is_near = latest is None or abs(now - latest) <= LONGEST_GAP
        if not is_near and not self._is_confirmed(now):
            self._start_doubting(now, latest, is_known=row is not None and row.doubted_at is not None)
            return False
        self._doubt = None
        # A clock set back by less than the gap keeps the newest moment.
        if row is None or row.doubted_at is not None or not is_near or now - row.latest >= _STEP:
            newest = now if latest is None or not is_near else max(now, latest)
            _write(self._sessions, newest, doubted_at=None)
        return True

    def _is_confirmed(self, now: datetime) -> bool:
        """Return whether the second clock agrees; asked at most once a minute about the same minute."""
        if self._doubt is not None:
            doubted, asked_at = self._doubt
            if abs(now - doubted) < _STEP and time.monotonic() - asked_at < _ASK_AGAIN_SECONDS:
                return False
        return self.agrees(now)

    def _start_doubting(self, now: datetime, latest: datetime | None, *, is_known: bool) -> None:
        if self._doubt is None:
            _log.error(
                "The clock says %s, but the newest moment in the database is %s, and Slack's clock does not "
                "agree or does not answer. Deletions, closes and openings of check-ins, and digests wait "
                "until it does. Is the clock right?",
                now.isoformat(timespec="seconds"),
                latest.isoformat(timespec="seconds") if latest else "unknown",
            )
        self._doubt = (now, time.monotonic())
        if not is_known:
            _write(self._sessions, latest or now, doubted_at=now)


def is_doubted(session: Session) -> bool:
    """Return whether deletions wait because the clock is not believed."""
    row = session.get(Clock, _ROW)
    return row is not None and row.doubted_at is not None


def confirm(sessions: Sessions, now: datetime) -> None:
    """Believe our clock because somebody has looked: for a server that reaches no second one."""
    _write(sessions, now, doubted_at=None)


def _write(sessions: Sessions, latest: datetime, *, doubted_at: datetime | None) -> None:
    with sessions.begin() as session:
        values = {"latest": latest, "doubted_at": doubted_at}
        row = insert_for(session)(Clock).values(id=_ROW, **values)
        session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def _newest_moment(session: Session) -> datetime | None:
    """Return the newest moment of the other tables, for a database without the clock's row."""
    columns = (Recognition.given_at, Delivery.last_try, Inbound.received_at, AuditEntry.at)
    moments = [session.scalar(select(func.max(column))) for column in columns]
    return max((moment for moment in moments if moment is not None), default=None)
