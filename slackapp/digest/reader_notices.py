"""Tell a team's people who reads its results from when on, and which earlier months were handed on."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from slackapp.core import calendar
from slackapp.core.db import new_id
from slackapp.models import DigestReader, FanOut, Leadership, Member, Poll, Team, TeamReader, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority, enqueue_many, fan_out
from slackapp.outbox.references import HandedOnRef, ReadersRef
from slackapp.pulse.notices import CHUNK, next_allowed_time

READERS_CHANGED = Kind(
    "team_readers",
    ReadersRef,
    priority=Priority.POLL,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
"""The kind of the message that tells a team's people who can read its results from now on, or no more."""

HANDED_ON = Kind(
    "digests_handed_on",
    HandedOnRef,
    priority=Priority.POLL,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
"""The kind of the message that tells them that earlier months were handed on."""


def announce_change(session: Session, workspace: Workspace, now: datetime) -> None:
    """Tell the people of every team whose readers changed at this moment. Only once there are check-ins."""
    if has_check_ins(session, workspace):
        about = ReadersRef(milliseconds(now))
        key = f"{READERS_CHANGED}:{new_id()}"
        fan_out(session, workspace, key=key, kind=READERS_CHANGED, reference=str(about))


def announce_handed_on(session: Session, workspace: Workspace, team: Team, readable_from: datetime) -> None:
    """Tell the people of a team, and of those below it, that earlier months were opened to its leader."""
    if has_check_ins(session, workspace):
        about = HandedOnRef(team.id, milliseconds(readable_from))
        fan_out(session, workspace, key=f"{HANDED_ON}:{new_id()}", kind=HANDED_ON, reference=str(about))


def enqueue_reader_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people whose readers changed at one moment; True when everybody has been seen to."""
    moment = ReadersRef.parse(fan_out.reference).moment
    changed = select(TeamReader.team_id).where(changed_at(moment))
    people = _next_people(session, fan_out, changed.distinct(), chunk)
    workspace = session.get_one(Workspace, fan_out.workspace_id)
    deliveries = [
        READERS_CHANGED.new(
            ReadersRef(moment, member.team_id or ""),
            member.slack_user_id,
            next_allowed_time(member, workspace, now),
            key=f"{fan_out.key}:{member.id}",
        )
        for member in people
        if member.can_be_reached
    ]
    enqueue_many(session, workspace, deliveries)
    return len(people) < chunk


def enqueue_handed_on_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people whose earlier months were handed on; True when everybody has been seen to."""
    about = HandedOnRef.parse(fan_out.reference)
    in_workspace = DigestReader.team_id.in_(select(Team.id).where(Team.workspace_id == fan_out.workspace_id))
    opened = select(DigestReader.team_id).where(in_workspace, opened_at(about))
    people = _next_people(session, fan_out, opened.distinct(), chunk)
    workspace = session.get_one(Workspace, fan_out.workspace_id)
    deliveries = [
        HANDED_ON.new(
            HandedOnRef(about.team_id, about.readable_from, member.team_id or ""),
            member.slack_user_id,
            next_allowed_time(member, workspace, now),
            key=f"{fan_out.key}:{member.id}",
        )
        for member in people
        if member.can_be_reached
    ]
    enqueue_many(session, workspace, deliveries)
    return len(people) < chunk


def opened_at(about: HandedOnRef) -> ColumnElement[bool]:
    """The months that were opened to a team's leader at a moment."""
    leader = select(Team.leader_id).where(Team.id == about.team_id).scalar_subquery()
    return (DigestReader.member_id == leader) & (DigestReader.readable_from == moment_of(about.readable_from))


def changed_at(moment: int) -> ColumnElement[bool]:
    """Readers who became one at this moment and still are, or who ceased to be one."""
    at = moment_of(moment)
    return or_((TeamReader.since == at) & TeamReader.until.is_(None), TeamReader.until == at)


def ended_at(session: Session, team: Team, moment: int) -> list[str]:
    """The names of those who ceased to be readers at a moment, without who led the team before."""
    leadership = session.get(Leadership, team.id)
    replaced = leadership.before_id if leadership else None
    rows = select(Member.name, Member.id).join(TeamReader, TeamReader.member_id == Member.id)
    ended = (TeamReader.team_id == team.id, TeamReader.until == moment_of(moment), Member.left.is_(False))
    return [
        name for name, key in session.execute(rows.where(*ended).order_by(Member.name)) if key != replaced
    ]


def first_readable(workspace: Workspace, moment: int) -> str:
    """The month from which on a reader of this moment reads: the one after it."""
    return calendar.month_after(calendar.month_of(moment_of(moment), workspace.time_zone))


def has_check_ins(session: Session, workspace: Workspace) -> bool:
    """Whether there are check-ins here, or have been: before, there is no result to read."""
    return workspace.pulse_on or bool(
        session.scalar(select(exists().where(Poll.workspace_id == workspace.id)))
    )


def milliseconds(moment: datetime) -> int:
    """A moment as a reference holds it."""
    return int(moment.timestamp() * 1000)


def moment_of(milliseconds: int) -> datetime:
    """The same back; a row and a reference that are to be compared hold it in this precision."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def _next_people(session: Session, fan_out: FanOut, team_ids: Select[str], chunk: int) -> list[Member]:
    of_teams = (Member.workspace_id == fan_out.workspace_id, Member.team_id.in_(team_ids))
    statement = select(Member).where(*of_teams, Member.id > fan_out.cursor).order_by(Member.id)
    people = list(session.scalars(statement.limit(chunk)))
    if people:
        fan_out.cursor = people[-1].id
    return people
