"""Which questions a round asks: the workspace's set, its own questions, and what was asked before."""

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Poll, PollState, Question, Workspace
from slackapp.pulse.questions import ITEMS, OWN, REST, Item, next_in_rotation

LONGEST = 120
"""Characters of an own question; more does not fit beside its answers on a phone."""


def next_items(session: Session, workspace: Workspace) -> list[str]:
    """The keys that the next round asks, to be frozen with it."""
    rounds = select(Poll.items).where(
        Poll.workspace_id == workspace.id, Poll.state.not_in({PollState.CANCELLED})
    )
    before = list(session.scalars(rounds.order_by(Poll.opens_on.desc()).limit(4 * REST)))
    return next_in_rotation(
        before,
        own=[key_of(question) for question in own(session, workspace)],
        four=workspace.question_set,
        most=workspace.rotating_a_poll,
    )


def items(
    session: Session, keys: Iterable[str], wordings: Mapping[str, str] | None = None
) -> tuple[Item, ...]:
    """The questions behind keys, in their order; retired ones too, because a round keeps what it asked.

    `wordings` are those of own questions as a charter has them; without it they are read from the table.
    """
    keys = list(keys)
    texts = _wordings(session, keys) if wordings is None else wordings
    own_items = {key: Item(key, wording, wording) for key, wording in texts.items()}
    return tuple(item for key in keys if (item := ITEMS.get(key) or own_items.get(key)))


def _wordings(session: Session, keys: Iterable[str]) -> dict[str, str]:
    ids = [key.removeprefix(OWN) for key in keys if key.startswith(OWN)]
    rows = session.scalars(select(Question).where(Question.id.in_(ids))) if ids else ()
    return {key_of(question): question.wording for question in rows}


def own(session: Session, workspace: Workspace) -> list[Question]:
    """An organisation's own questions that are still asked, in their order."""
    statement = select(Question).where(Question.workspace_id == workspace.id, Question.retired.is_(False))
    return list(session.scalars(statement.order_by(Question.place, Question.id)))


def add(session: Session, workspace: Workspace, wording: str) -> Question:
    """A new question at the end of the organisation's own. UserError when empty, long or there already."""
    words = " ".join(wording.split())
    if not words:
        raise UserError(translatable("Please write the question."))
    if len(words) > LONGEST:
        raise UserError(
            translatable("That is {n} characters; {most} fit. Please shorten it."),
            n=f"{len(words):,}",
            most=LONGEST,
        )
    if any(question.wording == words for question in own(session, workspace)):
        raise UserError(translatable("That question is on the list already."))
    last = session.scalar(select(func.max(Question.place)).where(Question.workspace_id == workspace.id))
    question = Question(workspace_id=workspace.id, wording=words, place=(last or 0) + 1)
    session.add(question)
    session.flush()
    return question


def retire(session: Session, workspace: Workspace, question_id: str) -> None:
    """Ask it no more. Rounds that asked it keep it; retiring it twice is harmless."""
    question = session.get(Question, question_id)
    if question is not None and question.workspace_id == workspace.id:
        question.retired = True
        session.flush()


def move_up(session: Session, workspace: Workspace, question_id: str) -> None:
    """Let a question take its turn one place earlier; the first one stays where it is."""
    listed = own(session, workspace)
    place = next((at for at, question in enumerate(listed) if question.id == question_id), 0)
    if place:
        listed[place - 1], listed[place] = listed[place], listed[place - 1]
    for number, question in enumerate(listed, start=1):
        question.place = number
    session.flush()


def key_of(question: Question) -> str:
    """The key under which an own question is asked and published."""
    return f"{OWN}{question.id}"
