"""The sandbox's clock: real time plus an offset that can be changed."""

import time
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Protocol


class ClockListener(Protocol):
    """Runs work that becomes due while the clock is moved."""

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        """Return the next due moment not before `after`, and a label ("check-in closes")."""

    def run_due(self, now: datetime) -> None:
        """Run everything due at `now` and wait until it is done."""


class SandboxClock:
    """A running clock of aware UTC datetimes. Trigger ids and signatures use real time instead."""

    def __init__(self, now: datetime | None = None) -> None:
        self.offset = 0.0
        if now is not None:
            self.set(now)

    def now(self) -> datetime:
        """Return the sandbox's current time in UTC."""
        return datetime.fromtimestamp(self.epoch(), UTC)

    def epoch(self) -> float:
        """Return the sandbox's current time in seconds since 1970."""
        return time.time() + self.offset

    def set(self, moment: datetime) -> None:
        """Set the current time to `moment`, an aware datetime; the clock runs on from there."""
        if moment.tzinfo is None:
            raise ValueError("The clock needs a moment with its time zone.")
        self.offset = moment.timestamp() - time.time()

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by `by`."""
        self.offset += by.total_seconds()


def moment_of(seconds: str | int) -> datetime | None:
    """Convert seconds since 1970 to a UTC datetime; None if not a number or out of range.

    The first and last years are excluded, so that the result has a date in every time zone.
    """
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None
