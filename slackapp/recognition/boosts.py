"""Colleagues join in a thank-you, by its button or by any reaction. Nobody is counted twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Boost, Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.outbox.references import PostRef
from slackapp.recognition import notifications as letters_owed
from slackapp.workspace.permissions import Permission, require_staff

BUTTON = "button"


@dataclass(frozen=True, slots=True)
class NewBoost:
    """Who joins in, how, and when. `how` is BUTTON or a reaction's name between colons."""

    booster: Member
    how: str
    now: datetime


def toggle(session: Session, workspace: Workspace, recognition_id: str, joining: NewBoost) -> None:
    """[Me too]; pressed again it is taken back.

    Raises:
        UserError: It is one's own, or it is no longer there, or they do not work here.
    """
    require_staff(joining.booster, Permission.THANK)
    recognition = _open(session, workspace, recognition_id)
    if recognition is None:
        raise UserError(translatable("This thank-you is no longer here."))
    if _is_ones_own(recognition, joining.booster):
        raise UserError(translatable("This one is already yours: you wrote it, or it is about you."))
    if _is_in(session, recognition, joining):
        _leave(session, recognition, joining)
    else:
        _join(session, recognition, joining)
    letters_owed.enqueue_post_updates(session, workspace, recognition, now=joining.now)


def react(session: Session, workspace: Workspace, post: Delivery, joining: NewBoost, *, added: bool) -> bool:
    """A reaction was added to a post or removed from it; whether that changed anything."""
    recognition = _open(session, workspace, PostRef.parse(post.reference).recognition_id)
    if (
        recognition is None
        or not joining.booster.can_be_reached
        or _is_ones_own(recognition, joining.booster)
    ):
        return False
    if added == _is_in(session, recognition, joining):
        return False
    (_join if added else _leave)(session, recognition, joining)
    letters_owed.enqueue_post_updates(session, workspace, recognition, now=joining.now)
    return True


def post_at(session: Session, workspace: Workspace, channel: str, ts: str) -> Delivery | None:
    """The team's post that stands there, if the message is one."""
    return session.scalar(
        select(Delivery).where(
            # Written out, so that the index of posts is used.
            text("delivery.kind = 'recognition-post'"),
            Delivery.slack_ts == ts,
            Delivery.slack_channel_id == channel,
            Delivery.workspace_id == workspace.id,
        )
    )


def is_being_posted(session: Session, workspace: Workspace, channel: str) -> bool:
    """Whether a post is on its way to this channel, so that nobody knows yet where it stands."""
    found = select(Delivery.id).where(
        Delivery.state == DeliveryState.SENDING,
        Delivery.workspace_id == workspace.id,
        Delivery.kind == letters_owed.Kind.POST,
        Delivery.target == channel,
    )
    return session.scalars(found.limit(1)).first() is not None


def boosters(session: Session, recognition_id: str) -> int:
    """How many people have joined in."""
    query = select(func.count(Boost.booster_id.distinct())).where(Boost.recognition_id == recognition_id)
    return session.scalar(query) or 0


def delete_for(session: Session, recognition: Recognition) -> None:
    """Nobody has joined in any more: what they joined in is gone."""
    session.execute(delete(Boost).where(Boost.recognition_id == recognition.id))


def _open(session: Session, workspace: Workspace, recognition_id: str) -> Recognition | None:
    """The recognition, while it stands in a channel; locked, so that presses at one moment are all shown."""
    found = session.scalar(
        select(Recognition)
        .where(
            Recognition.id == recognition_id,
            Recognition.workspace_id == workspace.id,
            Recognition.undone_at.is_(None),
        )
        .with_for_update()
    )
    shared = found is not None and any(one.sharing == Sharing.SHARED for one in found.recipients)
    return found if shared else None


def _is_ones_own(recognition: Recognition, member: Member) -> bool:
    receivers: list[Recipient] = recognition.recipients
    return member.id == recognition.giver_id or any(one.member_id == member.id for one in receivers)


def _is_in(session: Session, recognition: Recognition, joining: NewBoost) -> bool:
    return session.get(Boost, (recognition.id, joining.booster.id, joining.how)) is not None


def _join(session: Session, recognition: Recognition, joining: NewBoost) -> None:
    row = {
        "recognition_id": recognition.id,
        "booster_id": joining.booster.id,
        "how": joining.how,
        "boosted_at": joining.now,
    }
    session.execute(insert_for(session)(Boost).on_conflict_do_nothing().values(row))


def _leave(session: Session, recognition: Recognition, joining: NewBoost) -> None:
    session.execute(
        delete(Boost).where(
            Boost.recognition_id == recognition.id,
            Boost.booster_id == joining.booster.id,
            Boost.how == joining.how,
        )
    )
