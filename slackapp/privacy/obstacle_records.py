"""Obstacles in a person's export, in their erasure, and in the retention of a workspace."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from slackapp.models import Delivery, DeliveryState, Member, Obstacle, ObstacleStep, Team, Workspace
from slackapp.obstacles.notices import WITH_WORDS
from slackapp.outbox.queue import Method
from slackapp.privacy import slack_redaction

Redact = Callable[[str | None], str | None]
"""Takes a person's name out of words."""


def collect(session: Session, member: Member) -> dict[str, Any]:
    """Collect what they sent up, were asked, answered or passed up, for the export."""
    return {"obstacles": _obstacles(session, member), "obstacles_passed_up": _steps(session, member)}


def erase(session: Session, workspace: Workspace, member: Member, without: Redact, now: datetime) -> None:
    """Delete what they sent up and their words in others, with the messages that show either.

    `without` takes their name out of what others wrote. Messages about what stays are sent again without it.
    """
    about_member = _about(session, workspace, member)
    sent = [obstacle for obstacle in about_member if obstacle.sent_by_id == member.id]
    others = [obstacle for obstacle in about_member if obstacle.sent_by_id != member.id]
    for obstacle in others:
        _redact(session, obstacle, member, without)
    for column in (Obstacle.asked_id, Obstacle.answered_by_id):
        session.execute(update(Obstacle).where(column == member.id).values({column.key: None}))
    passed = update(ObstacleStep).where(ObstacleStep.passed_by_id == member.id)
    session.execute(passed.values(passed_by_id=None))
    rows = [row for row in _messages(session, workspace, others) if row.state == DeliveryState.SENT]
    posts = [row for row in rows if row.method != Method.UPDATE]
    slack_redaction.enqueue_replacements(session, workspace, posts, now=now)
    _delete(session, workspace, sent, now)


def _redact(session: Session, obstacle: Obstacle, member: Member, without: Redact) -> None:
    obstacle.in_our_way = without(obstacle.in_our_way) or ""
    obstacle.would_help = without(obstacle.would_help) or ""
    obstacle.answer = None if obstacle.answered_by_id == member.id else without(obstacle.answer)
    for step in session.scalars(select(ObstacleStep).where(ObstacleStep.obstacle_id == obstacle.id)):
        step.words = "" if step.passed_by_id == member.id else without(step.words)
    session.flush()


def _about(session: Session, workspace: Workspace, member: Member) -> list[Obstacle]:
    """The obstacles that they sent, answered or passed up, or whose words name them."""
    columns = (Obstacle.in_our_way, Obstacle.would_help, Obstacle.answer)
    texts = [member.slack_user_id, *([member.name] if " " in member.name else [])]
    named = [column.icontains(text, autoescape=True) for column in columns for text in texts]
    in_step = [ObstacleStep.words.icontains(text, autoescape=True) for text in texts]
    steps = select(ObstacleStep.obstacle_id).where(or_(ObstacleStep.passed_by_id == member.id, *in_step))
    own = (Obstacle.sent_by_id == member.id, Obstacle.answered_by_id == member.id, Obstacle.id.in_(steps))
    query = select(Obstacle).where(Obstacle.workspace_id == workspace.id, or_(*own, *named))
    return list(session.scalars(query.order_by(Obstacle.id)))


def _messages(session: Session, workspace: Workspace, obstacles: Iterable[Obstacle]) -> list[Delivery]:
    """The deliveries that show these obstacles."""
    rows: list[Delivery] = []
    is_here = (Delivery.workspace_id == workspace.id, Delivery.kind.in_(WITH_WORDS))
    for obstacle in obstacles:
        about = Delivery.reference.startswith(f"{obstacle.id}:")
        rows += session.scalars(select(Delivery).where(*is_here, about).order_by(Delivery.id))
    return rows


def expire(
    session: Session, workspace: Workspace, before: datetime, held_people: list[str], *, now: datetime
) -> int:
    """Delete what was sent up before a moment, but for what a legal hold keeps; return how many."""
    people = (Obstacle.sent_by_id, Obstacle.answered_by_id)
    about_held = or_(*(column.in_(held_people) for column in people))
    passed_by_held = select(ObstacleStep.obstacle_id).where(ObstacleStep.passed_by_id.in_(held_people))
    old = select(Obstacle.id).where(Obstacle.workspace_id == workspace.id, Obstacle.sent_at < before)
    if held_people:
        # Nobody has answered some, and NULL is not "somebody else".
        held = select(Obstacle.id).where(about_held)
        old = old.where(Obstacle.id.not_in(held), Obstacle.id.not_in(passed_by_held))
    expired = list(session.scalars(select(Obstacle).where(Obstacle.id.in_(old))))
    _delete(session, workspace, expired, now)
    return len(expired)


def _delete(session: Session, workspace: Workspace, obstacles: list[Obstacle], now: datetime) -> None:
    """Delete obstacles, and what shows them in Slack."""
    rows = _messages(session, workspace, obstacles)
    in_slack = [row for row in rows if row.state == DeliveryState.SENT]
    slack_redaction.enqueue_deletions(session, workspace, in_slack, now=now)
    for row in rows:
        session.delete(row)
    ids = [obstacle.id for obstacle in obstacles]
    session.flush()
    session.execute(delete(ObstacleStep).where(ObstacleStep.obstacle_id.in_(ids)))
    session.execute(delete(Obstacle).where(Obstacle.id.in_(ids)))


def _obstacles(session: Session, member: Member) -> list[dict[str, Any]]:
    own = (Obstacle.sent_by_id, Obstacle.asked_id, Obstacle.answered_by_id)
    query = select(Obstacle, Team.name).join(Team, Team.id == Obstacle.team_id)
    query = query.where(or_(*(column == member.id for column in own)))
    return [
        {
            "team": team,
            "you_sent_it": obstacle.sent_by_id == member.id,
            "you_were_asked": obstacle.asked_id == member.id,
            "you_answered_it": obstacle.answered_by_id == member.id,
            "in_our_way": obstacle.in_our_way,
            "would_help": obstacle.would_help,
            "state": obstacle.state,
            "answer": obstacle.answer,
            "sent_at": obstacle.sent_at.isoformat(),
        }
        for obstacle, team in session.execute(query.order_by(Obstacle.sent_at, Obstacle.id))
    ]


def _steps(session: Session, member: Member) -> list[dict[str, Any]]:
    query = (
        select(ObstacleStep, Team.name)
        .join(Team, Team.id == ObstacleStep.level_id)
        .where(ObstacleStep.passed_by_id == member.id)
        .order_by(ObstacleStep.passed_at, ObstacleStep.id)
    )
    return [
        {"level": level, "words": step.words, "passed_at": step.passed_at.isoformat()}
        for step, level in session.execute(query)
    ]
