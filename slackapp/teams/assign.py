"""Assign people to a team by hand."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Team, TeamSource
from slackapp.teams.sync import leading

_FOLLOWS = translatable("Who belongs to this team follows a channel or a group. Please change it there.")


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many joined, how many of them from another team, and how many were passed over."""

    joined: int
    moved: int
    passed_over: int
    """Apps, people of other organisations, those who left, and whoever leads a team."""


def assign(session: Session, team: Team, people: Iterable[Member]) -> Assigned:
    """Assign people to this team and no other. UserError if the team follows a channel or group."""
    _check_by_hand(session, team)
    people, leaders = list(people), leading(session, team.workspace_id)
    able = [member for member in people if member.can_be_reached and member.id not in leaders]
    new = [member for member in able if member.team_id != team.id]
    moved = sum(member.team_id is not None for member in new)
    for member in new:
        member.team_id = team.id
    session.flush()
    return Assigned(len(new), moved, len(people) - len(able))


def unassign(session: Session, team: Team, people: Iterable[Member]) -> int:
    """Remove people from this team; return how many were in it."""
    _check_by_hand(session, team)
    leaders = leading(session, team.workspace_id)
    members = [member for member in people if member.team_id == team.id and member.id not in leaders]
    for member in members:
        member.team_id = None
    session.flush()
    return len(members)


def _check_by_hand(session: Session, team: Team) -> None:
    if session.get(TeamSource, team.id) is not None:
        raise UserError(_FOLLOWS)
