"""Making, changing and ending a team."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.core.text import is_blank
from slackapp.models import Member, Team, TeamSource, Workspace
from slackapp.workspace import members

LONGEST_NAME = 80
FIELD_NAME, FIELD_DEPUTY = "team_name", "team_deputy"
"""What the forms call what an error is about."""


@dataclass(frozen=True, slots=True)
class TeamForm:
    """A team as somebody wants it. `leader` and `deputy` are Slack ids, `parent` a team's id, or None."""

    name: str
    parent: str | None = None
    leader: str | None = None
    channel: str | None = None
    deputy: str | None = None


def make(session: Session, workspace: Workspace, wish: TeamForm) -> Team:
    """A new team, with its leader.

    Raises:
        UserError: There is one of this name, the name is empty or too long, or somebody can't lead it.
        members.Unmet: The leader or the deputy is not known here yet.
    """
    name = check_name(session, workspace, wish.name)
    parent = of(session, workspace, wish.parent) if wish.parent else None
    leader, deputy = check_leaders(session, workspace, wish)
    team = members.create_team(session, workspace, name, parent=parent, channel=wish.channel)
    team.deputy_id = deputy.id if deputy else None
    if leader is not None:
        members.set_leader(session, team, leader)
    return team


def change(session: Session, workspace: Workspace, team: Team, wish: TeamForm) -> list[str]:
    """Let a team be as somebody wants it; gives the names of what is another one now.

    Raises:
        UserError: As for `make`, or it would be part of itself.
        members.Unmet: The leader or the deputy is not known here yet.
    """
    name = check_name(session, workspace, wish.name, own=team)
    parent = of(session, workspace, wish.parent) if wish.parent else None
    _check_place(session, workspace, team, parent)
    leader, deputy = check_leaders(session, workspace, wish)
    wanted = {
        "name": name,
        "parent_id": parent.id if parent else None,
        "leader_id": leader.id if leader else None,
        "deputy_id": deputy.id if deputy else None,
        "slack_channel_id": wish.channel,
    }
    changed = [key for key, value in wanted.items() if getattr(team, key) != value]
    for key in changed:
        setattr(team, key, wanted[key])
    session.flush()
    if leader is not None:
        # Where the leader answers follows from the parent.
        members.set_leader(session, team, leader)
    return [key.removesuffix("_id").removeprefix("slack_") for key in changed]


def end(session: Session, workspace: Workspace, team: Team, *, now: datetime) -> None:
    """It is a team no more: its people belong to none, the teams below belong to the one above.

    Its figures stay, for whoever leads above it, under its name and the day. Answers to a check-in that
    is open are counted as they were asked for.
    """
    session.execute(update(Member).where(Member.team_id == team.id).values(team_id=None))
    session.execute(delete(TeamSource).where(TeamSource.team_id == team.id))
    below = list(session.scalars(select(Team).where(Team.parent_id == team.id)))
    for one in below:
        one.parent_id = team.parent_id
    team.leader_id = team.deputy_id = team.slack_channel_id = None
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    team.name = _former_name(session, workspace, team, today.isoformat())
    team.closed_at = now
    session.flush()
    for one in below:
        if leader := session.get(Member, one.leader_id) if one.leader_id else None:
            members.set_leader(session, one, leader)


def of(session: Session, workspace: Workspace, team_id: str) -> Team:
    """A team of this workspace; another workspace's is not there, nor one that has ended."""
    found = session.get(Team, team_id)
    if found is None or found.workspace_id != workspace.id or found.closed_at is not None:
        raise UserError(translatable("This team is no longer here."))
    return found


def named(session: Session, workspace: Workspace, name: str) -> Team | None:
    """A team by its name, however it is capitalised; one that has ended keeps its name, too."""
    wanted = name.casefold()
    rows = session.execute(select(Team.id, Team.name).where(Team.workspace_id == workspace.id))
    found = next((row.id for row in rows if row.name.casefold() == wanted), None)
    return session.get(Team, found) if found else None


def check_name(session: Session, workspace: Workspace, wanted: str, *, own: Team | None = None) -> str:
    """The name as it will stand. UserError when it is empty, too long, or another team's than `own`."""
    name = " ".join(wanted.split())
    if is_blank(name) or len(name) > LONGEST_NAME:
        sentence = translatable("Please choose a name of 1 to {most} characters.")
        raise UserError(sentence, most=LONGEST_NAME).beside(FIELD_NAME)
    taken = named(session, workspace, name)
    if taken is not None and taken is not own:
        sentence = translatable("There is already a team called {name}.")
        raise UserError(sentence, name=name).beside(FIELD_NAME)
    return name


def check_leaders(
    session: Session, workspace: Workspace, wish: TeamForm
) -> tuple[Member | None, Member | None]:
    """The leader and the deputy. UserError when one can't be, Unmet when one is not known yet."""
    wanted = [one for one in (wish.leader, wish.deputy) if one]
    known = members.get_all(session, workspace, wanted)
    for one in known.values():
        if not one.can_be_reached:
            sentence = translatable(
                "{name} has left, is an app, or is in another organisation. Please choose again."
            )
            raise UserError(sentence, name=one.name)
    if wish.leader and wish.leader == wish.deputy:
        raise UserError(translatable("The deputy must be somebody else than the leader.")).beside(
            FIELD_DEPUTY
        )
    return known.get(wish.leader or ""), known.get(wish.deputy or "")


def check_tree(parents: dict[str, str | None]) -> None:
    """Raises UserError when a team would lie, over others, in itself."""
    for start, first in parents.items():
        seen, above = {start}, first
        while above is not None:
            if above in seen:
                raise UserError(translatable("A team can't be part of itself, not even through others."))
            seen.add(above)
            above = parents.get(above)


def _former_name(session: Session, workspace: Workspace, team: Team, day: str) -> str:
    """Free for another team: the day it ended stands behind it."""
    room = LONGEST_NAME - len(f" ({day}, 99)")
    for number in range(1, 100):
        name = f"{team.name[:room]} ({day})" if number == 1 else f"{team.name[:room]} ({day}, {number})"
        if named(session, workspace, name) is None:
            return name
    raise UserError(translatable("There is already a team called {name}."), name=team.name)


def _check_place(session: Session, workspace: Workspace, team: Team, parent: Team | None) -> None:
    found = session.execute(select(Team.id, Team.parent_id).where(Team.workspace_id == workspace.id))
    parents = {row.id: row.parent_id for row in found}
    check_tree(parents | {team.id: parent.id if parent else None})
