"""The receiver decides who sees their thanks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import outbox
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Delivery, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.recognitions import letters_owed


def share(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants their team to see it. Twice is once, but a post that failed is tried again."""
    failed = _failed_post(session, recipient)
    if recipient.sharing != Sharing.ASKED and failed is None:
        return
    channel = letters_owed.team_channel(session, recipient)
    if channel is None:
        raise UserError(marked("Your team has no channel here yet, so this stays between the two of you."))
    recipient.sharing = Sharing.SHARED
    session.flush()
    if failed is None:
        letters_owed.owe_post(session, workspace, recipient, now=now)
    else:
        failed.target = channel
        session.flush()
        outbox.send_again(session, failed.id, now=now)
        session.refresh(failed)
    letters_owed.owe_change(session, workspace, recipient, now=now)


def keep(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants nobody else to see it."""
    if recipient.sharing == Sharing.ASKED or _failed_post(session, recipient) is not None:
        recipient.sharing = Sharing.KEPT
        session.flush()
        letters_owed.owe_change(session, workspace, recipient, now=now)


def thanks_of(session: Session, workspace: Workspace, recognition_id: str, slack_user_id: str) -> Recipient:
    """The thanks that this person received, locked for their decision.

    Raises:
        UserError: It was taken back, or it was never theirs.
    """
    found = session.scalar(
        select(Recipient)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .join(Member, Member.id == Recipient.member_id)
        .where(
            Recipient.recognition_id == recognition_id,
            Recognition.workspace_id == workspace.id,
            Recognition.undone_at.is_(None),
            Member.slack_user_id == slack_user_id,
        )
        .with_for_update(of=Recipient)
    )
    if found is None:
        raise UserError(marked("This thank-you is no longer here."))
    return found


def _failed_post(session: Session, recipient: Recipient) -> Delivery | None:
    """The post that Slack would not take, as long as the receiver still wants it."""
    post = letters_owed.post_of(session, recipient) if recipient.sharing == Sharing.SHARED else None
    return post if post is not None and post.state == DeliveryState.DEAD else None
