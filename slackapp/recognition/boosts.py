"""Boosts: colleagues join in a thank-you by its button or by a reaction. Nobody counts twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Boost, Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox.queue import insert_for
from slackapp.outbox.references import PostRef
from slackapp.recognition import notifications
from slackapp.workspace.permissions import Permission, require_staff

BUTTON = "button"


@dataclass(frozen=True, slots=True)
class NewBoost:
    """Who joins in, how, and when. `how` is BUTTON or a reaction's name between colons."""

    booster: Member
    how: str
    now: datetime


def toggle(
    session: Session, workspace: Workspace, recognition_id: str, boost: NewBoost, *, channel: str
) -> None:
    """Add a boost by the button of the post in a channel, or remove it if it is there already.

    Raises:
        UserError: They wrote it or are named in that post, it is gone, or they do not work here.
    """
    require_staff(boost.booster, Permission.THANK)
    recognition = _open(session, workspace, recognition_id)
    if recognition is None:
        raise UserError(translatable("This thank-you is no longer here."))
    if _is_in(session, recognition, boost):
        _leave(session, recognition, boost)
    elif _is_named(recognition, boost.booster, channel):
        raise UserError(translatable("This one is already yours: you wrote it, or it is about you."))
    else:
        _join(session, recognition, boost)
    notifications.enqueue_post_updates(session, workspace, recognition, now=boost.now)


def react(session: Session, workspace: Workspace, post: Delivery, boost: NewBoost, *, added: bool) -> bool:
    """Record that a reaction was added to a post or removed; return whether that changed anything."""
    about = PostRef.parse(post.reference)
    recognition = _open(session, workspace, about.recognition_id)
    if recognition is None or not boost.booster.can_be_reached:
        return False
    if added == _is_in(session, recognition, boost):
        return False
    if added and _is_named(recognition, boost.booster, about.channel):
        return False
    (_join if added else _leave)(session, recognition, boost)
    notifications.enqueue_post_updates(session, workspace, recognition, now=boost.now)
    return True


def post_at(session: Session, workspace: Workspace, channel: str, ts: str) -> Delivery | None:
    """Return the delivery of the team's post with this timestamp, if the message is one."""
    return session.scalar(
        select(Delivery).where(
            # Written as text, so that the partial index of posts is used.
            text("delivery.kind = 'recognition-post'"),
            Delivery.slack_ts == ts,
            Delivery.slack_channel_id == channel,
            Delivery.workspace_id == workspace.id,
        )
    )


def is_being_posted(session: Session, workspace: Workspace, channel: str) -> bool:
    """Whether a post to this channel is being sent, so that its timestamp is not known yet."""
    posts = select(Delivery.id).where(
        Delivery.state == DeliveryState.SENDING,
        Delivery.workspace_id == workspace.id,
        Delivery.kind == notifications.Kind.POST,
        Delivery.target == channel,
    )
    return session.scalars(posts.limit(1)).first() is not None


def boosters(session: Session, recognition_id: str) -> int:
    """Return how many people have joined in."""
    query = select(func.count(Boost.booster_id.distinct())).where(Boost.recognition_id == recognition_id)
    return session.scalar(query) or 0


def delete_for(session: Session, recognition: Recognition) -> None:
    """Delete every boost of a recognition."""
    session.execute(delete(Boost).where(Boost.recognition_id == recognition.id))


def _open(session: Session, workspace: Workspace, recognition_id: str) -> Recognition | None:
    """Return the recognition if it is shared in a channel, locked, so that no concurrent press is lost."""
    recognition = session.scalar(
        select(Recognition)
        .where(
            Recognition.id == recognition_id,
            Recognition.workspace_id == workspace.id,
            Recognition.undone_at.is_(None),
        )
        .with_for_update()
    )
    shared = recognition is not None and any(
        recipient.sharing == Sharing.SHARED for recipient in recognition.recipients
    )
    return recognition if shared else None


def _is_named(recognition: Recognition, member: Member, channel: str) -> bool:
    """Whether they wrote it or stand in the channel's post.

    A receiver who kept it private joins in like anybody else: what did not count would give them away.
    """
    receivers: list[Recipient] = recognition.recipients
    return member.id == recognition.giver_id or any(
        recipient.member_id == member.id
        and recipient.sharing == Sharing.SHARED
        and recipient.shared_in == channel
        for recipient in receivers
    )


def _is_in(session: Session, recognition: Recognition, boost: NewBoost) -> bool:
    return session.get(Boost, (recognition.id, boost.booster.id, boost.how)) is not None


def _join(session: Session, recognition: Recognition, boost: NewBoost) -> None:
    row = {
        "recognition_id": recognition.id,
        "booster_id": boost.booster.id,
        "how": boost.how,
        "boosted_at": boost.now,
    }
    session.execute(insert_for(session)(Boost).on_conflict_do_nothing().values(row))


def _leave(session: Session, recognition: Recognition, boost: NewBoost) -> None:
    session.execute(
        delete(Boost).where(
            Boost.recognition_id == recognition.id,
            Boost.booster_id == boost.booster.id,
            Boost.how == boost.how,
        )
    )
