"""Lists of teams and of their people, a page at a time, for admins."""

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
    """One page of a team's people as Slack ids, by name; the total, and how many were skipped."""

    people: tuple[str, ...]
    total: int
    skipped: int


def search(session: Session, workspace: Workspace, typed: str = "") -> list[tuple[str, str]]:
    """Return ids and names of the open teams whose name contains `typed`, by name."""
    open_teams = (Team.workspace_id == workspace.id, Team.closed_at.is_(None))
    needle = typed.casefold().strip()
    rows = [(row.id, row.name) for row in session.execute(select(Team.id, Team.name).where(*open_teams))]
    # Databases fold case differently, SQLite none beyond ASCII; names alone are few enough to read.
    matches = [row for row in rows if needle in row[1].casefold()]
    return sorted(matches, key=lambda row: (row[1].casefold(), row[0]))


def page(session: Session, ids: Sequence[str]) -> list[TeamSummary]:
    """Return these teams in this order, with a constant number of queries."""
    led = select(Team, Member.name).outerjoin(Member, Member.id == Team.leader_id)
    teams = {team.id: (team, leader) for team, leader in session.execute(led.where(Team.id.in_(ids)))}
    above = {team.parent_id for team, _ in teams.values() if team.parent_id}
    names = {
        row.id: row.name for row in session.execute(select(Team.id, Team.name).where(Team.id.in_(above)))
    }
    people, below = _people(session, ids), _below(session, ids)
    return [
        TeamSummary(
            team_id,
            team.name,
            names.get(team.parent_id),
            leader,
            people.get(team_id, 0),
            below.get(team_id, 0),
        )
        for team_id in ids
        if team_id in teams
        for team, leader in [teams[team_id]]
    ]


def member_page(session: Session, team: Team, *, skip: int = 0) -> MemberPage:
    """Return a page of a team's people; past the end, the last page."""
    in_team = (Member.team_id == team.id, Member.left.is_(False))
    total = session.scalar(select(func.count()).select_from(Member).where(*in_team)) or 0
    skip = min(max(skip, 0), max(total - 1, 0) // PEOPLE_PAGE * PEOPLE_PAGE)
    slack_user_ids = select(Member.slack_user_id).where(*in_team).order_by(func.lower(Member.name), Member.id)
    return MemberPage(tuple(session.scalars(slack_user_ids.limit(PEOPLE_PAGE).offset(skip))), total, skip)


def _people(session: Session, ids: Sequence[str]) -> dict[str, int]:
    in_teams = (Member.team_id.in_(ids), Member.left.is_(False))
    counted = select(Member.team_id, func.count()).where(*in_teams).group_by(Member.team_id)
    return {team: number for team, number in session.execute(counted) if team}


def _below(session: Session, ids: Sequence[str]) -> dict[str, int]:
    parts = (Team.parent_id.in_(ids), Team.closed_at.is_(None))
    counted = select(Team.parent_id, func.count()).where(*parts).group_by(Team.parent_id)
    return {team: number for team, number in session.execute(counted) if team}
