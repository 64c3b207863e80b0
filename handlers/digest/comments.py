"""What people wrote: a leader hides a comment, or shows it again."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.digest import comments_view as view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.people import voice_for, workspace_of
from reports.publishing import message
from reports.publishing import schedule as digest
from slackapp.core.errors import UserError
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.digest import readers as rights
from slackapp.models import Digest, Member, Workspace
from slackapp.pulse import comments
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class Comments:
    """The listeners. Only whoever leads the team gets here, and nobody can learn who wrote what."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hide a comment], or turning a page of the list."""
        pressed = press(body)
        digest_id, _, rest = pressed.value.partition(":")
        page = int(rest.partition(":")[0] or 0)
        with self.context.sessions.read() as session:
            found, _ = self._led(session, pressed.caller, digest_id)
            several = _released(session, found)
        replace_or_open(
            client, pressed, view.listed(voice_for(self.context, pressed.caller), digest_id, several, page)
        )
        ack()

    def change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hide] or [Show it again]."""
        pressed = press(body)
        digest_id, page, comment_id = pressed.value.split(":")
        hidden = pressed.action_id == view.HIDE
        with self.context.sessions.begin() as session:
            found, leader = self._led(session, pressed.caller, digest_id)
            if comments.hide(session, found.team_id, comment_id, hidden=hidden):
                self._note(session, leader, comment_id, hidden=hidden)
                digest.enqueue_comments_update(session, found, self.context.now())
            several = _released(session, found)
        self.context.wake()
        say = voice_for(self.context, pressed.caller)
        replace_or_open(client, pressed, view.listed(say, digest_id, several, int(page)))
        ack()

    def _led(self, session: Session, who: Caller, digest_id: str) -> tuple[Digest, Member]:
        found = session.get(Digest, digest_id)
        reader = members.find(session, workspace_of(session, who), who.user)
        if found is None or reader is None:
            raise UserError(rights.NOT_A_LEADER)
        rights.require_led_team(session, found.team_id, reader, self.context.now())
        return found, reader

    def _note(self, session: Session, leader: Member, comment_id: str, *, hidden: bool) -> None:
        deed = audit.Action.COMMENT_HIDDEN if hidden else audit.Action.COMMENT_SHOWN
        actor = Pseudonyms(self.context.keys.path).actor(leader.id)
        workspace = session.get_one(Workspace, leader.workspace_id)
        audit.record(session, workspace, audit.NewEntry(actor, deed, comment_id), now=self.context.now())


def register(bolt: App, context: Context) -> None:
    """Listen for the list and its buttons."""
    listeners = Comments(context)
    bolt.action(message.OPEN_COMMENTS)(listeners.open)
    bolt.action(view.TURN)(listeners.open)
    bolt.action(view.HIDE)(listeners.change)
    bolt.action(view.SHOW)(listeners.change)


def _released(session: Session, found: Digest) -> list[comments.PublishedComment]:
    return comments.published(session, [found.team_id], found.month).get(found.team_id, [])
