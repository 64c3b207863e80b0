"""Whoever keeps time with the sandbox: in the demo, the app."""

from datetime import datetime
from typing import Protocol


class ClockListener(Protocol):
    """Told when the clock moves, so that what becomes due is done on the way."""

    def next_due(self, after: datetime) -> tuple[datetime, str] | None:
        """The next moment, not before `after`, at which something is due, and a label ("check-in closes")."""

    def settle(self, now: datetime) -> None:
        """Do everything due at `now`; return once it is done."""
