"""The sandbox's clock: real time and an offset, so that a day can be made to pass."""

import time
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Protocol


class ClockListener(Protocol):
    """Told when the clock moves, so that what becomes due is done on the way."""

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        """The next moment, not before `after`, at which something is due, and a label ("check-in closes")."""

    def run_due(self, now: datetime) -> None:
        """Do everything due at `now`; return once it is done."""


class SandboxClock:
    """Aware UTC moments that run on. What stays on real time (trigger ids, signatures) does not ask it."""

    def __init__(self, now: datetime | None = None) -> None:
        self.offset = 0.0
        if now is not None:
            self.set(now)

    def now(self) -> datetime:
        """The sandbox's present moment, in UTC."""
        return datetime.fromtimestamp(self.epoch(), UTC)

    def epoch(self) -> float:
        """The same in seconds since 1970."""
        return time.time() + self.offset

    def set(self, moment: datetime) -> None:
        """Make `moment` the present; the clock keeps running from there. Needs an aware datetime."""
        if moment.tzinfo is None:
            raise ValueError("The clock needs a moment with its time zone.")
        self.offset = moment.timestamp() - time.time()

    def advance(self, by: timedelta) -> None:
        """Let `by` pass at once."""
        self.offset += by.total_seconds()


def moment_of(seconds: str | int) -> datetime | None:
    """The moment so many seconds after 1970; None for what is no number, or in no year of a calendar.

    A year is left at both ends, so that the moment has a date in every time zone.
    """
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None
