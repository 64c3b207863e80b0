"""Claim due deliveries by priority, within slots and rate limits."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from slackapp.delivery import circuit, holding, rate_limits
from slackapp.delivery.circuit import Circuit
from slackapp.delivery.rate_limits import RateGate
from slackapp.delivery.turns import Slots, Turns
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox import queue
from slackapp.outbox.queue import Claim, Priority

_BATCH = 20
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a claim is valid.

    Measured by the real clock, which is right again after a suspended machine wakes up, and by the
    monotonic clock, which nobody can set.
    """

    until: float
    until_monotonic: float

    @classmethod
    def begin(cls, seconds: float) -> "Lease":
        """Begin a lease before the claim's transaction: a process may freeze after its commit."""
        return cls(time.time() + seconds, time.monotonic() + seconds)

    def holds(self) -> bool:
        """Return whether the message may still be sent under this claim."""
        return time.time() < self.until and time.monotonic() < self.until_monotonic


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A delivery that this process has claimed for sending."""

    claim: Claim
    lease: Lease
    row: Delivery
    """The row at the time of the claim; detached, for reading only."""
    now: datetime
    """The moment of the claim, at which its content is loaded."""

    @property
    def urgent(self) -> bool:
        """Whether a person is waiting for the message."""
        return self.row.priority == Priority.PERSON


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """What a process knows about the kinds of deliveries that it claims."""

    patience: Mapping[str, timedelta]
    """The longest time, by kind, that a message waits for lower steps of its group."""
    trial_order: ColumnElement[int]
    """Sorts posts by the harm of a second copy, least first."""


class ClaimBatch:
    """Claim what is due at `now`, within one transaction. Nothing is rendered in it."""

    def __init__(
        self, session: Session, rules: ClaimRules, turns: Turns, *, now: datetime, lease: Lease
    ) -> None:
        self._session, self._rules, self._now, self._lease = session, rules, now, lease
        self._turns = turns
        self._unsent: dict[str, list[tuple[str, str]]] = {}
        self.looked_at = 0
        """Rows claimed so far; a batch stops at fifty, as others wait for its locks."""

    def give_back(self, rows: Iterable[Delivery]) -> None:
        """Return to the limits what `claim` counted for messages that were then not sent."""
        for row in rows:
            self._unsent.setdefault(row.workspace_id, []).append((row.method, row.target))

    def claim(self, slots: Slots) -> list[ClaimedMessage]:
        """Claim at most `slots` deliveries, shared between workspaces, urgent ones first in each."""
        claimed: list[ClaimedMessage] = []
        waiting = _waiting(self._session, self._now)
        shares = self._turns.shares([workspace_id for workspace_id, _ in waiting], slots)
        later = Slots(sum(s.free for s in shares.values()), sum(s.bulk for s in shares.values()))
        for workspace_id, priorities in waiting:
            later.free -= shares[workspace_id].free
            later.bulk -= shares[workspace_id].bulk
            own = Slots(slots.free - later.free, slots.bulk - later.bulk)
            in_workspace = list(self._claim_in(workspace_id, priorities, own))
            for message in in_workspace:
                slots.fill(urgent=message.urgent)
            self._limit_waits(in_workspace)
            claimed += in_workspace
        # Once for all: each statement costs the writers who wait for this transaction.
        self._session.flush()
        for message in claimed:
            self._session.expunge(message.row)
        return claimed

    def _claim_in(
        self, workspace_id: str, priorities: list[Priority], slots: Slots
    ) -> Iterator[ClaimedMessage]:
        gate = RateGate(self._session, workspace_id, self._now)
        for method, target in self._unsent.pop(workspace_id, ()):
            gate.give_back(method, target)
        # After the gate has locked its rows, so that two claims do not both see the trial as free.
        is_trial_free = holding.is_trial_free(self._session, workspace_id)
        if is_trial_free is False:
            return
        posts = circuit.state(self._session, workspace_id)
        if posts is Circuit.ON_TRIAL and (trial := self._trial(workspace_id, gate, slots)):
            yield self._taken(trial, gate, slots)
            if is_trial_free:
                return
        for priority in priorities:
            for row in self._candidates(workspace_id, priority, gate, slots, posts):
                yield self._taken(row, gate, slots)
                if is_trial_free:
                    return

    def _taken(self, row: Delivery, gate: RateGate, slots: Slots) -> ClaimedMessage:
        self.looked_at += 1
        gate.consume(row.method, row.target)
        slots.fill(urgent=row.priority == Priority.PERSON)
        claim = queue.claim(row, lease_until=self._lease.until, now=self._now)
        return ClaimedMessage(claim, self._lease, row, self._now)

    def _trial(self, workspace_id: str, gate: RateGate, slots: Slots) -> Delivery | None:
        """Return the post to try while Slack answers posts with errors, if one may go now."""
        rows = (
            select(Delivery)
            .where(Delivery.state == DeliveryState.READY, Delivery.workspace_id == workspace_id)
            .where(Delivery.method.in_(circuit.POSTS), *_may_go(self._now))
            .where(~holding.keeps(self._now))
            .order_by(self._rules.trial_order, Delivery.doubts, Delivery.priority, Delivery.due, Delivery.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        candidates = list(self._session.scalars(rows.execution_options(populate_existing=True)))
        gate.lock((row.method, row.target) for row in candidates)
        for row in candidates:
            if slots.fit(urgent=row.priority == Priority.PERSON) and gate.open_for(
                row.method, row.target, row.priority
            ):
                return row
        return None

    def _limit_waits(self, claimed: list[ClaimedMessage]) -> None:
        """Limit how long higher steps of the claimed deliveries' groups wait, by their kind.

        The workspace's gate is locked, so no two claims do this at the same time.
        """
        groups = {
            message.row.group_key for message in claimed if message.row.group_key and not message.row.step
        }
        for kind, patience in self._rules.patience.items() if groups else ():
            waiting = update(Delivery).where(
                Delivery.group_key.in_(groups),
                queue.IN_GROUP,
                Delivery.kind == kind,
                Delivery.wait_until.is_(None),
            )
            self._session.execute(waiting.values(wait_until=self._now + patience))

    def _candidates(
        self, workspace_id: str, priority: Priority, gate: RateGate, slots: Slots, posts: Circuit
    ) -> Iterator[Delivery]:
        """Yield rows that may be sent now, skipping channels and methods whose limit is used up."""
        methods: set[str] = set() if posts is Circuit.CLOSED else set(circuit.POSTS)
        channels: set[str] = set()
        due = _due(workspace_id, priority, self._now)
        if holding.has_any(self._session, workspace_id):
            due = (*due, ~holding.keeps(self._now))
        while rows := self._ready(due, methods, channels):
            gate.lock((row.method, row.target) for row in rows)
            for row in rows:
                if not slots.fit(urgent=priority == Priority.PERSON) or self.looked_at >= _LOOKED_AT:
                    return
                if not gate.method_open(row.method, priority):
                    methods.add(row.method)
                elif not gate.open_for(row.method, row.target, priority):
                    channels.add(row.target)
                else:
                    yield row

    def _ready(
        self, due: tuple[ColumnElement[bool], ...], methods: set[str], channels: set[str]
    ) -> list[Delivery]:
        rows = (
            select(Delivery)
            .where(*due)
            .where(Delivery.method.not_in(methods))
            .where(or_(Delivery.method.not_in(rate_limits.IN_CHANNELS), Delivery.target.not_in(channels)))
            .order_by(Delivery.due, Delivery.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        return list(self._session.scalars(rows.execution_options(populate_existing=True)))


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """Return the earliest moment, not before `now`, to send something; None when nothing is queued."""
    # Called several times a second, and mostly nothing is queued: one query finds that out.
    if session.execute(_ANYTHING_READY).first() is None:
        return None
    moments = [
        moment
        for workspace_id, *ready in session.execute(_READY_ANYWHERE)
        for priority, is_ready in zip(Priority, ready, strict=True)
        if is_ready
        for moment in _moments(session, workspace_id, priority, now)
    ]
    return min(moments, default=None)


def _moments(session: Session, workspace_id: str, priority: Priority, now: datetime) -> list[datetime]:
    parameters = {"workspace_id": workspace_id, "priority": int(priority), "now": now}
    kinds, ahead, moments = _DUE_KINDS, _FIRST_AHEAD, list[datetime]()
    if holding.has_any(session, workspace_id):
        kinds = kinds.where(~holding.keeps(now))
        moments = holding.next_trial(session, workspace_id, now=now)
        if circuit.state(session, workspace_id) is Circuit.OPEN:
            # `auth.test` comes first, and then a trial.
            others = Delivery.method.not_in(circuit.POSTS)
            kinds, ahead = kinds.where(others), ahead.where(others)
    rows = [(method, target) for method, target in session.execute(kinds, parameters)]
    moments += rate_limits.next_free(session, workspace_id, rows, priority=priority, now=now) if rows else []
    later = [*session.scalars(ahead, parameters), session.scalar(_FIRST_WAIT_OVER, parameters)]
    return moments + [moment for moment in later if moment is not None]


def _waiting(session: Session, now: datetime) -> list[tuple[str, list[Priority]]]:
    """Return workspaces with due messages, in the order their limits are locked, with the priorities."""
    due_by_workspace = (
        (workspace_id, [priority for priority, is_due in zip(Priority, due, strict=True) if is_due])
        for workspace_id, *due in session.execute(_DUE_ANYWHERE, {"now": now})
    )
    return [(workspace_id, priorities) for workspace_id, priorities in due_by_workspace if priorities]


def _ready_in(
    workspace_id: str | ColumnElement[str] | InstrumentedAttribute[str], priority: int | BindParameter[int]
) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.state == DeliveryState.READY,
        Delivery.workspace_id == workspace_id,
        Delivery.priority == priority,
    )


def _due(workspace_id: str, priority: Priority, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_ready_in(workspace_id, priority), *_may_go(now))


def _may_go(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (Delivery.due <= now, _is_in_time(now), _is_its_turn(now))


def _is_in_time(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Select rows whose time is not over: the others are ended, never sent."""
    return or_(Delivery.expires.is_(None), Delivery.expires > now)


def _is_its_turn(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Select rows that wait for no lower step of their group, or have waited long enough."""
    earlier = aliased(Delivery, name="earlier")
    is_waiting = text("earlier.state IN ('ready', 'sending')")  # Written as in the index of groups.
    lower = and_(earlier.group_key == Delivery.group_key, earlier.step < Delivery.step, is_waiting)
    return or_(Delivery.group_key.is_(None), Delivery.wait_until <= now, ~exists().where(lower))


# Built once: building these statements took longer than running them.
_ANYTHING_READY = select(Delivery.id).where(Delivery.state == DeliveryState.READY).limit(1)
_READY = _ready_in(bindparam("workspace_id"), bindparam("priority"))
_DUE_KINDS = (
    select(Delivery.method, Delivery.target)
    .where(*_READY, *_may_go(bindparam("now")))
    .distinct()
    .limit(_LOOKED_AT)
)
_FIRST_AHEAD = (
    select(Delivery.due).where(*_READY, Delivery.due > bindparam("now")).order_by(Delivery.due).limit(1)
)
_FIRST_WAIT_OVER = select(func.min(Delivery.wait_until)).where(
    *_READY, Delivery.wait_until > bindparam("now"), Delivery.due <= bindparam("now")
)


def _anywhere(*further: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Select each workspace and, for each priority, whether it has such a row: index look-ups only.

    Workspaces that removed the app or are on hold are left out: their messages wait.
    """
    workspaces = select(
        Workspace.id,
        *(exists().where(*_ready_in(Workspace.id, int(priority)), *further) for priority in Priority),
    )
    is_reachable = (Workspace.uninstalled_at.is_(None), ~holding.keeps_workspace())
    return workspaces.where(*is_reachable).order_by(Workspace.id)


_READY_ANYWHERE = _anywhere()
_DUE_ANYWHERE = _anywhere(*_may_go(bindparam("now")))
