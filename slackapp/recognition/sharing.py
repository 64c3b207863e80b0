"""The recipient decides who sees a recognition, and may report it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Blocking, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox import queue
from slackapp.outbox.references import RecipientRef
from slackapp.recognition import boosts, notifications
from slackapp.recognition.notifications import Kind

_MOST_CONTACTS = 3
"""Admins who are notified of a report where no contact is set."""


def share(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Share it with the recipient's team. Idempotent, but a post that failed is tried again."""
    if recipient.sharing not in {Sharing.ASKED, Sharing.HIDDEN} and not _failed(session, recipient):
        return
    channel = notifications.team_channel(session, recipient)
    if channel is None:
        raise UserError(
            translatable("Your team has no channel here yet, so this stays between the two of you.")
        )
    recipient.sharing, recipient.shared_in = Sharing.SHARED, channel
    session.flush()
    notifications.enqueue_post(session, workspace, recipient, now=now)
    notifications.enqueue_recipient_update(session, workspace, recipient, now=now)


def keep_private(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Keep it between giver and recipient."""
    if recipient.sharing == Sharing.ASKED or _failed(session, recipient):
        recipient.sharing = Sharing.KEPT
        session.flush()
        notifications.enqueue_recipient_update(session, workspace, recipient, now=now)


def hide(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Remove it from the team's channel; it may be shared again."""
    if recipient.sharing == Sharing.SHARED:
        recipient.sharing = Sharing.HIDDEN
        session.flush()
        _delete_boosts(session, recipient)
        notifications.enqueue_post(session, workspace, recipient, now=now)
        notifications.enqueue_recipient_update(session, workspace, recipient, now=now)


def report(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> list[str]:
    """Report it as unkind: hide it from every team and notify the contact or the admins.

    Returns the Slack ids of those who are notified; empty when there is nobody.
    """
    contacts = contacts_for(session, workspace, recipient.recognition)
    if recipient.sharing == Sharing.REPORTED:
        return contacts
    _hide_from_all(session, recipient)
    _delete_boosts(session, recipient)
    notifications.enqueue_all_updates(session, workspace, recipient.recognition, now=now)
    about = RecipientRef(recipient.recognition_id, recipient.member_id)
    for contact in contacts:
        key = f"{Kind.REPORT}:{about}:{contact}"
        queue.enqueue(session, workspace, Kind.REPORT.new(about, contact, now, key=key, group=key))
    return contacts


def contacts_for(session: Session, workspace: Workspace, recognition: Recognition) -> list[str]:
    """Return who is notified of a report: the contact, else the admins; never the giver."""
    reachable = _may_hear(session, workspace, recognition)
    chosen = [member.slack_user_id for member in reachable if member.slack_user_id == workspace.concerns_to]
    return chosen or [member.slack_user_id for member in reachable][:_MOST_CONTACTS]


def may_hear(session: Session, workspace: Workspace, recognition: Recognition, slack_user_id: str) -> bool:
    """Whether somebody may be told of a report at this moment, whatever they were when it was enqueued."""
    return slack_user_id in {member.slack_user_id for member in _may_hear(session, workspace, recognition)}


def _may_hear(session: Session, workspace: Workspace, recognition: Recognition) -> list[Member]:
    named = session.scalars(
        select(Member)
        .where(Member.workspace_id == workspace.id, Member.id != recognition.giver_id)
        .where((Member.slack_user_id == (workspace.concerns_to or "")) | Member.is_admin | Member.named_admin)
        .order_by(Member.slack_user_id)
    )
    return [member for member in named if member.can_be_reached]


def block(session: Session, recipient: Recipient) -> None:
    """Block further recognitions from this giver."""
    session.merge(Blocking(member_id=recipient.member_id, giver_id=recipient.recognition.giver_id))
    session.flush()


def lock_recipient(
    session: Session, workspace: Workspace, recognition_id: str, slack_user_id: str
) -> Recipient:
    """Return this person's recipient row, locked for their decision.

    Raises:
        UserError: The recognition was undone, or they are no recipient.
    """
    # The recognition is locked first: with their own rows locked first, one recipient who reports it and
    # another who shares it at the same moment would deadlock.
    recognition = session.scalar(
        select(Recognition)
        .where(
            Recognition.id == recognition_id,
            Recognition.workspace_id == workspace.id,
            Recognition.undone_at.is_(None),
        )
        .with_for_update()
    )
    recipients = (
        select(Recipient)
        .join(Member, Member.id == Recipient.member_id)
        .where(Recipient.recognition_id == recognition_id, Member.slack_user_id == slack_user_id)
    )
    recipient = session.scalar(recipients) if recognition else None
    if recipient is None:
        raise UserError(translatable("This thank-you is no longer here."))
    return recipient


def _hide_from_all(session: Session, recipient: Recipient) -> None:
    """Hide it from every team, whoever else agreed to share it."""
    for other in recipient.recognition.recipients:
        if other.sharing != Sharing.REPORTED:
            other.sharing = Sharing.PRIVATE
    recipient.sharing = Sharing.REPORTED
    session.flush()


def _delete_boosts(session: Session, recipient: Recipient) -> None:
    """Delete the boosts once no team sees it: its reactions are gone from Slack too."""
    if not any(other.sharing == Sharing.SHARED for other in recipient.recognition.recipients):
        boosts.delete_for(session, recipient.recognition)


def _failed(session: Session, recipient: Recipient) -> bool:
    """Whether Slack refused the post that the recipient still wants."""
    post = notifications.post_of(session, recipient) if recipient.sharing == Sharing.SHARED else None
    return post is not None and post.state == DeliveryState.DEAD
