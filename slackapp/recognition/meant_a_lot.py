"""A receiver tells the giver, with one press, that a thank-you meant a lot.

It is a flag without a time. It is never counted, asked for again, or shown to anybody but the giver.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Recipient, Sharing, Workspace
from slackapp.outbox import queue
from slackapp.outbox.references import RecipientRef
from slackapp.recognition import notifications
from slackapp.recognition.notifications import Kind


def tell_giver(session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime) -> None:
    """Note it, and enqueue a message to the giver: one a thank-you, and to several people one a day.

    Idempotent.

    Raises:
        UserError: It was found unkind before, or the giver can't be reached.
    """
    if recipient.sharing == Sharing.REPORTED:
        raise UserError(translatable("This thank-you is no longer here."))
    giver = session.get_one(Member, recipient.recognition.giver_id)
    if not giver.can_be_reached:
        raise UserError(translatable("{name} has left, so this can't reach them."), name=giver.name)
    if recipient.meant_a_lot:
        return
    recipient.meant_a_lot = True
    session.flush()
    about = RecipientRef(recipient.recognition_id, recipient.member_id)
    key = f"{Kind.MEANT_A_LOT}:{_once(workspace, recipient, now)}"
    new = Kind.MEANT_A_LOT.new(about, giver.slack_user_id, now, key=key, group=key)
    queue.enqueue(session, workspace, new)
    notifications.enqueue_recipient_update(session, workspace, recipient, now=now)


def _once(workspace: Workspace, recipient: Recipient, now: datetime) -> str:
    """Return what there is one message for: the thank-you; with several receivers, its day."""
    if len(recipient.recognition.recipients) == 1:
        return recipient.recognition_id
    return f"{recipient.recognition_id}:{now.astimezone(ZoneInfo(workspace.time_zone)).date()}"
