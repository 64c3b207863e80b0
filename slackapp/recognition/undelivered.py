"""A thank-you that did not arrive, or may not have: its giver is told, and may send it again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Delivery, DeliveryState, Member, Recognition, Workspace
from slackapp.outbox import kinds
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.references import RecipientRef, RecognitionRef
from slackapp.recognition import notifications as letters_owed
from slackapp.recognition.edit import find
from slackapp.recognition.give import GiveContext
from slackapp.recognition.notifications import Kind

KIND: Final = kinds.Kind("recognition-unreached", RecognitionRef, second_copy=SecondCopy.HARMLESS)
_LOOKED_BACK = timedelta(days=2)
_WANTING = (DeliveryState.DEAD, DeliveryState.UNKNOWN)
_THANKS = Delivery.kind == Kind.THANKS


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Receivers, as Slack ids: who has left, for whom Slack took no message, who may have had it or not."""

    left: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anybody to tell of."""
        return bool(self.left or self.refused or self.unsure)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody for whom Slack took no message; our id of the workspace, then Slack's ids."""

    workspace_id: str
    slack_team_id: str
    slack_user_id: str


NOBODY: Final = Undelivered()


def notify_givers(sessions: Sessions, now: datetime) -> int:
    """Owe their givers a message about thanks that failed in the last days, once; gives how many are new."""
    with sessions.read() as session:
        waiting = _untold(session, now)
    for recognition_id, key in waiting.items():
        with sessions.begin() as session:
            _owe(session, recognition_id, key, now)
    return len(waiting)


def of_unknown_whereabouts(sessions: Sessions, now: datetime) -> list[Missed]:
    """Whom a thank-you did not reach although we know of nobody who left, before their givers are told."""
    with sessions.read() as session:
        waiting = _untold(session, now)
        if not waiting:
            return []
        missed = (
            select(Workspace.id, Workspace.slack_team_id, Delivery.target, Delivery.reference)
            .join(Workspace, Workspace.id == Delivery.workspace_id)
            .join(
                Member,
                (Member.workspace_id == Workspace.id) & (Member.slack_user_id == Delivery.target),
            )
            .where(_THANKS, Delivery.state == DeliveryState.DEAD, Delivery.last_try > now - _LOOKED_BACK)
            .where(Member.left.is_(False))
        )
        return [
            Missed(workspace_id, team, user)
            for workspace_id, team, user, reference in session.execute(missed)
            if (recognition_id := RecipientRef.parse(reference).recognition_id) in waiting
            and _is_told_of(session, session.get_one(Recognition, recognition_id))
        ]


def by_recognition(session: Session, recognitions: Iterable[Recognition]) -> dict[str, Undelivered]:
    """By the recognition's id, whom it has not reached as far as we know; those that arrived are left out."""
    references = [
        letters_owed.recipient_reference(one) for thanks in recognitions for one in thanks.recipients
    ]
    failed = select(Delivery.reference, Delivery.state).where(
        Delivery.reference.in_(references), _THANKS, Delivery.state.in_(_WANTING)
    )
    states: dict[str, dict[str, str]] = {}
    for reference, state in session.execute(failed):
        recipient = RecipientRef.parse(reference)
        states.setdefault(recipient.recognition_id, {})[recipient.member_id] = state
    wanted = {member_id for receivers in states.values() for member_id in receivers}
    people = session.scalars(
        select(Member).where(Member.id.in_(wanted)).order_by(Member.name, Member.id)
    ).all()
    return {recognition_id: _sorted(people, receivers) for recognition_id, receivers in states.items()}


def send_again(session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext) -> None:
    """The giver has checked: what may not have arrived goes once more.

    Raises:
        UserError: It is somebody else's, was taken back, or nothing of it is in doubt any more.
    """
    recognition = find(session, workspace, recognition_id)
    if session.get_one(Member, recognition.giver_id).slack_user_id != occasion.giver:
        raise UserError(translatable("Only the person who wrote this can send it again."))
    if recognition.undone_at is not None:
        raise UserError(translatable("You have already taken this one back."))
    references = [letters_owed.recipient_reference(one) for one in recognition.recipients]
    unsure = session.scalars(
        select(Delivery.id).where(
            Delivery.reference.in_(references), _THANKS, Delivery.state == DeliveryState.UNKNOWN
        )
    ).all()
    if not [one for one in unsure if outbox.send_again(session, one, now=occasion.now)]:
        raise UserError(translatable("Somebody has seen to this message already."))


def send_all_again(session: Session, giver: Member, *, now: datetime) -> int:
    """All of a giver's thanks that may not have arrived go once more; gives how many messages.

    Raises:
        UserError: Nothing of theirs is in doubt any more.
    """
    sent = [one for one in _in_doubt(session, giver) if outbox.send_again(session, one.id, now=now)]
    if not sent:
        raise UserError(translatable("Somebody has seen to this message already."))
    return len(sent)


def count_in_doubt(session: Session, giver: Member) -> int:
    """How many messages with a giver's thanks may not have arrived."""
    return len(_in_doubt(session, giver))


def _in_doubt(session: Session, giver: Member) -> list[Delivery]:
    ours = (Delivery.workspace_id == giver.workspace_id, Delivery.state == DeliveryState.UNKNOWN, _THANKS)
    rows = session.scalars(select(Delivery).where(*ours).order_by(Delivery.id)).all()
    about = {row.id: RecipientRef.parse(row.reference).recognition_id for row in rows}
    given = select(Recognition.id).where(
        Recognition.id.in_(set(about.values())),
        Recognition.giver_id == giver.id,
        Recognition.undone_at.is_(None),
    )
    theirs = set(session.scalars(given))
    return [row for row in rows if about[row.id] in theirs]


def _untold(session: Session, now: datetime) -> dict[str, str]:
    """The key of the message that is due about each thank-you; a later failure makes another one."""
    failed = session.execute(
        select(Delivery.reference, Delivery.last_try)
        .where(Delivery.state.in_(_WANTING), _THANKS, Delivery.last_try > now - _LOOKED_BACK)
        .order_by(Delivery.last_try)
    )
    due = {
        recognition_id: f"{KIND}:{recognition_id}:{last_try:%Y%m%d%H%M%S%f}"
        for reference, last_try in failed
        for recognition_id in [RecipientRef.parse(reference).recognition_id]
    }
    told = set(session.scalars(select(Delivery.key).where(Delivery.key.in_(due.values()))))
    return {recognition_id: key for recognition_id, key in due.items() if key not in told}


def _owe(session: Session, recognition_id: str, key: str, now: datetime) -> None:
    recognition = session.get_one(Recognition, recognition_id)
    if _is_told_of(session, recognition):
        giver = session.get_one(Member, recognition.giver_id)
        workspace = session.get_one(Workspace, recognition.workspace_id)
        outbox.enqueue(
            session, workspace, KIND.new(RecognitionRef(recognition_id), giver.slack_user_id, now, key=key)
        )


def _is_told_of(session: Session, recognition: Recognition) -> bool:
    return recognition.undone_at is None and session.get_one(Member, recognition.giver_id).can_be_reached


def _sorted(people: Iterable[Member], states: Mapping[str, str]) -> Undelivered:
    """Those of the people whose message stands so, in the order of the people."""
    theirs = [(one, states[one.id]) for one in people if one.id in states]
    dead = [one for one, state in theirs if state == DeliveryState.DEAD]
    return Undelivered(
        left=tuple(one.slack_user_id for one in dead if one.left),
        refused=tuple(one.slack_user_id for one in dead if not one.left),
        unsure=tuple(one.slack_user_id for one, state in theirs if state == DeliveryState.UNKNOWN),
    )
