"""The receiver decides who sees their thanks."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Member, Recipient, Recognition, Sharing, Workspace
from slackapp.recognitions import letters_owed


def share(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants their team to see it. Deciding twice is deciding once."""
    if recipient.sharing != Sharing.ASKED:
        return
    if letters_owed.team_channel(session, recipient) is None:
        raise UserError(marked("Your team has no channel here yet, so this stays between the two of you."))
    _decide(session, workspace, recipient, Sharing.SHARED, now=now)
    letters_owed.owe_post(session, workspace, recipient, now=now)


def keep(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """The receiver wants nobody else to see it."""
    if recipient.sharing == Sharing.ASKED:
        _decide(session, workspace, recipient, Sharing.KEPT, now=now)


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


def _decide(
    session: Session, workspace: Workspace, recipient: Recipient, decision: Sharing, *, now: datetime
) -> None:
    recipient.sharing = decision
    session.flush()
    letters_owed.owe_change(session, workspace, recipient, now=now)
