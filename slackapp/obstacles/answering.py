"""The level's side: answer an obstacle with yes, no, or pass it up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.core.calendar import month_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.digest.promises import FROM_OBSTACLES
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
from slackapp.obstacles import notices, routing, sending
from slackapp.workspace import permissions

WORDS, DUE = "answer_words", "answer_due"
"""The fields of the form, as errors name them."""

LATEST = timedelta(days=365)
"""How far ahead a "yes" may promise."""

_NOT_LEADER = translatable("Only whoever leads {level} can answer this.")
_NOBODY = translatable("Only whoever leads the level above can answer this.")
_NO_DAY = translatable("Please choose the day by which it is done: from today to a year from now.")
_AT_THE_TOP = translatable("Nobody leads a level above you, so it can't be passed up. Please answer it.")


class Answer(StrEnum):
    """What may be answered."""

    YES = "yes"
    NO = "no"
    UP = "up"


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer as somebody wrote it down; `due` is by when a "yes" is done."""

    answer: Answer
    words: str
    due: date | None = None


class ChangedMeanwhileError(UserError):
    """The team worded it anew since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            translatable(
                "The team has changed this since you opened it. Please read it again before you answer."
            )
        )


def answerable(session: Session, obstacle_id: str, member: Member, now: datetime) -> Obstacle:
    """Return an obstacle that waits for this person's answer, locked.

    Raises:
        UserError: It is somebody else's to answer, or does not wait any more.
    """
    obstacle = sending.locked(session, obstacle_id, member)
    tree = permissions.teams(session, member.workspace_id)
    if not routing.may_answer(session, tree, obstacle, member, now):
        current = routing.addressee(session, tree, obstacle, now)
        raise UserError(_NOT_LEADER, level=current.level.name) if current else UserError(_NOBODY)
    sending.require_open(obstacle)
    return obstacle


def answer(
    session: Session, obstacle_id: str, text: AnswerText, *, revision: int, by: Member, now: datetime
) -> Obstacle:
    """Answer an obstacle. The same answer sent twice counts once.

    Raises:
        ChangedMeanwhileError: The team has worded it anew since.
        UserError: It is somebody else's to answer, is answered, or a part of the answer is missing.
    """
    obstacle = sending.locked(session, obstacle_id, by)
    if _is_repeated(session, obstacle, text, by):
        return obstacle
    obstacle = answerable(session, obstacle_id, by, now)
    if obstacle.revision != revision:
        raise ChangedMeanwhileError
    sending.check_words(WORDS, text.words)
    tree = permissions.teams(session, by.workspace_id)
    current = routing.addressee(session, tree, obstacle, now)
    level = current.level if current else session.get_one(Team, obstacle.level_id)
    if text.answer is Answer.UP:
        _pass_up(session, obstacle, level, text.words, by=by, now=now)
        return obstacle
    obstacle.level_id = level.id
    if text.answer is Answer.YES:
        promise = _promise(session, obstacle, level, text, by=by, now=now)
        obstacle.promise_id, obstacle.promise_state = promise.id, promise.state
    obstacle.state = ObstacleState(text.answer.value)
    obstacle.answer, obstacle.answered_by_id, obstacle.answered_at = text.words, by.id, now
    session.flush()
    notices.update_question(session, obstacle, now)
    notices.tell_team(session, obstacle, now)
    return obstacle


def pass_up_unanswered(
    session: Session, obstacle: Obstacle, current: routing.Addressee, above: routing.Addressee, now: datetime
) -> None:
    """Pass an obstacle up that had no answer in time."""
    _move(session, obstacle, ObstacleStep(level_id=current.level.id), above, now)


def _pass_up(
    session: Session, obstacle: Obstacle, level: Team, words: str, *, by: Member, now: datetime
) -> None:
    tree = permissions.teams(session, by.workspace_id)
    above = routing.next_above(session, tree, obstacle, now)
    if above is None:
        raise UserError(_AT_THE_TOP)
    _move(session, obstacle, ObstacleStep(level_id=level.id, passed_by_id=by.id, words=words), above, now)


def _move(
    session: Session, obstacle: Obstacle, step: ObstacleStep, above: routing.Addressee, now: datetime
) -> None:
    step.obstacle_id, step.passed_at = obstacle.id, now
    session.add(step)
    notices.update_question(session, obstacle, now)
    obstacle.level_id, obstacle.asked_at, obstacle.warned_at = above.level.id, now, None
    obstacle.asked_id = above.leader.id
    # A form that was opened at the level below no longer fits.
    obstacle.revision += 1
    session.flush()
    notices.ask(session, obstacle, above, now)
    notices.tell_team(session, obstacle, now)


def _is_repeated(session: Session, obstacle: Obstacle, text: AnswerText, by: Member) -> bool:
    """Whether Slack, or an impatient finger, sends what was stored a moment ago."""
    if text.answer is Answer.UP:
        latest = select(ObstacleStep).where(ObstacleStep.obstacle_id == obstacle.id)
        step = session.scalar(latest.order_by(ObstacleStep.passed_at.desc()).limit(1))
        return step is not None and (step.passed_by_id, step.words) == (by.id, text.words)
    stored = (obstacle.state, obstacle.answer, obstacle.answered_by_id)
    return stored == (text.answer.value, text.words, by.id)


def _promise(
    session: Session, obstacle: Obstacle, level: Team, text: AnswerText, *, by: Member, now: datetime
) -> Promise:
    """Write down the promise that a "yes" is: the level's, due on the day that was chosen."""
    zone = session.get_one(Workspace, obstacle.workspace_id).time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    if text.due is None or not today <= text.due <= today + LATEST:
        raise UserError(_NO_DAY).beside(DUE)
    session.get_one(Team, level.id, with_for_update=True, populate_existing=True)
    month = month_of(now, zone)
    in_month = (Promise.team_id == level.id, Promise.month == month, Promise.place >= FROM_OBSTACLES)
    last = session.scalar(select(func.max(Promise.place)).where(*in_month))
    promise = Promise(
        team_id=level.id,
        month=month,
        place=FROM_OBSTACLES if last is None else last + 1,
        you_said=obstacle.in_our_way,
        we_will=text.words,
        who_id=by.id,
        written_by_id=by.id,
        due=text.due,
        state=PromiseState.OPEN,
        made_at=now,
    )
    session.add(promise)
    session.flush()
    return promise
