"""Teams that follow a channel or user group: updated by events, and every night from Slack's lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.teams.edit import LONGEST_NAME, named
from slackapp.teams.proposals import is_unconfirmed

OFFER = "team-offer"
ARCHIVED = "team-archived"
REMOVED = "team-removed"


@dataclass(frozen=True, slots=True)
class MembershipSource:
    """The channel or user group that a team follows, by Slack's id.

    `called` is the name it would give the team; while the team bears it, a renaming is followed.
    """

    kind: SourceKind
    slack_id: str
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Who joined and who left a team, as our ids."""

    joined: tuple[str, ...]
    left: tuple[str, ...]


def suggest_name(place_name: str) -> str:
    """Derive a team's name from a channel's: "ward-7" becomes "Ward 7"."""
    name = " ".join(place_name.replace("_", "-").replace("-", " ").split())
    return (name[:1].upper() + name[1:])[:LONGEST_NAME]


def follow(session: Session, workspace: Workspace, team: Team, source: MembershipSource) -> None:
    """Make a team follow a channel or user group: its members become the team's.

    Raises:
        UserError: It already makes another team.
    """
    existing = sourced(session, workspace, source.slack_id)
    if existing is not None and existing.team_id != team.id:
        followed_by = session.get_one(Team, existing.team_id)
        raise UserError(translatable("It already makes the team {name}."), name=followed_by.name)
    row = session.get(TeamSource, team.id)
    if row is None:
        row = TeamSource(team_id=team.id, workspace_id=workspace.id)
        session.add(row)
    row.kind, row.slack_id, row.called = source.kind, source.slack_id, source.called
    row.suspended_at = None
    session.flush()


def unfollow(session: Session, team: Team) -> None:
    """Stop following: people are assigned by hand from now on; those in the team stay."""
    if row := session.get(TeamSource, team.id):
        session.delete(row)
        session.flush()


def source_of(session: Session, team: Team) -> TeamSource | None:
    """Return the source that this team follows."""
    return session.get(TeamSource, team.id)


def sourced(session: Session, workspace: Workspace, slack_id: str) -> TeamSource | None:
    """Return the source row of this channel or user group."""
    of_place = (TeamSource.workspace_id == workspace.id, TeamSource.slack_id == slack_id)
    return session.scalar(select(TeamSource).where(*of_place))


def sources(session: Session, workspace: Workspace) -> list[TeamSource]:
    """Return the source rows of every team of this workspace."""
    query = select(TeamSource).where(TeamSource.workspace_id == workspace.id)
    return list(session.scalars(query.order_by(TeamSource.team_id)))


def eligible(session: Session, workspace: Workspace, people: Iterable[Member]) -> list[Member]:
    """Return those who may join a team: reachable, in no team yet, leading none.

    A leader answers in the parent team; the leader of the top team answers nowhere.
    """
    leaders = leading(session, workspace.id)
    return [
        person
        for person in people
        if person.can_be_reached and person.team_id is None and person.id not in leaders
    ]


def set_members(session: Session, source: TeamSource, people: Iterable[Member], *, now: datetime) -> Changes:
    """Set a team's members; apps, strangers, leaders and those who left are passed over.

    Somebody in another team stays there: a person has one team, and the first one counts. Nobody joins a
    team whose leader, named by a member, has not accepted.
    """
    workspace = session.get_one(Workspace, source.workspace_id)
    people = list(people)
    stay = {person.id for person in people if person.can_be_reached} | leading(session, workspace.id)
    present = list(session.scalars(select(Member).where(Member.team_id == source.team_id)))
    joined = [] if is_unconfirmed(session, source.team_id) else eligible(session, workspace, people)
    left = [person for person in present if person.id not in stay]
    # None of them leads a team, so no leader's own team depends on it.
    for person in joined:
        person.team_id = source.team_id
    for person in left:
        person.team_id = None
    source.checked_at = now
    session.flush()
    return Changes(tuple(sorted(person.id for person in joined)), tuple(sorted(person.id for person in left)))


def join(session: Session, source: TeamSource, person: Member) -> bool:
    """Add somebody who joined the channel or group; return whether the team changed."""
    workspace = session.get_one(Workspace, source.workspace_id)
    is_closed = source.suspended_at is not None or is_unconfirmed(session, source.team_id)
    if is_closed or not eligible(session, workspace, [person]):
        return False
    person.team_id = source.team_id
    session.flush()
    return True


def leave(session: Session, source: TeamSource, person: Member) -> bool:
    """Remove somebody who left the channel or group; return whether the team changed."""
    stays = person.team_id != source.team_id or person.id in leading(session, source.workspace_id)
    if stays or source.suspended_at is not None:
        return False
    person.team_id = None
    session.flush()
    return True


def in_channel(session: Session, workspace: Workspace, slack_id: str) -> list[Team]:
    """Return the teams that share in this channel."""
    with_channel = (Team.workspace_id == workspace.id, Team.slack_channel_id == slack_id)
    return list(session.scalars(select(Team).where(*with_channel).order_by(Team.name)))


def suspend(session: Session, workspace: Workspace, slack_id: str, *, now: datetime) -> list[Team]:
    """Record that the app is out of a channel; return the teams that use it.

    They keep the channel and their people: nobody comes or goes, and posts wait until the app is back.
    """
    source = sourced(session, workspace, slack_id)
    if source is not None and source.suspended_at is None:
        source.suspended_at = now
        session.flush()
    return using(session, workspace, slack_id)


def resume(session: Session, workspace: Workspace, slack_id: str) -> list[Team]:
    """Record that the app is in a channel again; return the teams that use it."""
    if source := sourced(session, workspace, slack_id):
        source.suspended_at = None
        session.flush()
    return using(session, workspace, slack_id)


def using(session: Session, workspace: Workspace, slack_id: str) -> list[Team]:
    """Return the open teams that follow this channel or share in it, by name."""
    teams = {team.id: team for team in in_channel(session, workspace, slack_id) if team.closed_at is None}
    if source := sourced(session, workspace, slack_id):
        teams[source.team_id] = session.get_one(Team, source.team_id)
    return sorted(teams.values(), key=lambda team: (team.name, team.id))


def source_removed(session: Session, workspace: Workspace, slack_id: str) -> list[str]:
    """Forget a channel or group that is gone or closed to the app: its teams keep their people.

    Returns the names of the teams concerned.
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
    """Record a channel's or group's new name; return it if the team still had the old one and takes it.

    A team that somebody renamed keeps its name, and so does one whose new name is taken.
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
    """Return our ids of everybody who leads a team."""
    leader_ids = select(Team.leader_id).where(Team.workspace_id == workspace_id)
    return {leader_id for leader_id in session.scalars(leader_ids) if leader_id}
