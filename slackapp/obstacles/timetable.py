"""What the clock does with obstacles: warn, pass up what nobody answered, tell of promises that ended."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from slackapp.core.i18n import translatable
from slackapp.models import Obstacle, ObstacleState, Promise, Team, Workspace
from slackapp.obstacles import answering, notices, routing
from slackapp.workspace import audit_log, permissions
from slackapp.workspace.audit_log import Action

ANSWER_WITHIN = timedelta(days=21)
"""How long an obstacle waits at one level."""
WARNED_BEFORE = timedelta(days=3)
"""How long before the end whoever was asked is told."""
_WARNED_AFTER = ANSWER_WITHIN - WARNED_BEFORE


def run_due(session: Session, workspace: Workspace, *, now: datetime) -> None:
    """Do what is due in one workspace. Idempotent."""
    waiting = list(session.scalars(_open(workspace).with_for_update()))
    tree = permissions.teams(session, workspace.id) if waiting else {}
    for obstacle in waiting:
        current = routing.addressee(session, tree, obstacle, now)
        if current is not None:
            _ask_new_leader(session, obstacle, current, now)
            above = routing.next_above(session, tree, obstacle, now)
            _warn_or_pass_up(session, obstacle, current, above, now)
    for obstacle in session.scalars(_with_news(workspace)):
        obstacle.promise_state = session.get_one(Promise, obstacle.promise_id).state
        session.flush()
        notices.tell_team(session, obstacle, now)


def has_work(session: Session, workspace: Workspace, now: datetime) -> bool:
    """Whether `run_due` has something to do: a look that takes no lock."""
    if session.scalar(_with_news(workspace).with_only_columns(Obstacle.id).limit(1)) is not None:
        return True
    waiting = list(session.scalars(_open(workspace)))
    tree = permissions.teams(session, workspace.id) if waiting else {}
    return any(_is_due(session, tree, obstacle, now) for obstacle in waiting)


def passes_on(obstacle: Obstacle) -> datetime:
    """Return when it is passed up, or when the team reads that it was not answered."""
    end = obstacle.asked_at + ANSWER_WITHIN
    return max(end, obstacle.warned_at + WARNED_BEFORE) if obstacle.warned_at else end


def is_late(obstacle: Obstacle, now: datetime) -> bool:
    """Whether it has waited at its level for longer than an answer may take."""
    return obstacle.state == ObstacleState.OPEN and now >= obstacle.asked_at + ANSWER_WITHIN


def next_moment(session: Session, after: datetime) -> tuple[datetime, str] | None:
    """Return the next moment after `after` at which an obstacle is due, and its label."""
    waiting = session.scalars(select(Obstacle).where(Obstacle.state == ObstacleState.OPEN))
    moments = [moment for obstacle in waiting for moment in _moments(obstacle) if moment > after]
    return (min(moments), translatable("an obstacle that waits for an answer")) if moments else None


def _moments(obstacle: Obstacle) -> Iterable[datetime]:
    if obstacle.warned_at is None:
        yield obstacle.asked_at + _WARNED_AFTER
    yield passes_on(obstacle)


def _is_due(session: Session, tree: Mapping[str, Team], obstacle: Obstacle, now: datetime) -> bool:
    current = routing.addressee(session, tree, obstacle, now)
    if current is None:
        return False
    is_same = (obstacle.asked_id, obstacle.level_id) == (current.leader.id, current.level.id)
    if not is_same or (obstacle.warned_at is None and now >= obstacle.asked_at + _WARNED_AFTER):
        return True
    is_over = obstacle.warned_at is not None and now >= passes_on(obstacle)
    return is_over and routing.next_above(session, tree, obstacle, now) is not None


def _ask_new_leader(session: Session, obstacle: Obstacle, current: routing.Addressee, now: datetime) -> None:
    if obstacle.asked_id == current.leader.id and obstacle.level_id == current.level.id:
        return
    if obstacle.level_id != current.level.id:
        obstacle.level_id, obstacle.asked_at = current.level.id, now
    obstacle.asked_id, obstacle.warned_at = current.leader.id, None
    session.flush()
    notices.ask(session, obstacle, current, now)


def _warn_or_pass_up(
    session: Session,
    obstacle: Obstacle,
    current: routing.Addressee,
    above: routing.Addressee | None,
    now: datetime,
) -> None:
    if obstacle.warned_at is None:
        if now >= obstacle.asked_at + _WARNED_AFTER:
            obstacle.warned_at = now
            session.flush()
            notices.warn(session, obstacle, current, now)
    elif above is not None and now >= passes_on(obstacle):
        answering.pass_up_unanswered(session, obstacle, current, above, now)
        workspace = session.get_one(Workspace, obstacle.workspace_id)
        entry = audit_log.NewEntry(audit_log.THE_APP, Action.OBSTACLE_PASSED, obstacle.team_id)
        audit_log.record(session, workspace, entry, now=now)


def _open(workspace: Workspace) -> Select[Obstacle]:
    is_open = (Obstacle.workspace_id == workspace.id, Obstacle.state == ObstacleState.OPEN)
    return select(Obstacle).where(*is_open).order_by(Obstacle.id)


def _with_news(workspace: Workspace) -> Select[Obstacle]:
    """Obstacles answered with a promise that has ended or changed since the team read of it."""
    news = or_(Obstacle.promise_state.is_(None), Obstacle.promise_state != Promise.state)
    query = select(Obstacle).join(Promise, Promise.id == Obstacle.promise_id)
    return query.where(Obstacle.workspace_id == workspace.id, news).order_by(Obstacle.id)
