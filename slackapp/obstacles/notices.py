"""Messages about obstacles: to whoever is to answer, to the team's leader, and to the team's channel."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.models import Delivery, Member, Obstacle, ObstacleState, ObstacleStep, Workspace
from slackapp.obstacles.routing import Addressee, team_now
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.queue import Method, NewDelivery, enqueue_many, next_step
from slackapp.outbox.references import AnswerRef, ObstacleRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.workspace.permissions import acting_leader, teams

ASKED = Kind("obstacle", ObstacleRef, second_copy=SecondCopy.HARMLESS)
"""The question to whoever is to answer; one message for each person who ever was."""
ASKED_CHANGED = Kind("obstacle-change", ObstacleRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS)
WARNING = Kind("obstacle-warning", ObstacleRef, second_copy=SecondCopy.HARMLESS)
"""Three days are left before it is passed up, or before the team reads that it was not answered."""
ANSWER_DM = Kind("obstacle-answer", AnswerRef, second_copy=SecondCopy.HARMLESS)
"""The answer, to whoever leads the team."""
POSTED = Kind("obstacle-post", AnswerRef, second_copy=SecondCopy.SEEN_BY_ALL)
"""Question and answer, in the team's channel."""
WITH_WORDS = (ASKED, ASKED_CHANGED, WARNING, ANSWER_DM, POSTED)
"""All of them show people's words, so their rows are kept as long as what they show."""


def ask(session: Session, obstacle: Obstacle, addressee: Addressee, now: datetime) -> None:
    """Ask for an answer, in that person's own hours."""
    about = ObstacleRef(obstacle.id, addressee.leader.id)
    question = ASKED.new(about, addressee.leader.slack_user_id, now, key=f"{ASKED}:{about}")
    _to_person(session, obstacle, addressee.leader, question, now)


def warn(session: Session, obstacle: Obstacle, addressee: Addressee, now: datetime) -> None:
    """Tell whoever was asked that three days are left."""
    about = ObstacleRef(obstacle.id, addressee.leader.id)
    key = f"{WARNING}:{about}:{obstacle.level_id}:{obstacle.asked_at:%Y%m%d}"
    warning = WARNING.new(about, addressee.leader.slack_user_id, now, key=key)
    _to_person(session, obstacle, addressee.leader, warning, now)


def update_question(session: Session, obstacle: Obstacle, now: datetime) -> None:
    """Bring the questions that were sent up to date: worded anew, taken back, passed up or answered."""
    is_question = (Delivery.workspace_id == obstacle.workspace_id, Delivery.kind == ASKED)
    rows = session.scalars(select(Delivery).where(*is_question, Delivery.reference.startswith(obstacle.id)))
    changed = []
    for row in list(rows):
        step = next_step(session, row.key)
        about = ObstacleRef.parse(row.reference)
        key = f"{ASKED_CHANGED}:{about}:{_count(session, about) + 1}"
        changed.append(ASKED_CHANGED.new(about, row.target, now, key=key, group=row.key, step=step))
    _enqueue(session, obstacle, changed)


def tell_team(session: Session, obstacle: Obstacle, now: datetime) -> None:
    """Tell the team what was answered: whoever leads it, and its channel. Each part once."""
    tree = teams(session, obstacle.workspace_id)
    team = team_now(tree, obstacle.team_id)
    about = AnswerRef(obstacle.id, _part(session, obstacle))
    leader = acting_leader(session, team, now)
    if leader is not None and leader.id != obstacle.answered_by_id:
        answer = ANSWER_DM.new(about, leader.slack_user_id, now, key=f"{ANSWER_DM}:{about}")
        _to_person(session, obstacle, leader, answer, now)
    if team.slack_channel_id:
        post = POSTED.new(about, team.slack_channel_id, now, key=f"{POSTED}:{about}")
        _enqueue(session, obstacle, [post])


def _part(session: Session, obstacle: Obstacle) -> str:
    """Name what is told: the answer, each state of its promise, or the step by which it was passed up."""
    if obstacle.state != ObstacleState.OPEN:
        return "-".join(filter(None, (str(obstacle.state), obstacle.promise_state)))
    query = select(func.count()).select_from(ObstacleStep).where(ObstacleStep.obstacle_id == obstacle.id)
    return f"up-{session.scalar(query) or 0}"


def _to_person(
    session: Session, obstacle: Obstacle, reader: Member, delivery: NewDelivery, now: datetime
) -> None:
    """Enqueue it for the reader's own hours. Its key is also its group, so that a change follows it."""
    workspace = session.get_one(Workspace, obstacle.workspace_id)
    due = next_allowed_time(reader, workspace, now)
    _enqueue(session, obstacle, [replace(delivery, due=due, group=delivery.key)])


def _enqueue(session: Session, obstacle: Obstacle, deliveries: list[NewDelivery]) -> None:
    enqueue_many(session, session.get_one(Workspace, obstacle.workspace_id), deliveries)


def _count(session: Session, about: ObstacleRef) -> int:
    rows = (Delivery.kind == ASKED_CHANGED, Delivery.reference == str(about))
    return session.scalar(select(func.count()).select_from(Delivery).where(*rows)) or 0
