"""What only an admin may do: asked of the one table, done in one transaction, and written down."""

from collections.abc import Callable
from typing import TypeVar

from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.context import Context
from handlers.shared.payloads import Caller
from handlers.shared.people import acquainted, workspace_of
from slackapp.core.i18n import Voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Member, Workspace
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission

Told = TypeVar("Told")
Errand = Callable[[Session, Workspace, Member, Voice], Told]


def as_admin(
    context: Context,
    client: WebClient,
    who: Caller,
    errand: Errand[Told],
    deed: Permission = Permission.SETTLE,
) -> Told:
    """Do something that only an admin may. What it changes in the settings stands in the audit log.

    Raises:
        Refused: They are no admin here.
    """

    def made(session: Session) -> Told:
        workspace, now = workspace_of(session, who), context.now()
        member = members.get_all(session, workspace, [who.user])[who.user]
        rights.require(session, member, deed, now=now)
        before = audit.settings(workspace)
        told = errand(session, workspace, member, members.language_of(workspace, member))
        audit.record_settings(session, workspace, before, actor=actor(context, member), now=now)
        return told

    return acquainted(context, client, who, made)


def actor(context: Context, member: Member) -> str:
    """Somebody's mark for the audit log."""
    return Pseudonyms(context.keys.path).actor(member.id)
