"""What a thank-you owes: a message to each receiver, a post when its receiver agrees, and their changes.

The rows name the recognition and the receiver, never the words. What is shown is read when it is
sent, so a message that waits shows how things stand by then, and changes may arrive in any order.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import outbox
from slackapp.models import Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Team, Workspace


class Kind(StrEnum):
    """What there is to render."""

    THANKS = "recognition"
    THANKS_CHANGED = "recognition-dm-settled"
    POST = "recognition-post"
    POST_CHANGED = "recognition-post-changed"


def reference(recipient: Recipient) -> str:
    """What a row is about: one receiver of one recognition."""
    return f"{recipient.recognition_id}:{recipient.member_id}"


def first_key(recipient: Recipient, kind: Kind) -> str:
    """The key of the message that was owed first, which later changes replace."""
    return f"{kind}:{reference(recipient)}:0"


def owe_all(session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime) -> None:
    """Owe each receiver their message, and the post of those who have agreed beforehand."""
    owed = [
        outbox.Owed(
            key=first_key(recipient, Kind.THANKS),
            kind=Kind.THANKS,
            reference=reference(recipient),
            target=session.get_one(Member, recipient.member_id).slack_user_id,
            due=now,
        )
        for recipient in recognition.recipients
    ]
    outbox.owe_many(session, workspace, owed)
    for recipient in recognition.recipients:
        if recipient.sharing == Sharing.SHARED:
            owe_post(session, workspace, recipient, now=now)


def owe_post(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Owe the post in the channel of the receiver's team, which must have one."""
    if channel := team_channel(session, recipient):
        outbox.owe(
            session,
            workspace,
            outbox.Owed(
                key=first_key(recipient, Kind.POST),
                kind=Kind.POST,
                reference=reference(recipient),
                target=channel,
                due=now,
            ),
        )


def owe_change(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Owe the change of whatever was already sent about this receiver, to how things stand now."""
    for kind, changed in ((Kind.THANKS, Kind.THANKS_CHANGED), (Kind.POST, Kind.POST_CHANGED)):
        first = _first(session, recipient, kind)
        # A row that still waits will show how things stand when it goes.
        if first is not None and first.state in {DeliveryState.SENT, DeliveryState.SENDING}:
            post = post_of(session, recipient)
            # A post that is tried again leads to a new change of the direct message.
            stage = f"{recipient.recognition.revision}:{recipient.sharing}:{post.fence if post else 0}"
            outbox.owe(
                session,
                workspace,
                outbox.Owed(
                    key=f"{changed}:{reference(recipient)}:{stage}",
                    kind=changed,
                    reference=reference(recipient),
                    target=first.target,
                    due=now,
                    method=outbox.Method.UPDATE,
                ),
            )


def owe_changes(session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime) -> None:
    """Owe the change of everything that was sent about a recognition."""
    for recipient in recognition.recipients:
        owe_change(session, workspace, recipient, now=now)


def withdraw(session: Session, workspace: Workspace, recognition: Recognition, *, now: datetime) -> None:
    """Send nothing more about it, and take the words out of what was sent."""
    for recipient in recognition.recipients:
        outbox.expire(session, reference(recipient), reason="undone")
        owe_change(session, workspace, recipient, now=now)


def first_sent(session: Session, delivery: Delivery) -> Delivery | None:
    """The message that this change replaces."""
    kind = Kind.THANKS if delivery.kind == Kind.THANKS_CHANGED else Kind.POST
    return session.scalar(select(Delivery).where(Delivery.key == f"{kind}:{delivery.reference}:0"))


def team_channel(session: Session, recipient: Recipient) -> str | None:
    """Where the receiver's team shares thanks, if it does."""
    team = session.get(Team, recipient.team_id) if recipient.team_id else None
    return team.slack_channel_id if team else None


def post_of(session: Session, recipient: Recipient) -> Delivery | None:
    """The post in the team's channel, once one was owed."""
    return _first(session, recipient, Kind.POST)


def _first(session: Session, recipient: Recipient, kind: Kind) -> Delivery | None:
    return session.scalar(select(Delivery).where(Delivery.key == first_key(recipient, kind)))
