"""Slack's published rate limits per method and workspace, and for messages per channel.

Source: docs.slack.dev, "Rate limits": tier 1 1+, tier 2 20+, tier 3 50+, tier 4 100+ calls a minute;
chat.postMessage one message a second per channel with short bursts tolerated, and several hundred a minute
per workspace.
"""

import math
from dataclasses import dataclass

from slackapp.sandbox.core.clock import SandboxClock

PER_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "t5": 600}
CHANNEL_BURST = 5


@dataclass(slots=True)
class Bucket:
    """A token bucket."""

    size: float
    per_second: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Take one token; return 0.0, or the seconds until one is available."""
        # After the clock moved back nothing is added; after it moved forward the bucket is full.
        self.level = min(self.size, self.level + max(0.0, now - self.at) * self.per_second)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


class Limits:
    """The token buckets of all workspaces, on the sandbox's clock."""

    def __init__(self, clock: SandboxClock, *, enabled: bool) -> None:
        self.enabled = enabled
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def wait_for(self, workspace: str, method: str, tier: str | None) -> int:
        """Return the whole seconds to wait before calling this method; 0 if it may be called."""
        if not self.enabled or tier not in PER_MINUTE:
            return 0
        size = PER_MINUTE[tier]
        return self._take((workspace, method), size, size / 60)

    def wait_for_channel(self, workspace: str, channel: str) -> int:
        """Return the whole seconds to wait before posting in this channel."""
        return self._take((workspace, "#" + channel), CHANNEL_BURST, 1.0) if self.enabled else 0

    def _take(self, key: tuple[str, str], size: float, per_second: float) -> int:
        now = self._clock.epoch()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(size, per_second, size, now)
        return math.ceil(bucket.take(now))
