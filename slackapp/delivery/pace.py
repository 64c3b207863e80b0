"""How fast messages go to Slack: a pace that finds the limit nobody publishes, and remembers it.

Rules without a database. Until Slack has refused, the pace grows while it is used to the full; a 429
teaches what Slack allows, and the pace stays just below it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST = 4.0
"""Messages a second to begin with."""
FASTEST = 12.0
"""No workspace gets more: beyond it one process is the limit, not Slack."""
SLOWEST = 0.4

_GROWTH = 1.25
_GROWS_EVERY = timedelta(seconds=10)
_BELOW_KNOWN = 0.97
_CLEAN = timedelta(minutes=10)
_RAISE = 1.02
_LESSON = timedelta(seconds=3)
"""Refusals this close together tell one thing: calls were under way when the first came."""
_SOON = timedelta(seconds=12)
_AT_FIRST, _AGAIN, _LATER = 0.9, 0.85, 0.95
"""What is left of the rate after the first 429, after one soon after another, and after a clean while."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second to one method of one workspace, and what Slack has taught about it."""

    rate: float = FIRST
    known: float | None = None
    """The rate that Slack is believed to allow, since its first 429."""
    since: datetime | None = None
    """Since when this rate has been used to the full, or, once a limit is known, has met no refusal."""
    refused_at: datetime | None = None

    def used(self, now: datetime, *, after_idling: bool) -> "Pace":
        """Return the pace after one more message at `now`; `after_idling` if it was not used to the full."""
        since = self.since
        if since is None or since > now or (after_idling and self.known is None):
            return replace(self, since=now)
        if self.known is None:
            is_due = now - since >= _GROWS_EVERY and self.rate < FASTEST
            return replace(self, rate=min(self.rate * _GROWTH, FASTEST), since=now) if is_due else self
        if now - since < _CLEAN:
            return self
        return self._below(min(self.known * _RAISE, FASTEST / _BELOW_KNOWN), since=now)

    def refused(self, now: datetime) -> "Pace":
        """Return the pace after a 429 at `now`."""
        last = self.refused_at
        since_last = now - last if last is not None and last <= now else None
        if since_last is not None and since_last < _LESSON:
            return self
        if self.known is None:
            known = self.rate * _AT_FIRST
        elif since_last is not None and since_last < _SOON:
            known = min(self.known, self.rate) * _AGAIN
        else:
            known = min(self.known * _LATER, self.rate)
        return replace(self._below(known, since=now), refused_at=now)

    def _below(self, known: float, *, since: datetime) -> "Pace":
        known = max(known, SLOWEST / _BELOW_KNOWN)
        return replace(self, rate=known * _BELOW_KNOWN, known=known, since=since)
