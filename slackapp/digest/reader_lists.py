"""Who reads a team's results from when on: written down, told to its people, and fixed with each month."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Select, event, exists, or_, select, update
from sqlalchemy.orm import Session, object_session

from slackapp.core import calendar
from slackapp.core.db import before_commit, new_id
from slackapp.models import (
    Digest,
    DigestReader,
    FanOut,
    Leadership,
    Member,
    MonthFigures,
    Poll,
    Team,
    TeamReader,
    Workspace,
)
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority, enqueue_many, fan_out, insert_for
from slackapp.outbox.references import HandedOnRef, ReadersRef
from slackapp.pulse.notices import CHUNK, next_allowed_time
from slackapp.workspace.permissions import ancestors, teams

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

READERS = "readers"
"""Topic of a transaction that changed who leads, stands in, is above or is an admin: see `watch`."""
_WORKSPACES = "workspaces whose readers may have changed"

Pair = tuple[str, str]
"""A team and a member, by our ids."""


def watch() -> None:
    """Let each transaction name READERS in which somebody sets what decides who reads results.

    Wherever that is done, people are told in the same transaction. A statement that changes many rows at once
    is not noticed here, but by the next look, a minute later.
    """
    decides = (
        *(Team.leader_id, Team.deputy_id, Team.parent_id),
        *(Member.is_admin, Member.named_admin, Member.left, Workspace.admins_read_digests),
    )
    for attribute in decides:
        if not event.contains(attribute, "set", _note_change):
            event.listen(attribute, "set", _note_change)


def changed_workspaces(session: Session) -> list[Workspace]:
    """The workspaces in which this transaction set any of it."""
    return [session.get_one(Workspace, key) for key in sorted(session.info.pop(_WORKSPACES, ()))]


def _note_change(
    target: Team | Member | Workspace, value: object, before: object, _initiator: object
) -> None:
    session = object_session(target)
    if session is not None and value != before:
        workspace_id = target.id if isinstance(target, Workspace) else target.workspace_id
        session.info.setdefault(_WORKSPACES, set()).add(workspace_id)
        before_commit(session, READERS)


def record(session: Session, workspace: Workspace, now: datetime) -> None:
    """Write down who has become a reader of which team's results, or ceased to be one, and tell its people.

    Readers are the leaders and deputies of a team and of those above it, and the admins where the workspace
    lets them. Those who are there when this is first asked of a workspace have been there from the start,
    unless it is known since when they lead.
    """
    tree = teams(session, workspace.id)
    rows = session.execute(
        select(TeamReader.team_id, TeamReader.member_id, TeamReader.until).where(
            TeamReader.team_id.in_(_team_ids(workspace))
        )
    ).all()
    current = {(row.team_id, row.member_id) for row in rows if row.until is None}
    present = _readers_by_tree(session, workspace, tree)
    begun, ended = present - current, current - present
    if not (begun or ended):
        return
    at = moment_of(milliseconds(now))
    since = dict.fromkeys(begun, at) if rows else _known_since(session, tree, begun)
    _begin(session, since)
    _end(session, ended, at)
    session.flush()
    if not rows:
        _record_earlier_months(session, workspace, now)
        return
    told_before = {row.team_id for row in rows}
    if told_before.intersection(team for team, _ in begun | ended) and has_check_ins(session, workspace):
        reference = str(ReadersRef(milliseconds(now)))
        fan_out(
            session, workspace, key=f"{READERS_CHANGED}:{new_id()}", kind=READERS_CHANGED, reference=reference
        )


def record_month(
    session: Session, workspace: Workspace, month: str, team_ids: Collection[str], now: datetime
) -> None:
    """Write down who may read these teams' month: whoever could read their results as it ended.

    Nobody is added to a month that has its list.
    """
    _, end = calendar.month_bounds(month, workspace.time_zone)
    listed = select(DigestReader.team_id).where(
        DigestReader.month == month, DigestReader.team_id.in_(team_ids)
    )
    readers = select(TeamReader.team_id, TeamReader.member_id).where(
        TeamReader.team_id.in_(team_ids), TeamReader.team_id.not_in(listed), _was_reader(end)
    )
    _add(session, ((team, month, member) for team, member in session.execute(readers)), now)


def month_readers(session: Session, workspace: Workspace, month: str, now: datetime) -> set[Pair]:
    """Each team with whom its list of this month names, as far as they may read it by now."""
    rows = select(DigestReader.team_id, DigestReader.member_id).where(
        DigestReader.month == month,
        DigestReader.team_id.in_(_team_ids(workspace)),
        DigestReader.readable_from <= now,
    )
    return {(team, member) for team, member in session.execute(rows)}


def is_month_reader(session: Session, member: Member, team: Team, month: str, now: datetime) -> bool:
    """Whether the month's list names this person; of a month without a list, whether it would."""
    row = session.get(DigestReader, (team.id, month, member.id))
    if row is not None:
        return row.readable_from <= now
    if session.scalar(select(exists().where(DigestReader.team_id == team.id, DigestReader.month == month))):
        return False
    workspace = session.get_one(Workspace, team.workspace_id)
    _, end = calendar.month_bounds(month, workspace.time_zone)
    own = (TeamReader.team_id == team.id, TeamReader.member_id == member.id)
    return bool(session.scalar(select(exists().where(*own, _was_reader(end)))))


def open_months(
    session: Session, team: Team, leader: Member, *, of: str | None, readable_from: datetime
) -> None:
    """Let a team's leader read the published months that another person could read, from a moment on.

    Those of the teams below are among them. Without such a person (`of` is None) it is the team's own
    months. The people of those teams are told in the same transaction.
    """
    readable_from = moment_of(milliseconds(readable_from))
    tree = teams(session, team.workspace_id)
    below = [key for key in tree if team.id in ancestors(tree, key)]
    listed = select(DigestReader.team_id, DigestReader.month).where(DigestReader.team_id.in_(below))
    months = {
        (key, month) for key, month in session.execute(listed.where(DigestReader.member_id == of).distinct())
    }
    if of is None:
        own = select(MonthFigures.team_id, MonthFigures.month).where(MonthFigures.team_id == team.id)
        months = {(key, month) for key, month in session.execute(own)}
    _add(session, ((key, month, leader.id) for key, month in months), readable_from)
    workspace = session.get_one(Workspace, team.workspace_id)
    if months and has_check_ins(session, workspace):
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


def _readers_by_tree(session: Session, workspace: Workspace, tree: Mapping[str, Team]) -> set[Pair]:
    named = {person for team in tree.values() for person in (team.leader_id, team.deputy_id) if person}
    administers = or_(Member.is_admin, Member.named_admin)
    chosen = or_(Member.id.in_(named), administers) if workspace.admins_read_digests else Member.id.in_(named)
    members = session.scalars(select(Member).where(Member.workspace_id == workspace.id, chosen))
    reachable = {member.id: member for member in members if member.can_be_reached}
    admins = (
        [key for key, member in reachable.items() if member.administers]
        if workspace.admins_read_digests
        else []
    )
    pairs = {(team, admin) for team in tree for admin in admins}
    for team in tree:
        for above in ancestors(tree, team):
            leaders = filter(None, (tree[above].leader_id, tree[above].deputy_id))
            pairs |= {(team, person) for person in leaders if person in reachable}
    return pairs


def _known_since(
    session: Session, tree: Mapping[str, Team], begun: Iterable[Pair]
) -> dict[Pair, datetime | None]:
    """Since when each of the first readers is one: a leader who took over has been since then."""
    took_over = select(Leadership).where(
        Leadership.team_id.in_(tree), Leadership.since.is_not(None), Leadership.handed_on.is_(False)
    )
    led_since = {(row.team_id, row.member_id): row.since for row in session.scalars(took_over)}
    since: dict[Pair, datetime | None] = {}
    for team, member in begun:
        moments = [
            led_since.get((above, member))
            for above in ancestors(tree, team)
            if member in (tree[above].leader_id, tree[above].deputy_id)
        ]
        known = [moment for moment in moments if moment is not None]
        since[team, member] = min(known) if moments and len(known) == len(moments) else None
    return since


def _begin(session: Session, since: Mapping[Pair, datetime | None]) -> None:
    rows = [
        {"team_id": team, "member_id": member, "since": moment, "until": None}
        for (team, member), moment in since.items()
    ]
    if rows:
        insert = insert_for(session)(TeamReader)
        renewed = insert.on_conflict_do_update(
            index_elements=["team_id", "member_id"],
            set_={"since": insert.excluded.since, "until": None},
            where=TeamReader.until.is_not(None),
        )
        session.execute(renewed, rows)


def _end(session: Session, ended: Iterable[Pair], at: datetime) -> None:
    by_member: dict[str, list[str]] = {}
    for team, member in ended:
        by_member.setdefault(member, []).append(team)
    for member, team_ids in by_member.items():
        own = (TeamReader.member_id == member, TeamReader.team_id.in_(team_ids), TeamReader.until.is_(None))
        session.execute(update(TeamReader).where(*own).values(until=at))


def _record_earlier_months(session: Session, workspace: Workspace, now: datetime) -> None:
    """Give the months that were published before lists were kept theirs."""
    published: dict[str, set[str]] = {}
    for model in (MonthFigures, Digest):
        rows = select(model.team_id, model.month).where(model.team_id.in_(_team_ids(workspace)))
        for team, month in session.execute(rows.distinct()):
            published.setdefault(month, set()).add(team)
    for month, team_ids in published.items():
        record_month(session, workspace, month, team_ids, now)


def _was_reader(end: datetime) -> ColumnElement[bool]:
    """Who is a reader, and was one before a month ended."""
    return TeamReader.until.is_(None) & or_(TeamReader.since.is_(None), TeamReader.since < end)


def _add(session: Session, rows: Iterator[tuple[str, str, str]], readable_from: datetime) -> None:
    values = [
        {"team_id": team, "month": month, "member_id": member, "readable_from": readable_from}
        for team, month, member in rows
    ]
    if values:
        insert = insert_for(session)(DigestReader)
        earlier = DigestReader.readable_from > insert.excluded.readable_from
        opened = insert.on_conflict_do_update(
            index_elements=["team_id", "month", "member_id"],
            set_={"readable_from": insert.excluded.readable_from},
            where=earlier,
        )
        session.execute(opened, values)


def _next_people(session: Session, fan_out: FanOut, team_ids: Select[str], chunk: int) -> list[Member]:
    of_teams = (Member.workspace_id == fan_out.workspace_id, Member.team_id.in_(team_ids))
    statement = select(Member).where(*of_teams, Member.id > fan_out.cursor).order_by(Member.id)
    people = list(session.scalars(statement.limit(chunk)))
    if people:
        fan_out.cursor = people[-1].id
    return people


def _team_ids(workspace: Workspace) -> Select[str]:
    return select(Team.id).where(Team.workspace_id == workspace.id)
