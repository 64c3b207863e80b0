"""What needs an admin's attention: messages that wait or have an unknown outcome, teams without a leader."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from slackapp import clock
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Delivery, DeliveryState, Hold, HoldScope, Member, Poll, PollState, Team, Workspace
from slackapp.outbox import queue
from slackapp.workspace import audit_log

STUCK_AFTER = timedelta(minutes=10)
CLOSE_TAKES = timedelta(minutes=2)
"""A close begins within twenty seconds and takes a few more."""
PAGE = 10
OPEN_CIRCUIT = 3
"""Unclear answers in a row after which posts wait; as in `delivery.circuit`."""

_ALREADY_HANDLED = translatable("Somebody has seen to this message already.")


@dataclass(frozen=True, slots=True)
class Held:
    """Slack's error code for why the app may send nothing here, and since when."""

    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Refusals:
    """What Slack does not take just now, beside a hold of the whole workspace."""

    channels: tuple[tuple[str, str], ...] = ()
    """Channels by Slack's id, each with Slack's name of the reason; at most ten."""
    people: int = 0
    for_next_version: int = 0
    """Messages that this version of the app cannot say in a way that Slack takes."""
    posts_since: datetime | None = None
    """Since when Slack has answered posts with errors."""
    without_files: str = ""
    """Slack's name of the reason why pictures and pages are not to be had."""


@dataclass(frozen=True, slots=True)
class NeedsAttention:
    """Numbers only. `waiting_since` is when the message that waits longest was due, if any waits too long."""

    held: "Held | None"
    """Why Slack lets the app send nothing at all, if it does not."""
    waiting_since: datetime | None
    unknown: int
    without_leader: int
    """Teams with people in them and nobody at work who leads them."""
    unfinished_close: datetime | None = None
    """When a check-in ought to have been counted that is not."""
    is_clock_doubted: bool = False
    """Whether deletions and check-ins wait because the server's clock may be wrong."""
    refusals: Refusals = field(default_factory=Refusals)


def needs_attention(session: Session, workspace: Workspace, now: datetime) -> NeedsAttention:
    """Return what needs attention in one workspace."""
    in_workspace = Delivery.workspace_id == workspace.id
    due = (Delivery.state == DeliveryState.READY, Delivery.due <= now - STUCK_AFTER)
    return NeedsAttention(
        held=_held(session, workspace),
        waiting_since=session.scalar(select(func.min(Delivery.due)).where(in_workspace, *due)),
        unknown=_unknown_count(session, workspace),
        without_leader=_without_leader(session, workspace),
        unfinished_close=_unfinished_close(session, workspace, now),
        is_clock_doubted=clock.is_doubted(session),
        refusals=_refusals(session, workspace),
    )


def unknown_deliveries(session: Session, workspace: Workspace, *, skip: int = 0) -> list[Delivery]:
    """Return messages of unknown outcome, newest first; one more than a page if there are more."""
    is_unknown = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.UNKNOWN)
    newest = select(Delivery).where(*is_unknown).order_by(Delivery.last_try.desc(), Delivery.id)
    return list(session.scalars(newest.limit(PAGE + 1).offset(skip)))


def send_again(
    session: Session, workspace: Workspace, delivery_id: str, *, actor: str, now: datetime
) -> None:
    """Send a message of unknown outcome again. UserError if it is another workspace's or handled already."""
    _require_unknown(session, workspace, delivery_id)
    if not queue.send_again(session, delivery_id, now=now):
        raise UserError(_ALREADY_HANDLED)
    audit_log.record(
        session, workspace, audit_log.NewEntry(actor, audit_log.Action.SENT_AGAIN, delivery_id), now=now
    )


def unknown_by_kind(session: Session, workspace: Workspace) -> dict[str, int]:
    """Count messages of unknown outcome by kind."""
    is_unknown = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.UNKNOWN)
    counted = select(Delivery.kind, func.count()).where(*is_unknown).group_by(Delivery.kind)
    counts: dict[str, int] = dict(session.execute(counted).all())
    return counts


def send_all_again(
    session: Session, workspace: Workspace, kinds: Collection[str], *, actor: str, now: datetime
) -> int:
    """Send every message of these kinds with an unknown outcome again; return how many.

    Raises:
        UserError: There is none any more.
    """
    is_unknown = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.UNKNOWN)
    delivery_ids = session.scalars(
        select(Delivery.id).where(*is_unknown, Delivery.kind.in_(kinds)).order_by(Delivery.id)
    )
    sent = [delivery_id for delivery_id in delivery_ids if queue.send_again(session, delivery_id, now=now)]
    if not sent:
        raise UserError(_ALREADY_HANDLED)
    entry = audit_log.NewEntry(actor, audit_log.Action.SENT_AGAIN, after=str(len(sent)))
    audit_log.record(session, workspace, entry, now=now)
    return len(sent)


def dismiss(session: Session, workspace: Workspace, delivery_id: str, *, actor: str, now: datetime) -> None:
    """Expire a message of unknown outcome. UserError if it is another workspace's or handled already."""
    _require_unknown(session, workspace, delivery_id)
    if not queue.dismiss(session, [delivery_id], reason=queue.LEFT):
        raise UserError(_ALREADY_HANDLED)
    audit_log.record(
        session, workspace, audit_log.NewEntry(actor, audit_log.Action.LEFT, delivery_id), now=now
    )


def _unfinished_close(session: Session, workspace: Workspace, now: datetime) -> datetime | None:
    """The close that has been due for longest and has not come about; not the one that runs just now."""
    taking = Poll.state.in_((PollState.OPEN, PollState.CLOSING))
    late = (Poll.workspace_id == workspace.id, taking, Poll.closes_at <= now - CLOSE_TAKES)
    return session.scalar(select(func.min(Poll.closes_at)).where(*late))


def _require_unknown(session: Session, workspace: Workspace, delivery_id: str) -> None:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None or delivery.workspace_id != workspace.id or delivery.state != DeliveryState.UNKNOWN:
        raise UserError(_ALREADY_HANDLED)


def _unknown_count(session: Session, workspace: Workspace) -> int:
    is_unknown = (Delivery.workspace_id == workspace.id, Delivery.state == DeliveryState.UNKNOWN)
    return session.scalar(select(func.count()).select_from(Delivery).where(*is_unknown)) or 0


def _held(session: Session, workspace: Workspace) -> Held | None:
    hold = session.get(Hold, (workspace.id, HoldScope.WORKSPACE, ""))
    return Held(hold.reason, hold.since) if hold is not None and hold.again is not None else None


def _refusals(session: Session, workspace: Workspace) -> Refusals:
    held = select(Hold).where(Hold.workspace_id == workspace.id).order_by(Hold.since, Hold.subject)
    by_scope: dict[str, list[Hold]] = {}
    for hold in session.scalars(held):
        by_scope.setdefault(hold.scope, []).append(hold)
    targets = by_scope.get(HoldScope.TARGET, [])
    channels = [hold for hold in targets if hold.subject[:1] in {"C", "G"}]
    posts = [hold for hold in by_scope.get(HoldScope.POSTS, []) if hold.looks >= OPEN_CIRCUIT]
    files = by_scope.get(HoldScope.FEATURE, [])
    return Refusals(
        channels=tuple((hold.subject, hold.reason) for hold in channels[:PAGE]),
        people=len(targets) - len(channels),
        for_next_version=len(by_scope.get(HoldScope.MESSAGE, [])),
        posts_since=posts[0].since if posts else None,
        without_files=files[0].reason if files else "",
    )


def _without_leader(session: Session, workspace: Workspace) -> int:
    leader, person = aliased(Member), aliased(Member)
    nobody = or_(leader.id.is_(None), leader.left, leader.is_bot, leader.is_stranger)
    query = (
        select(func.count())
        .select_from(Team)
        .outerjoin(leader, leader.id == Team.leader_id)
        .where(Team.workspace_id == workspace.id, Team.closed_at.is_(None), nobody)
        .where(select(person.id).where(person.team_id == Team.id).exists())
    )
    return session.scalar(query) or 0
