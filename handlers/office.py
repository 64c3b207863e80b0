"""What only an admin may do: asked of the one table, done in one transaction, and written down."""

from collections.abc import Callable
from typing import TypeVar

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.payloads.common import Caller
from handlers.people import acquainted, workspace_of
from slackapp import audit, members, rights
from slackapp.i18n import Voice
from slackapp.marks import Marks
from slackapp.models import Member, Workspace
from slackapp.rights import Deed

Told = TypeVar("Told")
Errand = Callable[[Session, Workspace, Member, Voice], Told]


def as_admin(
    desk: Desk, client: WebClient, who: Caller, errand: Errand[Told], deed: Deed = Deed.SETTLE
) -> Told:
    """Do something that only an admin may. What it changes in the settings stands in the audit log.

    Raises:
        Refused: They are no admin here.
    """

    def made(session: Session) -> Told:
        workspace, now = workspace_of(session, who), desk.now()
        member = members.meet(session, workspace, [who.user])[who.user]
        rights.check(session, member, deed, now=now)
        before = audit.settings(workspace)
        told = errand(session, workspace, member, members.voice_of(workspace, member))
        audit.note_settings(session, workspace, before, actor=actor(desk, member), now=now)
        return told

    return acquainted(desk, client, who, made)


def actor(desk: Desk, member: Member) -> str:
    """Somebody's mark for the audit log."""
    return Marks(desk.keys.path).actor(member.id)
