"""Report what a digest could not deliver, once, to a person who can act on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from slackapp.core import calendar
from slackapp.digest import readers, sharing
from slackapp.models import Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, R, SecondCopy, Topic
from slackapp.outbox.queue import Priority
from slackapp.outbox.references import DigestRef, PromiseRef, TeamMonthRef, TeamRef
from slackapp.workspace import members, permissions

HANDING_ON = Kind(
    "digest-hand-on",
    TeamRef,
    priority=Priority.DIGEST,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
NO_READER = Kind(
    "digest-no-reader",
    TeamMonthRef,
    priority=Priority.DIGEST,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
NOT_SHARED = Kind(
    "digest-not-shared",
    TeamMonthRef,
    priority=Priority.DIGEST,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
_MESSAGE = "digest"
_LOOKED_BACK = timedelta(days=2)
_FRESH = timedelta(minutes=2)
_TO_CHANNELS = (sharing.SHARED, sharing.POSTED, sharing.CHANGED, sharing.KEPT)


def ask_to_hand_on(session: Session, workspace: Workspace, now: datetime) -> None:
    """Ask a team's former leader whether the new one may read its earlier digests."""
    for row in readers.record_leaders(session, workspace, now):
        before = session.get(Member, row.before_id) if row.before_id else None
        if before is not None and before.can_be_reached:
            key = f"hand-on:{row.team_id}:{row.member_id}:{now:%Y%m%d%H%M%S}"
            _tell(session, workspace, before, _Notice(key, HANDING_ON, TeamRef(row.team_id)), now)


def report_missing_readers(session: Session, workspace: Workspace, month: str, now: datetime) -> None:
    """Notify the leader above of a team whose leader and deputy cannot be reached any more."""
    team_readers = permissions.readers(session, workspace.id, now)
    unread = [team for team, reader in team_readers if reader is None and team.leader_id is not None]
    for team in unread:
        _tell_above(session, workspace, team, month, now)


def report_lost_reader(session: Session, row: Delivery, now: datetime) -> None:
    """Notify the leader above of a digest that nobody may receive now: it waits to be opened by hand."""
    digest = session.get(Digest, DigestRef.parse(row.reference).digest_id)
    team = session.get(Team, digest.team_id) if digest else None
    if digest and team and team.closed_at is None and permissions.acting_leader(session, team, now) is None:
        workspace = session.get_one(Workspace, row.workspace_id)
        _tell_above(session, workspace, team, digest.month, now)


def report_unshared(session: Session, row: Delivery, now: datetime) -> None:
    """Notify the person who shared a month that its channel is no longer the team's."""
    _unshared(session, session.get_one(Workspace, row.workspace_id), row, now)


def workspaces_with_failures(session: Session, now: datetime) -> list[str]:
    """Return the workspaces in which a delivery has failed within the last minutes."""
    failed = _failed(now - _FRESH).with_only_columns(Delivery.workspace_id).distinct()
    return list(session.scalars(failed))


def report_failures(session: Session, workspace: Workspace, now: datetime) -> None:
    """Report digests and posts that can never arrive: an archived channel, a deleted account."""
    dead = _failed(now - _LOOKED_BACK).where(Delivery.workspace_id == workspace.id)
    for row in session.scalars(dead):
        if row.kind == _MESSAGE:
            _unread(session, workspace, row, now)
        else:
            _unshared(session, workspace, row, now)


def _failed(since: datetime) -> Select[Delivery]:
    return select(Delivery).where(
        Delivery.state == DeliveryState.DEAD,
        Delivery.kind.in_([*_TO_CHANNELS, _MESSAGE]),
        Delivery.last_try > since,
    )


def _unread(session: Session, workspace: Workspace, row: Delivery, now: datetime) -> None:
    digest = session.get(Digest, DigestRef.parse(row.reference).digest_id)
    team = session.get(Team, digest.team_id) if digest else None
    if digest and team and digest.recipient_id in (team.leader_id, team.deputy_id):
        _tell_above(session, workspace, team, digest.month, now)


def _unshared(session: Session, workspace: Workspace, row: Delivery, now: datetime) -> None:
    about = _month_of(session, row)
    shared = sharing.of_reference(session, about) if about else None
    leader = session.get(Member, shared.shared_by_id) if shared else None
    if about and shared and leader and leader.can_be_reached:
        # Once for each sharing, whichever of the two posts was refused.
        key = f"not-shared:{about}:{row.target}:{shared.shared_at:%Y%m%d%H%M%S}"
        _tell(session, workspace, leader, _Notice(key, NOT_SHARED, about), now)


def _tell_above(session: Session, workspace: Workspace, team: Team, month: str, now: datetime) -> None:
    tree = permissions.teams(session, workspace.id)
    but = (team.leader_id,) if team.leader_id else ()
    above = readers.nearest_leader(session, tree, team, now, but=but)
    if above is not None:
        about = TeamMonthRef(team.id, month)
        _tell(session, workspace, above, _Notice(f"no-reader:{about}", NO_READER, about), now)


def _month_of(session: Session, row: Delivery) -> TeamMonthRef | None:
    """Return the month that a post in a channel is about."""
    if row.kind == sharing.KEPT:
        promise = PromiseRef.parse(row.reference)
        return TeamMonthRef(promise.team_id, promise.month)
    if row.kind != sharing.SHARED:
        return TeamMonthRef.parse(row.reference)
    digest = session.get(Digest, DigestRef.parse(row.reference).digest_id)
    return TeamMonthRef(digest.team_id, digest.month) if digest else None


@dataclass(frozen=True, slots=True)
class _Notice(Generic[R]):
    """A notice to one reader."""

    key: str
    kind: Kind[R]
    about: R


def _tell(session: Session, workspace: Workspace, reader: Member, notice: _Notice[R], now: datetime) -> None:
    """Enqueue a notice once, as a direct message in the reader's own hours."""
    due = calendar.next_allowed(
        now,
        zone=members.time_zone_of(workspace, reader),
        quiet_from=reader.quiet_from,
        quiet_until=reader.quiet_until,
        days_off=calendar.days_in(reader.days_off),
    )
    delivery = notice.kind.new(notice.about, reader.slack_user_id, due, key=notice.key)
    queue.enqueue(session, workspace, delivery)
