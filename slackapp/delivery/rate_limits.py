"""Rate limits shared by all processes, in rows that are also the lock.

Each bucket is a GCRA (generic cell rate algorithm): one moment, `free_at`, tells
how much of the burst is used up. A 429 blocks a method in its workspace for every process, empties its
bucket, and teaches what Slack allows (pace.py); what was learned stays in the row,
so that the next fan-out begins with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.delivery import pace
from slackapp.delivery.pace import Pace
from slackapp.models import Bucket
from slackapp.outbox.queue import Method, Priority, insert_for

LONGEST_BLOCK = timedelta(hours=1)
"""No Retry-After is longer; a block beyond it comes from a clock that was set back."""

_IDLE = timedelta(hours=1)
_RESERVE = 2
"""Part of each burst reserved for messages that a person waits for."""
_LEAST_FRACTION = pace.SLOWEST / pace.FIRST
_IDLE_AFTER = timedelta(seconds=1)
"""A bucket this far behind the clock is not used to the full."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One message every `interval` seconds, up to `burst` at once."""

    interval: float
    burst: int


PER_METHOD = Limit(interval=1 / pace.FIRST, burst=10)
PER_CHANNEL = Limit(interval=1.05, burst=1)
IN_CHANNELS = (Method.POST, Method.SHARE)
"""Methods whose messages appear in a channel, and count against its limit."""


def block(session: Session, workspace_id: str, method: str, *, seconds: float, now: datetime) -> None:
    """Block a method after a 429: no process calls it for `seconds`."""
    name = _method_name(method)
    bucket = _locked(session, workspace_id, [name], now)[name]
    blocked_until = now + min(timedelta(seconds=seconds), LONGEST_BLOCK)
    bucket.blocked_until = max(blocked_until, _block_of(bucket, now) or blocked_until)
    _keep_pace(bucket, _pace_of(bucket).refused(now))
    bucket.free_at = bucket.blocked_until + PER_METHOD.burst * _spacing(PER_METHOD, bucket)
    session.flush()


def next_free(
    session: Session, workspace_id: str, rows: Iterable[tuple[str, str]], *, priority: int, now: datetime
) -> list[datetime]:
    """Return when each (method, target) may be sent, not before `now`. Reads only, locks nothing."""
    names_by_row = [_names(method, target) for method, target in rows]
    names = {name for row_names in names_by_row for name in row_names}
    existing = session.scalars(
        select(Bucket).where(Bucket.workspace_id == workspace_id, Bucket.name.in_(names))
    )
    buckets = {bucket.name: bucket for bucket in existing}
    return [
        max([now, *(_free(buckets[name], priority, now) for name in row_names if name in buckets)])
        for row_names in names_by_row
    ]


def delete_idle(session: Session, *, now: datetime) -> None:
    """Delete channel buckets that were not used for an hour."""
    session.execute(delete(Bucket).where(Bucket.free_at < now - _IDLE, Bucket.name.startswith("channel:")))


class RateGate:
    """One workspace's limits, locked by this transaction until it ends.

    The rows of the methods are locked in the order of their names, before anything
    else in the workspace; so two claims cannot deadlock.
    """

    def __init__(self, session: Session, workspace_id: str, now: datetime) -> None:
        self._session, self._workspace_id, self._now = session, workspace_id, now
        self._buckets = _locked(session, workspace_id, [_method_name(method) for method in Method], now)

    def lock(self, messages: Iterable[tuple[str, str]]) -> None:
        """Lock every limit that these messages (method, target) fall under, with one statement for all."""
        names = {name for method, target in messages for name in _names(method, target)}
        if further := sorted(names - self._buckets.keys()):
            self._buckets |= _locked(self._session, self._workspace_id, further, self._now)

    def open_for(self, method: str, target: str, priority: int) -> bool:
        """Return whether a message of this method may be sent to this target now."""
        return self.method_open(method, priority) and all(
            _free(self._bucket(name), priority, self._now) <= self._now for name in _names(method, target)[1:]
        )

    def method_open(self, method: str, priority: int) -> bool:
        """Return whether any message of this method may be sent now."""
        return _free(self._bucket(_method_name(method)), priority, self._now) <= self._now

    def consume(self, method: str, target: str) -> None:
        """Count one message against every limit it falls under."""
        for name in _names(method, target):
            bucket = self._bucket(name)
            used_until = _used_until(bucket, self._now)
            bucket.free_at = max(used_until, self._now) + _spacing(_limit_of(name), bucket)
            if _limit_of(name) is PER_METHOD:
                after_idling = used_until < self._now - _IDLE_AFTER
                _keep_pace(bucket, _pace_of(bucket).used(self._now, after_idling=after_idling))

    def give_back(self, method: str, target: str) -> None:
        """Undo `consume` for a message that was then not sent."""
        for name in _names(method, target):
            bucket = self._bucket(name)
            bucket.free_at -= _spacing(_limit_of(name), bucket)

    def _bucket(self, name: str) -> Bucket:
        if name not in self._buckets:
            self._buckets |= _locked(self._session, self._workspace_id, [name], self._now)
        return self._buckets[name]


def _locked(session: Session, workspace_id: str, names: list[str], now: datetime) -> dict[str, Bucket]:
    buckets = _lock(session, workspace_id, names)
    missing = sorted(set(names) - buckets.keys())
    if not missing:
        return buckets
    # In the same order everywhere: an insert locks in the order of its rows.
    rows = [{"workspace_id": workspace_id, "name": name, "free_at": now, "fraction": 1.0} for name in missing]
    session.execute(insert_for(session)(Bucket).on_conflict_do_nothing().values(rows))
    return _lock(session, workspace_id, names)


def _lock(session: Session, workspace_id: str, names: list[str]) -> dict[str, Bucket]:
    rows = (
        select(Bucket)
        .where(Bucket.workspace_id == workspace_id, Bucket.name.in_(names))
        .order_by(Bucket.name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {bucket.name: bucket for bucket in session.scalars(rows)}


def _method_name(method: str) -> str:
    return f"method:{method}"


def _names(method: str, target: str) -> list[str]:
    """Return the method's bucket, then the channel's if the method posts to a channel."""
    return [_method_name(method), *([f"channel:{target}"] if method in IN_CHANNELS else [])]


def _limit_of(name: str) -> Limit:
    return PER_METHOD if name.startswith("method:") else PER_CHANNEL


def _pace_of(bucket: Bucket) -> Pace:
    return Pace(bucket.fraction * pace.FIRST, bucket.known_limit, bucket.pace_since, bucket.refused_at)


def _keep_pace(bucket: Bucket, new: Pace) -> None:
    bucket.fraction, bucket.known_limit = new.rate / pace.FIRST, new.known
    bucket.pace_since, bucket.refused_at = new.since, new.refused_at


def _spacing(limit: Limit, bucket: Bucket) -> timedelta:
    return timedelta(seconds=limit.interval / bucket.fraction)


def _block_of(bucket: Bucket, now: datetime) -> datetime | None:
    blocked = bucket.blocked_until
    return blocked if blocked and now < blocked <= now + LONGEST_BLOCK else None


def _used_until(bucket: Bucket, now: datetime) -> datetime:
    """Return `free_at`, or `now` if it is further ahead than the slowest rate allows.

    Such a value was written by a clock that was set back since.
    """
    limit = _limit_of(bucket.name)
    slowest = timedelta(seconds=limit.burst * limit.interval / _LEAST_FRACTION)
    furthest = (_block_of(bucket, now) or now) + slowest
    return bucket.free_at if bucket.free_at <= furthest else now


def _free(bucket: Bucket, priority: int, now: datetime) -> datetime:
    limit = _limit_of(bucket.name)
    reserve = _RESERVE if limit.burst > _RESERVE and priority != Priority.PERSON else 0
    slack = (limit.burst - 1 - reserve) * _spacing(limit, bucket)
    return max(_block_of(bucket, now) or now, _used_until(bucket, now) - slack)
