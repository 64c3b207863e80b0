"""The receiver decides who sees their thanks, and may say that one was unkind."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Blocking, DeliveryState, Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox import queue as outbox
from slackapp.outbox.references import RecipientRef
from slackapp.recognition import boosts as boosting
from slackapp.recognition import notifications as letters_owed
from slackapp.recognition.notifications import Kind

_MOST_TOLD = 3
"""Admins told of an unkind thank-you where nobody was named for it."""


def share(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants their team to see it. Twice is once, but a post that failed is tried again."""
    if recipient.sharing not in {Sharing.ASKED, Sharing.HIDDEN} and not _failed(session, recipient):
        return
    channel = letters_owed.team_channel(session, recipient)
    if channel is None:
        raise UserError(
            translatable("Your team has no channel here yet, so this stays between the two of you.")
        )
    recipient.sharing, recipient.shared_in = Sharing.SHARED, channel
    session.flush()
    letters_owed.enqueue_post(session, workspace, recipient, now=now)
    letters_owed.enqueue_recipient_update(session, workspace, recipient, now=now)


def keep_private(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants nobody else to see it."""
    if recipient.sharing == Sharing.ASKED or _failed(session, recipient):
        recipient.sharing = Sharing.KEPT
        session.flush()
        letters_owed.enqueue_recipient_update(session, workspace, recipient, now=now)


def hide(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver takes it out of their team's channel again; they may share it anew."""
    if recipient.sharing == Sharing.SHARED:
        recipient.sharing = Sharing.HIDDEN
        session.flush()
        _end_joining(session, recipient)
        letters_owed.enqueue_post(session, workspace, recipient, now=now)
        letters_owed.enqueue_recipient_update(session, workspace, recipient, now=now)


def report(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> list[str]:
    """The receiver found it unkind: no team sees it any more, and whoever is named for it is told.

    Gives the Slack ids of those who are told; empty when there is nobody.
    """
    contacts = contacts_for(session, workspace, recipient.recognition)
    if recipient.sharing == Sharing.REPORTED:
        return contacts
    _hide_from_all(session, recipient)
    _end_joining(session, recipient)
    letters_owed.enqueue_all_updates(session, workspace, recipient.recognition, now=now)
    for contact in contacts:
        about = RecipientRef(recipient.recognition_id, recipient.member_id)
        key = f"{Kind.REPORT}:{about}:{contact}"
        outbox.enqueue(session, workspace, Kind.REPORT.new(about, contact, now, key=key, group=key))
    return contacts


def contacts_for(session: Session, workspace: Workspace, recognition: Recognition) -> list[str]:
    """Who hears about an unkind thank-you: the person named for it, else the admins; never its giver."""
    named = session.scalars(
        select(Member)
        .where(Member.workspace_id == workspace.id, Member.id != recognition.giver_id)
        .where((Member.slack_user_id == (workspace.concerns_to or "")) | Member.is_admin | Member.named_admin)
        .order_by(Member.slack_user_id)
    )
    there = [one for one in named if one.can_be_reached]
    chosen = [one.slack_user_id for one in there if one.slack_user_id == workspace.concerns_to]
    return chosen or [one.slack_user_id for one in there][:_MOST_TOLD]


def block(session: Session, recipient: Recipient) -> None:
    """The receiver wants no more thank-yous from this giver."""
    session.merge(Blocking(member_id=recipient.member_id, giver_id=recipient.recognition.giver_id))
    session.flush()


def lock_recipient(
    session: Session, workspace: Workspace, recognition_id: str, slack_user_id: str
) -> Recipient:
    """The thanks that this person received, locked for their decision.

    Raises:
        UserError: It was taken back, or it was never theirs.
    """
    # Its receivers decide one after the other: with their own rows locked first, one who found it unkind and
    # one who shares it at the same moment would each wait for the other.
    recognition = session.scalar(
        select(Recognition)
        .where(
            Recognition.id == recognition_id,
            Recognition.workspace_id == workspace.id,
            Recognition.undone_at.is_(None),
        )
        .with_for_update()
    )
    theirs = (
        select(Recipient)
        .join(Member, Member.id == Recipient.member_id)
        .where(Recipient.recognition_id == recognition_id, Member.slack_user_id == slack_user_id)
    )
    found = session.scalar(theirs) if recognition else None
    if found is None:
        raise UserError(translatable("This thank-you is no longer here."))
    return found


def _hide_from_all(session: Session, recipient: Recipient) -> None:
    """No team sees it any more, whoever else was thanked with it and agreed."""
    for one in recipient.recognition.recipients:
        if one.sharing != Sharing.REPORTED:
            one.sharing = Sharing.PRIVATE
    recipient.sharing = Sharing.REPORTED
    session.flush()


def _end_joining(session: Session, recipient: Recipient) -> None:
    """Once no team sees it, its reactions are gone from Slack, and so is whoever joined in."""
    if not any(one.sharing == Sharing.SHARED for one in recipient.recognition.recipients):
        boosting.delete_for(session, recipient.recognition)


def _failed(session: Session, recipient: Recipient) -> bool:
    """Whether Slack would not take the post that the receiver still wants."""
    post = letters_owed.post_of(session, recipient) if recipient.sharing == Sharing.SHARED else None
    return post is not None and post.state == DeliveryState.DEAD
