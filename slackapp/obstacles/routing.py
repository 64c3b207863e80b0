"""To whom an obstacle goes: whoever leads the level above now, whatever has changed since it was sent.

It begins at the level where it waits. A level that has ended, or that nobody leads, or that is led by the
team's own leader, is passed over. A team that merged asks as the team it merged into.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from slackapp.models import Member, Obstacle, Team
from slackapp.workspace.permissions import acting_leader, ancestors, leads


@dataclass(frozen=True, slots=True)
class Addressee:
    """A level, and who acts for it now."""

    level: Team
    leader: Member


def team_now(tree: Mapping[str, Team], team_id: str) -> Team:
    """Return the team, or the nearest one above it that goes on."""
    line = [tree[above] for above in ancestors(tree, team_id)]
    return next((team for team in line if team.closed_at is None), line[0])


def addressee(
    session: Session, tree: Mapping[str, Team], obstacle: Obstacle, now: datetime
) -> Addressee | None:
    """Return who is to answer an obstacle now; None while nobody leads any level above."""
    return next(iter(_line(session, tree, obstacle, now)), None)


def next_above(
    session: Session, tree: Mapping[str, Team], obstacle: Obstacle, now: datetime
) -> Addressee | None:
    """Return to whom it goes when it is passed up; None at the top."""
    line = _line(session, tree, obstacle, now)
    return next((above for above in line[1:] if above.leader.id != line[0].leader.id), None)


def first_above(session: Session, tree: Mapping[str, Team], team: Team, now: datetime) -> Addressee | None:
    """Return to whom an obstacle of this team would go."""
    return next(iter(_led(session, _above(tree, team), team, now)), None)


def may_answer(
    session: Session, tree: Mapping[str, Team], obstacle: Obstacle, member: Member, now: datetime
) -> bool:
    """Whether this person leads the level at which it waits, or stands in for its leader."""
    current = addressee(session, tree, obstacle, now)
    return current is not None and leads(session, current.level, member, now)


def _line(session: Session, tree: Mapping[str, Team], obstacle: Obstacle, now: datetime) -> list[Addressee]:
    team = team_now(tree, obstacle.team_id)
    above = _above(tree, team)
    level = team_now(tree, obstacle.level_id) if obstacle.level_id in tree else team
    # A team that now belongs elsewhere asks whoever leads above it there.
    start = above.index(level) if level in above else 0
    return _led(session, above[start:], team, now)


def _above(tree: Mapping[str, Team], team: Team) -> list[Team]:
    return [tree[above] for above in ancestors(tree, team.id)[1:] if tree[above].closed_at is None]


def _led(session: Session, levels: Sequence[Team], team: Team, now: datetime) -> list[Addressee]:
    own = acting_leader(session, team, now)
    passed_over = {team.leader_id, own.id if own else None}
    led = ((level, acting_leader(session, level, now)) for level in levels)
    return [Addressee(level, leader) for level, leader in led if leader and leader.id not in passed_over]
