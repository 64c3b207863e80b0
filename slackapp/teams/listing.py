"""Teams and their people, a page at a time, for whoever looks after them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.models import Member, Team, Workspace

PAGE = 10
PEOPLE_PAGE = 50


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """A team in a list. `leader` is the name of whoever leads it."""

    id: str
    name: str
    parent: str | None
    leader: str | None
    people: int
    below: int
    """How many teams are part of it."""


@dataclass(frozen=True, slots=True)
class MemberPage:
    """One page of a team's people, by name, as Slack ids; how many there are, and how many came before."""

    people: tuple[str, ...]
    total: int
    skipped: int


def search(session: Session, workspace: Workspace, typed: str = "") -> list[tuple[str, str]]:
    """Ids and names of the teams whose name holds what was typed, by name."""
    ours = (Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    wanted = typed.casefold().strip()
    rows = [(row.id, row.name) for row in session.execute(select(Team.id, Team.name).where(*ours))]
    # Databases fold case differently, SQLite none beyond ASCII; names alone are few enough to read.
    found = [row for row in rows if wanted in row[1].casefold()]
    return sorted(found, key=lambda row: (row[1].casefold(), row[0]))


def page(session: Session, ids: Sequence[str]) -> list[TeamSummary]:
    """These teams, in this order, in as many queries as there are kinds of figures."""
    led = select(Team, Member.name).outerjoin(Member, Member.id == Team.leader_id)
    found = {team.id: (team, leader) for team, leader in session.execute(led.where(Team.id.in_(ids)))}
    above = {team.parent_id for team, _ in found.values() if team.parent_id}
    names = {
        row.id: row.name for row in session.execute(select(Team.id, Team.name).where(Team.id.in_(above)))
    }
    people, below = _people(session, ids), _below(session, ids)
    return [
        TeamSummary(one, team.name, names.get(team.parent_id), leader, people.get(one, 0), below.get(one, 0))
        for one in ids
        if one in found
        for team, leader in [found[one]]
    ]


def member_page(session: Session, team: Team, *, skip: int = 0) -> MemberPage:
    """A page of a team's people; past the end, the last one."""
    theirs = (Member.team_id == team.id, Member.left.is_(False))
    total = session.scalar(select(func.count()).select_from(Member).where(*theirs)) or 0
    skip = min(max(skip, 0), max(total - 1, 0) // PEOPLE_PAGE * PEOPLE_PAGE)
    found = select(Member.slack_user_id).where(*theirs).order_by(func.lower(Member.name), Member.id)
    return MemberPage(tuple(session.scalars(found.limit(PEOPLE_PAGE).offset(skip))), total, skip)


def _people(session: Session, ids: Sequence[str]) -> dict[str, int]:
    there = (Member.team_id.in_(ids), Member.left.is_(False))
    counted = select(Member.team_id, func.count()).where(*there).group_by(Member.team_id)
    return {team: number for team, number in session.execute(counted) if team}


def _below(session: Session, ids: Sequence[str]) -> dict[str, int]:
    parts = (Team.parent_id.in_(ids), Team.closed_at.is_(None))
    counted = select(Team.parent_id, func.count()).where(*parts).group_by(Team.parent_id)
    return {team: number for team, number in session.execute(counted) if team}
