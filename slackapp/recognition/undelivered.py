"""Recognitions that did not arrive, or may not have: notify the giver, who may send them again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, case, or_, select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Delivery, DeliveryState, Hold, HoldScope, Member, Recognition, Workspace
from slackapp.outbox import kinds, queue
from slackapp.outbox.kinds import SecondCopy
from slackapp.outbox.references import RecipientRef, RecognitionRef
from slackapp.recognition import notifications, unconfirmed
from slackapp.recognition.edit import find
from slackapp.recognition.give import GiveContext
from slackapp.recognition.notifications import Kind

KIND: Final = kinds.Kind("recognition-unreached", RecognitionRef, second_copy=SecondCopy.HARMLESS)
_LOOKED_BACK = timedelta(days=2)
_HELD = (
    select(Hold.subject)
    .where(Hold.subject == Delivery.id, Hold.workspace_id == Delivery.workspace_id)
    .where(Hold.scope == HoldScope.MESSAGE)
    .exists()
)
"""It waits for another version of the app, so the giver hears that it has not arrived."""
_FAILED = or_(Delivery.state == DeliveryState.DEAD, and_(Delivery.state == DeliveryState.READY, _HELD))
_THANKS = Delivery.kind == Kind.THANKS


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Recipients, as Slack ids: who has left, whose message Slack refused, whose outcome is unknown."""

    left: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any such recipient."""
        return bool(self.left or self.refused or self.unsure)


@dataclass(frozen=True, slots=True)
class Missed:
    """A recipient whose message Slack refused; our id of the workspace, then Slack's ids."""

    workspace_id: str
    slack_team_id: str
    slack_user_id: str


NOBODY: Final = Undelivered()


def notify_givers(sessions: Sessions, now: datetime) -> int:
    """Notify the givers of recognitions that failed in the last days, once each; return how many are new.

    Of what may have arrived they are told later, once for all of it.
    """
    with sessions.read() as session:
        waiting = _not_notified(session, now)
    for recognition_id, key in waiting.items():
        with sessions.begin() as session:
            _enqueue_notice(session, recognition_id, key, now)
    doubtful = unconfirmed.ask_givers(sessions, now)
    unconfirmed.tell_changes(sessions, now)
    return len(waiting) + doubtful


def of_unknown_whereabouts(sessions: Sessions, now: datetime) -> list[Missed]:
    """Return recipients whose message failed although they are here; call it before `notify_givers`."""
    with sessions.read() as session:
        waiting = _not_notified(session, now)
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
            and _may_notify_giver(session, session.get_one(Recognition, recognition_id))
        ]


def by_recognition(session: Session, recognitions: Iterable[Recognition]) -> dict[str, Undelivered]:
    """Return, by recognition id, the recipients it has not reached; those that arrived are left out."""
    references = [
        notifications.recipient_reference(recipient)
        for thanks in recognitions
        for recipient in thanks.recipients
    ]
    unknown = Delivery.state == DeliveryState.UNKNOWN
    standing = case((unknown, DeliveryState.UNKNOWN), else_=DeliveryState.DEAD)
    failed = select(Delivery.reference, standing).where(
        Delivery.reference.in_(references), _THANKS, or_(unknown, _FAILED)
    )
    states: dict[str, dict[str, str]] = {}
    for reference, state in session.execute(failed):
        recipient = RecipientRef.parse(reference)
        states.setdefault(recipient.recognition_id, {})[recipient.member_id] = state
    member_ids = {member_id for receivers in states.values() for member_id in receivers}
    people = session.scalars(
        select(Member).where(Member.id.in_(member_ids)).order_by(Member.name, Member.id)
    ).all()
    return {recognition_id: _sorted(people, receivers) for recognition_id, receivers in states.items()}


def send_again(session: Session, workspace: Workspace, recognition_id: str, occasion: GiveContext) -> None:
    """Send again what may not have arrived, after the giver has checked.

    Raises:
        UserError: It is somebody else's, was undone, or no outcome is unknown any more.
    """
    recognition = find(session, workspace, recognition_id)
    if session.get_one(Member, recognition.giver_id).slack_user_id != occasion.giver:
        raise UserError(translatable("Only the person who wrote this can send it again."))
    if recognition.undone_at is not None:
        raise UserError(translatable("You have already taken this one back."))
    references = [notifications.recipient_reference(delivery_id) for delivery_id in recognition.recipients]
    unsure = session.scalars(
        select(Delivery.id).where(
            Delivery.reference.in_(references), _THANKS, Delivery.state == DeliveryState.UNKNOWN
        )
    ).all()
    if not [
        delivery_id for delivery_id in unsure if queue.send_again(session, delivery_id, now=occasion.now)
    ]:
        raise UserError(translatable("Somebody has seen to this message already."))


def _not_notified(session: Session, now: datetime) -> dict[str, str]:
    """Return the key of each notice to enqueue, by recognition id; a later failure has another key."""
    failed = session.execute(
        select(Delivery.reference, Delivery.last_try)
        .where(_FAILED, _THANKS, Delivery.last_try > now - _LOOKED_BACK)
        .order_by(Delivery.last_try)
    )
    due = {
        recognition_id: f"{KIND}:{recognition_id}:{last_try:%Y%m%d%H%M%S%f}"
        for reference, last_try in failed
        for recognition_id in [RecipientRef.parse(reference).recognition_id]
    }
    enqueued_keys = set(session.scalars(select(Delivery.key).where(Delivery.key.in_(due.values()))))
    return {recognition_id: key for recognition_id, key in due.items() if key not in enqueued_keys}


def _enqueue_notice(session: Session, recognition_id: str, key: str, now: datetime) -> None:
    recognition = session.get_one(Recognition, recognition_id)
    if _may_notify_giver(session, recognition):
        giver = session.get_one(Member, recognition.giver_id)
        workspace = session.get_one(Workspace, recognition.workspace_id)
        queue.enqueue(
            session, workspace, KIND.new(RecognitionRef(recognition_id), giver.slack_user_id, now, key=key)
        )


def _may_notify_giver(session: Session, recognition: Recognition) -> bool:
    return recognition.undone_at is None and session.get_one(Member, recognition.giver_id).can_be_reached


def _sorted(people: Iterable[Member], states: Mapping[str, str]) -> Undelivered:
    """Sort the people by the state of their message, keeping their order."""
    with_states = [(member, states[member.id]) for member in people if member.id in states]
    dead = [member for member, state in with_states if state == DeliveryState.DEAD]
    return Undelivered(
        left=tuple(member.slack_user_id for member in dead if member.left),
        refused=tuple(member.slack_user_id for member in dead if not member.left),
        unsure=tuple(member.slack_user_id for member, state in with_states if state == DeliveryState.UNKNOWN),
    )
