"""A team's side: send an obstacle up, change it or take it back while it waits."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Obstacle, ObstacleState, Team, Workspace
from slackapp.obstacles import notices, routing
from slackapp.workspace import permissions
from slackapp.workspace.permissions import Permission, Refused

LONGEST = 500
"""Characters of each text."""
MOST_OPEN = 3
"""Obstacles of one team that wait at once."""

IN_OUR_WAY, WOULD_HELP, NEEDED_BY = "in_our_way", "would_help", "needed_by"
"""The fields of the form, as errors name them."""

_NOT_LEADER = translatable("Only the leader of {team} can do this.")
_NO_TEAM = translatable("Only the leader of the team can do this.")
_NOBODY_ABOVE = translatable(
    "Nobody leads a level above {team} yet, so there is nowhere to send it. An admin can name somebody."
)
_ENOUGH = translatable("Three obstacles of {team} wait for an answer already. Take one back first.")
_EMPTY = translatable("Please write a sentence or two.")
_TOO_LONG = translatable("That is {n} characters; {most} fit. Please shorten it.")
ANSWERED = translatable("This has been answered already. The answer stands on your Home.")
WITHDRAWN = translatable("The team has taken this back. Nothing is left to answer.")
GONE = translatable("This is not there any more.")


class Within(StrEnum):
    """By when an answer is needed, counted from the day it is sent."""

    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"


_DAYS = {Within.FORTNIGHT: 14, Within.MONTH: 30, Within.QUARTER: 91}


@dataclass(frozen=True, slots=True)
class ObstacleText:
    """An obstacle as somebody wrote it down."""

    in_our_way: str
    would_help: str
    within: Within = Within.MONTH


def require_team(session: Session, team_id: str, member: Member, now: datetime) -> Team:
    """Return the team, when this person leads it now.

    Raises:
        UserError: They do not.
    """
    permissions.require_staff(member, Permission.ANSWER)
    team = session.get(Team, team_id)
    if team is None or team.workspace_id != member.workspace_id or team.closed_at is not None:
        raise UserError(_NO_TEAM)
    try:
        permissions.require(session, member, Permission.LEAD_TEAM, now=now, team=team)
    except Refused:
        raise UserError(_NOT_LEADER, team=team.name) from None
    return team


def above(session: Session, team: Team, now: datetime) -> routing.Addressee:
    """Return to whom an obstacle of this team goes.

    Raises:
        UserError: Nobody leads a level above it.
    """
    tree = permissions.teams(session, team.workspace_id)
    addressee = routing.first_above(session, tree, team, now)
    if addressee is None:
        raise UserError(_NOBODY_ABOVE, team=team.name)
    return addressee


def send(
    session: Session, team: Team, text: ObstacleText, *, obstacle_id: str, by: Member, now: datetime
) -> Obstacle:
    """Send an obstacle up. `obstacle_id` is the form's: the same form sent twice is one obstacle.

    Raises:
        UserError: A text is missing or too long, three wait already, or nobody leads above.
    """
    check(text)
    # Two forms sent at once must not both find room.
    session.get_one(Team, team.id, with_for_update=True, populate_existing=True)
    before = session.get(Obstacle, obstacle_id)
    if before is not None:
        if before.team_id != team.id:
            raise UserError(GONE)
        return before
    addressee = above(session, team, now)
    if _open_count(session, team) >= MOST_OPEN:
        raise UserError(_ENOUGH, team=team.name)
    obstacle = Obstacle(
        id=obstacle_id,
        workspace_id=team.workspace_id,
        team_id=team.id,
        level_id=addressee.level.id,
        in_our_way=text.in_our_way,
        would_help=text.would_help,
        needed_by=needed_by(session, team.workspace_id, text.within, now),
        sent_by_id=by.id,
        sent_at=now,
        asked_at=now,
        asked_id=addressee.leader.id,
    )
    session.add(obstacle)
    session.flush()
    notices.ask(session, obstacle, addressee, now)
    return obstacle


def change(
    session: Session, obstacle_id: str, text: ObstacleText, *, revision: int, by: Member, now: datetime
) -> Obstacle:
    """Word an obstacle anew while it waits.

    Raises:
        UserError: It is not theirs, no longer waits, or was changed since the form was opened.
    """
    check(text)
    obstacle = own(session, obstacle_id, by, now)
    require_open(obstacle)
    if (obstacle.in_our_way, obstacle.would_help) == (text.in_our_way, text.would_help):
        return obstacle
    if obstacle.revision != revision:
        raise UserError(translatable("This was changed since you opened it. Please open it again."))
    obstacle.in_our_way, obstacle.would_help = text.in_our_way, text.would_help
    obstacle.needed_by = needed_by(session, obstacle.workspace_id, text.within, now)
    obstacle.revision += 1
    session.flush()
    notices.update_question(session, obstacle, now)
    return obstacle


def withdraw(session: Session, obstacle_id: str, *, by: Member, now: datetime) -> Obstacle:
    """Take an obstacle back while it waits. Doing so twice changes nothing.

    Raises:
        UserError: It is not theirs, or it has been answered.
    """
    obstacle = own(session, obstacle_id, by, now)
    if obstacle.state != ObstacleState.WITHDRAWN:
        require_open(obstacle)
        obstacle.state = ObstacleState.WITHDRAWN
        obstacle.revision += 1
        session.flush()
        notices.update_question(session, obstacle, now)
    return obstacle


def own(session: Session, obstacle_id: str, member: Member, now: datetime) -> Obstacle:
    """Return an obstacle of a team that this person leads now, locked.

    Raises:
        UserError: There is none.
    """
    obstacle = locked(session, obstacle_id, member)
    tree = permissions.teams(session, member.workspace_id)
    require_team(session, routing.team_now(tree, obstacle.team_id).id, member, now)
    return obstacle


def locked(session: Session, obstacle_id: str, member: Member) -> Obstacle:
    """Return an obstacle of the member's workspace, locked. Raises UserError if there is none.

    Whoever does not work here learns nothing of it, not even by whose refusal.
    """
    permissions.require_staff(member, Permission.ANSWER)
    obstacle = session.get(Obstacle, obstacle_id, with_for_update=True, populate_existing=True)
    if obstacle is None or obstacle.workspace_id != member.workspace_id:
        raise UserError(GONE)
    return obstacle


def require_open(obstacle: Obstacle) -> None:
    """Raise UserError unless it waits for an answer."""
    if obstacle.state == ObstacleState.WITHDRAWN:
        raise UserError(WITHDRAWN)
    if obstacle.state != ObstacleState.OPEN:
        raise UserError(ANSWERED)


def check(text: ObstacleText) -> None:
    """Raise UserError, beside its field, for a text that is empty or too long."""
    for field, words in ((IN_OUR_WAY, text.in_our_way), (WOULD_HELP, text.would_help)):
        check_words(field, words)


def check_words(field: str, words: str) -> None:
    """Raise UserError, beside its field, for words that are missing or too long."""
    if not words.strip():
        raise UserError(_EMPTY).beside(field)
    if len(words) > LONGEST:
        raise UserError(_TOO_LONG, n=len(words), most=LONGEST).beside(field)


def needed_by(session: Session, workspace_id: str, within: Within, now: datetime) -> date:
    """Return the day by which an answer is needed, by the workspace's calendar."""
    zone = session.get_one(Workspace, workspace_id).time_zone
    return now.astimezone(ZoneInfo(zone)).date() + timedelta(days=_DAYS[within])


def _open_count(session: Session, team: Team) -> int:
    is_open = (Obstacle.team_id == team.id, Obstacle.state == ObstacleState.OPEN)
    return session.scalar(select(func.count()).select_from(Obstacle).where(*is_open)) or 0
