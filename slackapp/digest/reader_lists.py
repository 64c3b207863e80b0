"""Who reads a team's results from when on: written down, told to its people, and fixed with each month."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, event, exists, or_, select, update
from sqlalchemy.orm import Session, object_session

from slackapp.core import calendar
from slackapp.core.db import before_commit
from slackapp.digest import reader_notices
from slackapp.digest.reader_notices import milliseconds, moment_of
from slackapp.models import (
    Digest,
    DigestReader,
    Leadership,
    Member,
    MonthFigures,
    Team,
    TeamReader,
    Workspace,
)
from slackapp.outbox.queue import insert_for
from slackapp.workspace.permissions import ancestors, teams

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
    if told_before.intersection(team for team, _ in begun | ended):
        reader_notices.announce_change(session, workspace, now)


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
    if months:
        reader_notices.announce_handed_on(session, workspace, team, readable_from)


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


def _team_ids(workspace: Workspace) -> Select[str]:
    return select(Team.id).where(Team.workspace_id == workspace.id)
