"""Taking what is due, in the order of its worth, as far as slots and limits allow."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from slackapp.core import log
from slackapp.delivery import holding
from slackapp.delivery import rate_limits as limits
from slackapp.delivery.rate_limits import RateGate
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox import queue as outbox
from slackapp.outbox.queue import Claim, Method, Priority
from slackapp.outbox.rendered import Deletion, Message, Rendered, Renderer, Skip, Upload, WaitUntil

_logger = logging.getLogger(__name__)
_BATCH = 20
_LOOKED_AT = 50
_NOT_RENDERED = "not_rendered"
_RENDER_AGAIN, _RENDER_LATEST = timedelta(minutes=5), timedelta(hours=1)
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a claim is ours.

    By the real clock, which a suspended machine catches up with, and by one that
    nobody can set.
    """

    until: float
    until_monotonic: float

    @classmethod
    def begin(cls, seconds: float) -> "Lease":
        """To be read before the claim's transaction: a process may freeze after its commit."""
        return cls(time.time() + seconds, time.monotonic() + seconds)

    def holds(self) -> bool:
        """Whether it may still be sent under this claim."""
        return time.time() < self.until and time.monotonic() < self.until_monotonic


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A rendered rendered on its way out."""

    claim: Claim
    lease: Lease
    rendered: Message | Upload | Deletion
    row: Delivery
    """As it stood when it was claimed; detached, for reading only."""

    @property
    def urgent(self) -> bool:
        """Whether a person waits for it."""
        return self.row.priority == Priority.PERSON


@dataclass(slots=True)
class Slots:
    """How many calls may start: `free` in all, of which `bulk` for what nobody waits for."""

    free: int
    bulk: int

    def fit(self, priority: int) -> bool:
        """Whether one more of this priority may start."""
        return self.free > 0 and (priority == Priority.PERSON or self.bulk > 0)

    def fill(self, priority: int) -> None:
        """Count one that starts."""
        self.free -= 1
        self.bulk -= priority != Priority.PERSON


class ClaimBatch:
    """One claim: what is due at `now`, within one transaction."""

    def __init__(
        self, session: Session, renderers: Mapping[str, Renderer], *, now: datetime, lease: Lease
    ) -> None:
        self._session, self._renderers, self._now, self._lease = session, renderers, now, lease
        self.looked_at = 0
        """Rows rendered or let lapse so far; a round stops at fifty, for others wait for its locks."""

    def claim(self, slots: Slots) -> list[ClaimedMessage]:
        """At most `slots` letters, urgent ones first in each workspace."""
        claimed: list[ClaimedMessage] = []
        for workspace_id, priorities in _waiting(self._session, self._now):
            claimed += self._claim_in(workspace_id, priorities, slots)
        for one in claimed:
            self._session.expunge(one.row)
        return claimed

    def _claim_in(
        self, workspace_id: str, priorities: list[Priority], slots: Slots
    ) -> Iterator[ClaimedMessage]:
        gate = RateGate(self._session, workspace_id, self._now)
        # After the gate, whose rows no other claim has now: two claims do not both see the trial as free.
        is_trial_free = holding.is_trial_free(self._session, workspace_id)
        if is_trial_free is False:
            return
        for priority in priorities:
            for row in self._candidates(workspace_id, priority, gate, slots):
                self.looked_at += 1
                rendered = self._letter(row)
                if rendered is not None:
                    gate.consume(row.method, row.target)
                    slots.fill(priority)
                    yield rendered
                    if is_trial_free:
                        return

    def _candidates(
        self, workspace_id: str, priority: Priority, gate: RateGate, slots: Slots
    ) -> Iterator[Delivery]:
        """Rows that may go now; those of a channel or method that is busy let others pass."""
        methods: set[str] = set()
        channels: set[str] = set()
        due = _due(workspace_id, priority, self._now)
        if holding.has_any(self._session, workspace_id):
            due = (*due, ~holding.keeps_target(self._now))
        while rows := self._ready(due, methods, channels):
            for row in rows:
                if not slots.fit(priority) or self.looked_at >= _LOOKED_AT:
                    return
                if row.state != DeliveryState.READY:
                    continue  # A renderer has just withdrawn it.
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
            .where(or_(Delivery.method.not_in(limits.IN_CHANNELS), Delivery.target.not_in(channels)))
            .order_by(Delivery.due, Delivery.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, of=Delivery)
        )
        return list(self._session.scalars(rows.execution_options(populate_existing=True)))

    def _letter(self, row: Delivery) -> ClaimedMessage | None:
        """The claimed rendered, or None when nothing is to be sent for this row now."""
        if row.expires is not None and row.expires <= self._now:
            outbox.overdue(self._session, row)
            return None
        receipt = outbox.claim(self._session, row, lease_until=self._lease.until, now=self._now)
        rendered = self._rendered(row)
        if isinstance(rendered, Message | Upload | Deletion):
            # What may be repeated after a crash depends on what is really sent.
            row.method = _method_of(rendered)
            self._session.flush()
            return ClaimedMessage(receipt, self._lease, rendered, row)
        if isinstance(rendered, Skip):
            outbox.mark_skipped(self._session, receipt, reason=rendered.reason)
        elif isinstance(rendered, WaitUntil):
            due = max(rendered.due, self._now + _SOON)
            outbox.retry_later(self._session, receipt, due=due, reason="later", counted=False)
        else:
            tried = row.attempts if row.reason == _NOT_RENDERED else 0
            due = self._now + min(_RENDER_AGAIN * (tried + 1), _RENDER_LATEST)
            outbox.retry_later(self._session, receipt, due=due, reason=_NOT_RENDERED)
        return None

    def _rendered(self, row: Delivery) -> Rendered | None:
        renderer = self._renderers.get(row.kind)
        if renderer is None:
            # Written by a version that knows more, or one that knew it still: it may be back.
            _logger.warning("no renderer for deliveries of kind %s", row.kind)
            return None
        try:
            with self._session.begin_nested():
                return renderer(self._session, row, self._now)
        except Exception as problem:  # noqa: BLE001 - one bad row must not hold up all the others
            log.failure(_logger, f"rendering {row.kind} {row.id}", problem)
            return None


def _method_of(rendered: Message | Upload | Deletion) -> Method:
    if isinstance(rendered, Deletion):
        return Method.DELETE_FILE if rendered.file else Method.DELETE
    if isinstance(rendered, Message):
        return Method.UPDATE if rendered.replaces else Method.POST
    return Method.SHARE if rendered.channel else Method.UPLOAD


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """The earliest moment at which something could go, `now` at the earliest; None when nothing is owed."""
    # Asked several times a second, and mostly nothing is owed: one look says so.
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
    asked = {"workspace_id": workspace_id, "priority": int(priority), "now": now}
    kinds, moments = _DUE_KINDS, list[datetime]()
    if holding.has_any(session, workspace_id):
        kinds, moments = (
            kinds.where(~holding.keeps_target(now)),
            holding.next_trial(session, workspace_id, now=now),
        )
    rows = [(method, target) for method, target in session.execute(kinds, asked)]
    moments += limits.next_free(session, workspace_id, rows, priority=priority, now=now) if rows else []
    return moments + list(session.scalars(_FIRST_AHEAD, asked))


def _waiting(session: Session, now: datetime) -> list[tuple[str, list[Priority]]]:
    """Workspaces with something due, in the order in which their limits are locked, and its priorities."""
    found = (
        (workspace_id, [priority for priority, is_due in zip(Priority, due, strict=True) if is_due])
        for workspace_id, *due in session.execute(_DUE_ANYWHERE, {"now": now})
    )
    return [(workspace_id, priorities) for workspace_id, priorities in found if priorities]


def _ready_in(
    workspace_id: str | ColumnElement[str] | InstrumentedAttribute[str], priority: int | BindParameter[int]
) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.state == DeliveryState.READY,
        Delivery.workspace_id == workspace_id,
        Delivery.priority == priority,
    )


def _due(workspace_id: str, priority: Priority, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_ready_in(workspace_id, priority), Delivery.due <= now)


# Built once: making these statements anew took longer than running them.
_ANYTHING_READY = select(Delivery.id).where(Delivery.state == DeliveryState.READY).limit(1)
_ASKED = _ready_in(bindparam("workspace_id"), bindparam("priority"))
_DUE_KINDS = (
    select(Delivery.method, Delivery.target)
    .where(*_ASKED, Delivery.due <= bindparam("now"))
    .distinct()
    .limit(_LOOKED_AT)
)
_FIRST_AHEAD = (
    select(Delivery.due).where(*_ASKED, Delivery.due > bindparam("now")).order_by(Delivery.due).limit(1)
)


def _anywhere(*further: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Each workspace, and for each priority whether it has such a row: index look-ups only.

    Nothing goes where the app was taken away, or where Slack lets it do nothing: what is owed there waits.
    """
    found = select(
        Workspace.id,
        *(exists().where(*_ready_in(Workspace.id, int(one)), *further) for one in Priority),
    )
    there = (Workspace.uninstalled_at.is_(None), ~holding.keeps_workspace())
    return found.where(*there).order_by(Workspace.id)


_READY_ANYWHERE = _anywhere()
_DUE_ANYWHERE = _anywhere(Delivery.due <= bindparam("now"))
