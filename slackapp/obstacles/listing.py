"""Read obstacles: what waits for a person, what a team sent up, and how many a level answered."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from slackapp.core.calendar import month_bounds
from slackapp.models import (
    Member,
    Obstacle,
    ObstacleState,
    ObstacleStep,
    Promise,
    PromiseState,
    Team,
    Workspace,
)
from slackapp.obstacles import routing, timetable
from slackapp.workspace import permissions

READ_FOR = timedelta(days=60)
"""How long a team reads an answer on its Home."""
FRESH_FOR = timedelta(days=35)
"""How long an answer opens the check-in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One level that passed it up. Without words it was passed up for want of an answer."""

    level: str
    words: str | None


@dataclass(frozen=True, slots=True)
class ObstacleDetails:
    """An obstacle ready to be shown, with all that has been answered."""

    id: str
    revision: int
    team: str
    level: str
    in_our_way: str
    would_help: str
    needed_by: date
    sent_on: date
    state: ObstacleState
    leader: str
    """The name of who answered, or is to answer; empty while nobody leads the level."""
    steps: tuple[Step, ...] = ()
    answer: str | None = None
    due: date | None = None
    """By when a "yes" is done."""
    promise_state: PromiseState | None = None
    promise_reason: str | None = None
    promise_delay: str | None = None
    """What is in the way of the promise, where it was put off."""
    passes_on: date | None = None
    """The day on which it is passed up without an answer; None at the top."""
    is_late: bool = False
    """Whether it has waited too long and nobody above could take it."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many obstacles were sent to a level in a month, and how many of them have an answer."""

    sent: int
    answered: int


def waiting_for(session: Session, member: Member, now: datetime) -> list[ObstacleDetails]:
    """What waits for this person's answer, by the day on which it is needed."""
    led = {team.id for team in permissions.led_by(session, member, now)}
    if not led:
        return []
    is_open = (Obstacle.workspace_id == member.workspace_id, Obstacle.state == ObstacleState.OPEN)
    tree = permissions.teams(session, member.workspace_id)
    waiting = []
    for obstacle in session.scalars(
        select(Obstacle).where(*is_open).order_by(Obstacle.needed_by, Obstacle.id)
    ):
        current = routing.addressee(session, tree, obstacle, now)
        if current is not None and current.level.id in led:
            waiting.append(obstacle)
    return details(session, waiting, now)


def waiting_at(session: Session, level: Team, now: datetime) -> list[ObstacleDetails]:
    """What waits at one level, by the day on which it is needed."""
    is_open = (Obstacle.workspace_id == level.workspace_id, Obstacle.state == ObstacleState.OPEN)
    tree = permissions.teams(session, level.workspace_id)
    rows = session.scalars(select(Obstacle).where(*is_open).order_by(Obstacle.needed_by, Obstacle.id))
    currents = ((obstacle, routing.addressee(session, tree, obstacle, now)) for obstacle in rows)
    waiting = [obstacle for obstacle, current in currents if current and current.level.id == level.id]
    return details(session, waiting, now)


def of_team(session: Session, team: Team, now: datetime) -> list[ObstacleDetails]:
    """What a team reads: what waits, what was answered lately, and promises that go on; newest first."""
    lately = or_(Obstacle.answered_at > now - READ_FOR, Promise.state == PromiseState.OPEN)
    is_read = or_(Obstacle.state == ObstacleState.OPEN, lately)
    query = (
        select(Obstacle)
        .outerjoin(Promise, Promise.id == Obstacle.promise_id)
        .where(Obstacle.team_id.in_(_asks_as(session, team)), Obstacle.state != ObstacleState.WITHDRAWN)
        .where(is_read)
        .order_by(Obstacle.sent_at.desc(), Obstacle.id)
    )
    return details(session, list(session.scalars(query)), now)


def latest_answer(session: Session, team: Team, now: datetime) -> ObstacleDetails | None:
    """The newest answer that a team's next check-in begins with; None when there is none of late."""
    query = (
        select(Obstacle)
        .where(Obstacle.team_id.in_(_asks_as(session, team)))
        .where(Obstacle.state.in_([ObstacleState.YES, ObstacleState.NO]))
        .where(Obstacle.answered_at > now - FRESH_FOR)
        .order_by(Obstacle.answered_at.desc(), Obstacle.id)
    )
    latest = session.scalars(query.limit(1)).first()
    return details(session, [latest], now)[0] if latest else None


def tallies(
    session: Session, workspace: Workspace, level_ids: Collection[str], month: str
) -> dict[str, Tally]:
    """By level, how many obstacles of a month there were and how many are answered. Never by leader."""
    start, end = month_bounds(month, workspace.time_zone)
    was_sent = (Obstacle.sent_at >= start, Obstacle.sent_at < end, Obstacle.state != ObstacleState.WITHDRAWN)
    query = (
        select(Obstacle.level_id, func.count(), func.count(Obstacle.answered_at))
        .where(Obstacle.level_id.in_(list(level_ids)), *was_sent)
        .group_by(Obstacle.level_id)
    )
    return {level: Tally(sent, answered) for level, sent, answered in session.execute(query)}


def details(session: Session, obstacles: Sequence[Obstacle], now: datetime) -> list[ObstacleDetails]:
    """Obstacles ready to be shown, in the order given."""
    if not obstacles:
        return []
    workspace = session.get_one(Workspace, obstacles[0].workspace_id)
    tree = permissions.teams(session, workspace.id)
    steps = _steps(session, tree, [obstacle.id for obstacle in obstacles])
    zone = ZoneInfo(workspace.time_zone)
    ready = []
    for obstacle in obstacles:
        basic = _basic(obstacle, tree, zone)
        promise = session.get(Promise, obstacle.promise_id) if obstacle.promise_id else None
        if promise is not None:
            basic = replace(
                basic,
                due=promise.due,
                promise_state=PromiseState(promise.state),
                promise_reason=promise.reason,
                promise_delay=promise.obstacle,
            )
        basic = replace(basic, steps=tuple(steps.get(obstacle.id, ())))
        ready.append(_with_leader(session, tree, obstacle, basic, now))
    return ready


def _basic(obstacle: Obstacle, tree: dict[str, Team], zone: ZoneInfo) -> ObstacleDetails:
    return ObstacleDetails(
        id=obstacle.id,
        revision=obstacle.revision,
        team=routing.team_now(tree, obstacle.team_id).name,
        level=tree[obstacle.level_id].name,
        in_our_way=obstacle.in_our_way,
        would_help=obstacle.would_help,
        needed_by=obstacle.needed_by,
        sent_on=obstacle.sent_at.astimezone(zone).date(),
        state=ObstacleState(obstacle.state),
        leader="",
        answer=obstacle.answer,
    )


def _with_leader(
    session: Session, tree: dict[str, Team], obstacle: Obstacle, basic: ObstacleDetails, now: datetime
) -> ObstacleDetails:
    if obstacle.state != ObstacleState.OPEN:
        by = session.get(Member, obstacle.answered_by_id) if obstacle.answered_by_id else None
        return replace(basic, leader=by.name if by else "")
    current = routing.addressee(session, tree, obstacle, now)
    if current is None:
        return replace(basic, is_late=timetable.is_late(obstacle, now))
    above = routing.next_above(session, tree, obstacle, now)
    zone = ZoneInfo(session.get_one(Workspace, obstacle.workspace_id).time_zone)
    return replace(
        basic,
        level=current.level.name,
        leader=current.leader.name,
        passes_on=timetable.passes_on(obstacle).astimezone(zone).date() if above else None,
        is_late=above is None and timetable.is_late(obstacle, now),
    )


def _steps(session: Session, tree: dict[str, Team], ids: Iterable[str]) -> dict[str, list[Step]]:
    query = select(ObstacleStep).where(ObstacleStep.obstacle_id.in_(list(ids)))
    steps: dict[str, list[Step]] = {}
    for row in session.scalars(query.order_by(ObstacleStep.passed_at, ObstacleStep.id)):
        steps.setdefault(row.obstacle_id, []).append(Step(tree[row.level_id].name, row.words))
    return steps


def _asks_as(session: Session, team: Team) -> list[str]:
    """The team, and those that merged into it."""
    tree = permissions.teams(session, team.workspace_id)
    return [other for other in tree if routing.team_now(tree, other).id == team.id]
