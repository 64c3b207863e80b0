"""The digest's one button: its figures as text, in a modal."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.payloads.common import Payload, Press, press
from reports import letters, message
from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import Digest, Member, Workspace

NOT_YOURS = marked("This digest is for somebody else.")


@dataclass(frozen=True, slots=True)
class Digests:
    """The listeners of the digest."""

    desk: Desk

    def figures(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Figures as text], under the digest's message."""
        pressed = press(body)
        with self.desk.sessions.read() as session:
            say, month = letters.told(session, _own(session, pressed))
        client.views_open(trigger_id=pressed.caller.trigger_id, view=message.modal(say, month))
        ack()


def register(bolt: App, desk: Desk) -> None:
    """Listen for the digest's button."""
    listeners = Digests(desk)
    bolt.action(message.FIGURES)(listeners.figures)


def _own(session: Session, pressed: Press) -> Digest:
    """The digest that was pressed, if it was made for this person in this workspace."""
    found = session.get(Digest, pressed.value)
    reader = session.get(Member, found.recipient_id) if found else None
    workspace = session.get(Workspace, reader.workspace_id) if reader else None
    if found is None or reader is None or workspace is None:
        raise UserError(NOT_YOURS)
    if (workspace.slack_team_id, reader.slack_user_id) != (pressed.caller.team, pressed.caller.user):
        raise UserError(NOT_YOURS)
    return found
