"""How the pace finds Slack's limit: rules alone, on a simulated clock."""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from slackapp.delivery.pace import FASTEST, SLOWEST, Pace

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
BURST = 10
MESSAGES = 10_000


@dataclass
class TokenBucket:
    """A limit that lets a minute's worth through at once, as the sandbox's does."""

    per_minute: int
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.per_minute

    def retry_after(self, t: float) -> int:
        self.level = min(self.per_minute, self.level + (t - self.at) * self.per_minute / 60)
        self.at = t
        if self.level >= 1:
            self.level -= 1
            return 0
        return math.ceil((1 - self.level) * 60 / self.per_minute)

    @property
    def burst(self) -> int:
        return self.per_minute


@dataclass
class LeakyBucket:
    """A limit that lets ten through at once and then a steady stream."""

    per_minute: int
    level: float = 0.0
    at: float = 0.0
    burst: int = BURST

    def retry_after(self, t: float) -> int:
        self.level = max(0.0, self.level - (t - self.at) * self.per_minute / 60)
        self.at = t
        if self.level < self.burst:
            self.level += 1
            return 0
        return 1


@dataclass
class Window:
    """A limit that counts each minute of the clock by itself."""

    per_minute: int
    counts: Counter[int] = field(default_factory=Counter)
    burst: int = BURST

    def retry_after(self, t: float) -> int:
        minute = int(t // 60)
        if self.counts[minute] < self.per_minute:
            self.counts[minute] += 1
            return 0
        return math.ceil(60 - t % 60)


Limit = TokenBucket | LeakyBucket | Window


@dataclass(frozen=True)
class FanOut:
    """How a simulated fan-out went."""

    pace: Pace
    share: float
    """Of what the limit allows."""
    refusals: int
    late_refusals: int
    """After the first minute."""


def send(limit: Limit, pace: Pace) -> FanOut:
    t = free_at = blocked_until = 0.0
    sent = refusals = late = 0
    while sent < MESSAGES:
        now = NOON + timedelta(seconds=t)
        if seconds := limit.retry_after(t):
            refusals += 1
            late += t > 60
            pace = pace.refused(now)
            blocked_until = t + seconds
            free_at = blocked_until + BURST / pace.rate
        else:
            sent += 1
            idle = free_at < t - 1
            free_at = max(free_at, t) + 1 / pace.rate
            pace = pace.used(now, after_idling=idle)
        t = max(t, blocked_until, free_at - (BURST - 1) / pace.rate)
    seconds_at_best = (MESSAGES - limit.burst) / (limit.per_minute / 60)
    return FanOut(pace, seconds_at_best / t, refusals, late)


@pytest.mark.parametrize("shape", [TokenBucket, LeakyBucket, Window])
@pytest.mark.parametrize("per_minute", [240, 300, 600])
def test_a_fan_out_uses_what_slack_allows_and_is_hardly_refused(shape: type[Limit], per_minute: int) -> None:
    first = send(shape(per_minute), Pace())
    assert first.share > 0.93
    assert first.refusals <= 17
    # A day later the limit is known, and the row begins with it.
    second = send(shape(per_minute), Pace(first.pace.rate, first.pace.known))
    assert second.share > 0.93
    assert second.late_refusals <= 2


def test_a_pace_that_only_shrinks_would_not_pass() -> None:
    steady = send(TokenBucket(600), Pace(rate=4.0, known=4.0 / 0.97))
    assert steady.share < 0.6


def test_refusals_of_calls_that_were_under_way_are_one_lesson() -> None:
    pace = Pace().refused(NOON)
    for milliseconds in range(0, 3000, 500):
        pace = pace.refused(NOON + timedelta(milliseconds=milliseconds))
    assert pace.known == pytest.approx(3.6)


def test_a_pace_grows_only_while_it_is_used_to_the_full() -> None:
    pace = Pace()
    for second in range(0, 600, 5):
        pace = pace.used(NOON + timedelta(seconds=second), after_idling=True)
    assert pace.rate == Pace().rate


def test_it_stays_within_its_bounds() -> None:
    fast = slow = Pace()
    for second in range(0, 6000, 2):
        now = NOON + timedelta(seconds=second)
        fast, slow = fast.used(now, after_idling=False), slow.refused(now)
    assert fast.rate == FASTEST
    assert slow.rate == pytest.approx(SLOWEST)


def test_a_clock_that_was_set_back_does_not_stop_the_growth() -> None:
    pace = Pace().used(NOON + timedelta(days=400), after_idling=False)
    for second in range(0, 60, 2):
        pace = pace.used(NOON + timedelta(seconds=second), after_idling=False)
    assert pace.rate > Pace().rate
