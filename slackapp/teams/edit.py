"""Create, change and end a team."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import is_blank
from slackapp.models import Member, Team, TeamProposal, TeamSource, Workspace
from slackapp.workspace import members

LONGEST_NAME = 80
FIELD_NAME, FIELD_DEPUTY = "team_name", "team_deputy"
"""The form fields beside which an error is shown."""


@dataclass(frozen=True, slots=True)
class TeamForm:
    """The values of a team's form. `leader` and `deputy` are Slack ids, `parent` a team's id, or None."""

    name: str
    parent: str | None = None
    leader: str | None = None
    channel: str | None = None
    deputy: str | None = None


def make(session: Session, workspace: Workspace, form: TeamForm) -> Team:
    """Create a team with its leader.

    Raises:
        UserError: There is one of this name, the name is empty or too long, or somebody can't lead it.
        members.UnknownMembers: The leader or the deputy is not known here yet.
    """
    name = check_name(session, workspace, form.name)
    parent = of(session, workspace, form.parent) if form.parent else None
    leader, deputy = check_leaders(session, workspace, form)
    team = members.create_team(session, workspace, name, parent=parent, channel=form.channel)
    team.deputy_id = deputy.id if deputy else None
    if leader is not None:
        members.set_leader(session, team, leader)
    return team


def change(session: Session, workspace: Workspace, team: Team, form: TeamForm) -> list[str]:
    """Apply a form to a team; return the names of what has changed.

    Raises:
        UserError: As for `make`, or it would be part of itself.
        members.UnknownMembers: The leader or the deputy is not known here yet.
    """
    name = check_name(session, workspace, form.name, own=team)
    parent = of(session, workspace, form.parent) if form.parent else None
    check_place(session, workspace, team, parent)
    leader, deputy = check_leaders(session, workspace, form)
    values = {
        "name": name,
        "parent_id": parent.id if parent else None,
        "leader_id": leader.id if leader else None,
        "deputy_id": deputy.id if deputy else None,
        "slack_channel_id": form.channel,
    }
    changed = [key for key, value in values.items() if getattr(team, key) != value]
    for key in changed:
        setattr(team, key, values[key])
    session.flush()
    if leader is not None and {"leader_id", "parent_id"}.intersection(changed):
        # Where the leader answers follows from the parent.
        members.set_leader(session, team, leader)
    return [key.removesuffix("_id").removeprefix("slack_") for key in changed]


def end(session: Session, workspace: Workspace, team: Team, *, now: datetime) -> None:
    """End a team: its people belong to none, the teams below it to its parent.

    Its figures stay, for whoever leads above it, under its name and the day. Answers to a check-in that
    is open are counted as they were asked for.
    """
    session.execute(update(Member).where(Member.team_id == team.id).values(team_id=None))
    session.execute(delete(TeamSource).where(TeamSource.team_id == team.id))
    about_team = or_(TeamProposal.team_id == team.id, TeamProposal.parent_id == team.id)
    session.execute(delete(TeamProposal).where(about_team))
    below = list(session.scalars(select(Team).where(Team.parent_id == team.id)))
    for child in below:
        child.parent_id = team.parent_id
    team.leader_id = team.deputy_id = team.slack_channel_id = None
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    team.name = _former_name(session, workspace, team, today.isoformat())
    team.closed_at = now
    session.flush()
    for child in below:
        leader = session.get(Member, child.leader_id) if child.leader_id else None
        if leader is not None and leader.team_id is None:
            members.set_leader(session, child, leader)


def of(session: Session, workspace: Workspace, team_id: str) -> Team:
    """Return an open team of this workspace. UserError if there is none with this id."""
    team = session.get(Team, team_id)
    if team is None or team.workspace_id != workspace.id or team.closed_at is not None:
        raise UserError(translatable("This team is no longer here."))
    return team


def named(session: Session, workspace: Workspace, name: str) -> Team | None:
    """Return a team by its name, whatever its case; one that has ended counts too."""
    folded = name.casefold()
    rows = session.execute(select(Team.id, Team.name).where(Team.workspace_id == workspace.id))
    team_id = next((row.id for row in rows if row.name.casefold() == folded), None)
    return session.get(Team, team_id) if team_id else None


def check_name(session: Session, workspace: Workspace, typed: str, *, own: Team | None = None) -> str:
    """Return the name as it is stored. UserError if it is empty, too long, or another team's than `own`."""
    name = " ".join(typed.split())
    if is_blank(name) or len(name) > LONGEST_NAME:
        sentence = translatable("Please choose a name of 1 to {most} characters.")
        raise UserError(sentence, most=LONGEST_NAME).beside(FIELD_NAME)
    namesake = named(session, workspace, name)
    if namesake is not None and namesake is not own:
        sentence = translatable("There is already a team called {name}.")
        raise UserError(sentence, name=name).beside(FIELD_NAME)
    return name


def check_leaders(
    session: Session, workspace: Workspace, form: TeamForm
) -> tuple[Member | None, Member | None]:
    """Return the leader and the deputy. UserError if one can't be, UnknownMembers if one is not stored."""
    slack_user_ids = [member for member in (form.leader, form.deputy) if member]
    people = members.get_all(session, workspace, slack_user_ids)
    for member in people.values():
        if not member.can_be_reached:
            sentence = translatable(
                "{name} has left, is an app, or is in another organisation. Please choose again."
            )
            raise UserError(sentence, name=member.name)
    if form.leader and form.leader == form.deputy:
        raise UserError(translatable("The deputy must be somebody else than the leader.")).beside(
            FIELD_DEPUTY
        )
    return people.get(form.leader or ""), people.get(form.deputy or "")


def check_tree(parents: dict[str, str | None]) -> None:
    """Raise UserError if a team would be part of itself."""
    for start, first in parents.items():
        visited, above = {start}, first
        while above is not None:
            if above in visited:
                raise UserError(translatable("A team can't be part of itself, not even through others."))
            visited.add(above)
            above = parents.get(above)


def _former_name(session: Session, workspace: Workspace, team: Team, day: str) -> str:
    """Return the name with the day it ended, so that another team may use the name."""
    room = LONGEST_NAME - len(f" ({day}, 99)")
    for number in range(1, 100):
        name = f"{team.name[:room]} ({day})" if number == 1 else f"{team.name[:room]} ({day}, {number})"
        if named(session, workspace, name) is None:
            return name
    raise UserError(translatable("There is already a team called {name}."), name=team.name)


def check_place(session: Session, workspace: Workspace, team: Team, parent: Team | None) -> None:
    """Raise UserError if the team would be part of itself."""
    rows = session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == workspace.id))
    parents = {row.id: row.parent_id for row in rows}
    check_tree(parents | {team.id: parent.id if parent else None})
