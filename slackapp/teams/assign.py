"""Putting people into a team by hand."""

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
    """How many came in, how many of them from another team, and how many could not."""

    joined: int
    moved: int
    passed_over: int
    """Apps, people of other organisations, those who left, and whoever leads a team."""


def assign(session: Session, team: Team, people: Iterable[Member]) -> Assigned:
    """Let people belong to this team, and to no other. UserError when the team follows something."""
    _check_by_hand(session, team)
    people, leaders = list(people), leading(session, team.workspace_id)
    able = [one for one in people if one.can_be_reached and one.id not in leaders]
    new = [one for one in able if one.team_id != team.id]
    moved = sum(one.team_id is not None for one in new)
    for one in new:
        one.team_id = team.id
    session.flush()
    return Assigned(len(new), moved, len(people) - len(able))


def unassign(session: Session, team: Team, people: Iterable[Member]) -> int:
    """Let people belong to no team; gives how many did to this one."""
    _check_by_hand(session, team)
    leaders = leading(session, team.workspace_id)
    theirs = [one for one in people if one.team_id == team.id and one.id not in leaders]
    for one in theirs:
        one.team_id = None
    session.flush()
    return len(theirs)


def _check_by_hand(session: Session, team: Team) -> None:
    if session.get(TeamSource, team.id) is not None:
        raise UserError(_FOLLOWS)
