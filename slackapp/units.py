"""Units of the organisation: their hierarchy, leaders and deputies, and what keeps each in step.

Everybody has at most one unit, so that an answer is counted once. Whoever leads belongs to the parent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import members
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """A team that somebody wants to have. `leader` is a Slack id, `parent` a team's id, or None."""

    name: str
    parent: str | None = None
    leader: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The channel or user group that a team is kept in step with, by Slack's id."""

    kind: SourceKind
    slack_id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Who joined and who left a team, as ids of ours."""

    joined: tuple[str, ...]
    left: tuple[str, ...]


def make(session: Session, workspace: Workspace, wish: Wish) -> Team:
    """A new team, with its leader.

    Raises:
        UserError: There is one of this name, or the name is empty or too long.
        members.Unmet: The leader is not known here yet.
    """
    name = " ".join(wish.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise UserError(marked("Please choose a name of 1 to {most} characters."), most=LONGEST_NAME)
    if named(session, workspace, name) is not None:
        raise UserError(marked("There is already a team called {name}."), name=name)
    parent = of(session, workspace, wish.parent) if wish.parent else None
    leader = members.meet(session, workspace, [wish.leader])[wish.leader] if wish.leader else None
    team = members.create_team(session, workspace, name, parent=parent, channel=wish.channel)
    if leader is not None:
        members.appoint(session, team, leader)
    return team


def of(session: Session, workspace: Workspace, team_id: str) -> Team:
    """A team of this workspace; another workspace's is not there."""
    found = session.get(Team, team_id)
    if found is None or found.workspace_id != workspace.id:
        raise UserError(marked("This team is no longer here."))
    return found


def named(session: Session, workspace: Workspace, name: str) -> Team | None:
    """A team by its name, however it is capitalised."""
    wanted = name.casefold()
    teams = session.scalars(select(Team).where(Team.workspace_id == workspace.id))
    return next((team for team in teams if team.name.casefold() == wanted), None)


def check_tree(parents: dict[str, str | None]) -> None:
    """Raises UserError when a team would lie, over others, in itself."""
    for start, first in parents.items():
        seen, above = {start}, first
        while above is not None:
            if above in seen:
                raise UserError(marked("A team can't be part of itself, not even through others."))
            seen.add(above)
            above = parents.get(above)


def keep_in_step(session: Session, workspace: Workspace, team: Team, source: Source) -> None:
    """From now on the members of this channel or user group are the team's.

    Raises:
        UserError: It already makes another team.
    """
    taken = sourced(session, workspace, source.slack_id)
    if taken is not None and taken.team_id != team.id:
        other = session.get_one(Team, taken.team_id)
        raise UserError(marked("It already makes the team {name}."), name=other.name)
    row = session.get(TeamSource, team.id)
    if row is None:
        row = TeamSource(team_id=team.id, workspace_id=workspace.id)
        session.add(row)
    row.kind, row.slack_id = source.kind, source.slack_id
    session.flush()


def sourced(session: Session, workspace: Workspace, slack_id: str) -> TeamSource | None:
    """What is kept in step with this channel or user group."""
    ours = (TeamSource.workspace_id == workspace.id, TeamSource.slack_id == slack_id)
    return session.scalar(select(TeamSource).where(*ours))


def sources(session: Session, workspace: Workspace) -> list[TeamSource]:
    """Everything that keeps a team of this workspace in step."""
    found = select(TeamSource).where(TeamSource.workspace_id == workspace.id)
    return list(session.scalars(found.order_by(TeamSource.team_id)))


def could_join(session: Session, workspace: Workspace, people: Iterable[Member]) -> list[Member]:
    """Those of them who would become members of a team: reachable, in no team yet, leading none.

    Whoever leads a team answers where the parent's leader reads; whoever leads the top answers nowhere.
    """
    leaders = _leaders(session, workspace.id)
    return [one for one in people if one.can_be_reached and one.team_id is None and one.id not in leaders]


def match(session: Session, source: TeamSource, people: Iterable[Member], *, now: datetime) -> Moved:
    """Let these people be the team's; apps, strangers, leaders and those who left are passed over.

    Whoever belongs to another team already stays there: one unit for a person, and the first one counts.
    """
    team = session.get_one(Team, source.team_id)
    workspace = session.get_one(Workspace, source.workspace_id)
    people = list(people)
    leaders = _leaders(session, workspace.id)
    stay = {one.id for one in people if one.can_be_reached} | leaders
    present = list(session.scalars(select(Member).where(Member.team_id == team.id)))
    joined = could_join(session, workspace, people)
    left = [one for one in present if one.id not in stay]
    for one in joined:
        members.put_in_team(session, one, team)
    for one in left:
        members.put_in_team(session, one, None)
    source.checked_at = now
    session.flush()
    return Moved(tuple(sorted(one.id for one in joined)), tuple(sorted(one.id for one in left)))


def join(session: Session, source: TeamSource, person: Member) -> bool:
    """Somebody came into the channel or group; whether that made them a member of the team."""
    workspace = session.get_one(Workspace, source.workspace_id)
    if not could_join(session, workspace, [person]):
        return False
    members.put_in_team(session, person, session.get_one(Team, source.team_id))
    return True


def leave(session: Session, source: TeamSource, person: Member) -> bool:
    """Somebody left the channel or group; whether that took them out of the team."""
    if person.team_id != source.team_id or person.id in _leaders(session, source.workspace_id):
        return False
    members.put_in_team(session, person, None)
    return True


def channel_gone(session: Session, workspace: Workspace, slack_channel_id: str) -> list[str]:
    """A channel was archived or deleted: its teams keep their people and share nothing; their names."""
    ours = (Team.workspace_id == workspace.id, Team.slack_channel_id == slack_channel_id)
    teams = list(session.scalars(select(Team).where(*ours)))
    for team in teams:
        team.slack_channel_id = None
    if source := sourced(session, workspace, slack_channel_id):
        session.delete(source)
    session.flush()
    return [team.name for team in teams]


def _leaders(session: Session, workspace_id: str) -> set[str]:
    found = select(Team.leader_id).where(Team.workspace_id == workspace_id)
    return {one for one in session.scalars(found) if one}
