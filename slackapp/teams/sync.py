"""Teams that follow a channel or a user group: at once by events, every night by its lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import ChannelRef, TeamRef
from slackapp.teams.edit import LONGEST_NAME, named

OFFER = Kind("team-offer", ChannelRef, second_copy=SecondCopy.HARMLESS)
ARCHIVED = Kind("team-archived", TeamRef, second_copy=SecondCopy.HARMLESS)


@dataclass(frozen=True, slots=True)
class MembershipSource:
    """The channel or user group that a team is kept in step with, by Slack's id.

    `called` is the name it would give the team; while the team bears it, a renaming is followed.
    """

    kind: SourceKind
    slack_id: str
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Who joined and who left a team, as ids of ours."""

    joined: tuple[str, ...]
    left: tuple[str, ...]


def suggest_name(place_name: str) -> str:
    """A team's name out of a channel's: "ward-7" becomes "Ward 7"."""
    name = " ".join(place_name.replace("_", "-").replace("-", " ").split())
    return (name[:1].upper() + name[1:])[:LONGEST_NAME]


def follow(session: Session, workspace: Workspace, team: Team, source: MembershipSource) -> None:
    """From now on the members of this channel or user group are the team's.

    Raises:
        UserError: It already makes another team.
    """
    taken = sourced(session, workspace, source.slack_id)
    if taken is not None and taken.team_id != team.id:
        other = session.get_one(Team, taken.team_id)
        raise UserError(translatable("It already makes the team {name}."), name=other.name)
    row = session.get(TeamSource, team.id)
    if row is None:
        row = TeamSource(team_id=team.id, workspace_id=workspace.id)
        session.add(row)
    row.kind, row.slack_id, row.called = source.kind, source.slack_id, source.called
    session.flush()


def unfollow(session: Session, team: Team) -> None:
    """From now on people are put into the team by hand; whoever is in it stays."""
    if row := session.get(TeamSource, team.id):
        session.delete(row)
        session.flush()


def source_of(session: Session, team: Team) -> TeamSource | None:
    """What this team is kept in step with."""
    return session.get(TeamSource, team.id)


def sourced(session: Session, workspace: Workspace, slack_id: str) -> TeamSource | None:
    """What is kept in step with this channel or user group."""
    ours = (TeamSource.workspace_id == workspace.id, TeamSource.slack_id == slack_id)
    return session.scalar(select(TeamSource).where(*ours))


def sources(session: Session, workspace: Workspace) -> list[TeamSource]:
    """Everything that keeps a team of this workspace in step."""
    found = select(TeamSource).where(TeamSource.workspace_id == workspace.id)
    return list(session.scalars(found.order_by(TeamSource.team_id)))


def eligible(session: Session, workspace: Workspace, people: Iterable[Member]) -> list[Member]:
    """Those of them who would become members of a team: reachable, in no team yet, leading none.

    Whoever leads a team answers where the parent's leader reads; whoever leads the top answers nowhere.
    """
    leaders = leading(session, workspace.id)
    return [one for one in people if one.can_be_reached and one.team_id is None and one.id not in leaders]


def set_members(session: Session, source: TeamSource, people: Iterable[Member], *, now: datetime) -> Changes:
    """Let these people be the team's; apps, strangers, leaders and those who left are passed over.

    Whoever belongs to another team already stays there: one unit for a person, and the first one counts.
    """
    workspace = session.get_one(Workspace, source.workspace_id)
    people = list(people)
    stay = {one.id for one in people if one.can_be_reached} | leading(session, workspace.id)
    present = list(session.scalars(select(Member).where(Member.team_id == source.team_id)))
    joined = eligible(session, workspace, people)
    left = [one for one in present if one.id not in stay]
    # None of them leads anything, so nobody's own unit follows from it.
    for one in joined:
        one.team_id = source.team_id
    for one in left:
        one.team_id = None
    source.checked_at = now
    session.flush()
    return Changes(tuple(sorted(one.id for one in joined)), tuple(sorted(one.id for one in left)))


def join(session: Session, source: TeamSource, person: Member) -> bool:
    """Somebody came into the channel or group; whether that made them a member of the team."""
    workspace = session.get_one(Workspace, source.workspace_id)
    if not eligible(session, workspace, [person]):
        return False
    person.team_id = source.team_id
    session.flush()
    return True


def leave(session: Session, source: TeamSource, person: Member) -> bool:
    """Somebody left the channel or group; whether that took them out of the team."""
    if person.team_id != source.team_id or person.id in leading(session, source.workspace_id):
        return False
    person.team_id = None
    session.flush()
    return True


def in_channel(session: Session, workspace: Workspace, slack_id: str) -> list[Team]:
    """The teams that share in this channel."""
    ours = (Team.workspace_id == workspace.id, Team.slack_channel_id == slack_id)
    return list(session.scalars(select(Team).where(*ours).order_by(Team.name)))


def source_removed(session: Session, workspace: Workspace, slack_id: str) -> list[str]:
    """A channel or group is no more, or not for the app: its teams keep their people and share nothing there.

    Gives the names of the teams that had to do with it.
    """
    teams = {team.id: team for team in in_channel(session, workspace, slack_id)}
    for team in teams.values():
        team.slack_channel_id = None
    if source := sourced(session, workspace, slack_id):
        teams[source.team_id] = session.get_one(Team, source.team_id)
        session.delete(source)
    session.flush()
    return sorted(team.name for team in teams.values())


def renamed(session: Session, workspace: Workspace, slack_id: str, name: str) -> str | None:
    """A channel or group has another name now. A team that still bore the old one takes it; that name.

    A team that somebody named otherwise keeps its name, and so does one whose new name is taken.
    """
    source = sourced(session, workspace, slack_id)
    if source is None or not name:
        return None
    team, before = session.get_one(Team, source.team_id), source.called
    source.called = name
    follows = team.name == before and team.name != name and named(session, workspace, name) in {None, team}
    if follows:
        team.name = name
    session.flush()
    return name if follows else None


def leading(session: Session, workspace_id: str) -> set[str]:
    """Everybody who leads a team, as ids of ours."""
    found = select(Team.leader_id).where(Team.workspace_id == workspace_id)
    return {one for one in session.scalars(found) if one}
