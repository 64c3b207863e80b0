"""[Export], [Erase] and [Use Appreciate again]."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.privacy import data_requests_view as view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.people import acquainted, voice_for, workspace_of
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.privacy import erasure
from slackapp.privacy import export_requests as requests
from slackapp.privacy.erasure import ErasureResult
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class DataRequests:
    """The listeners around what is kept about a person."""

    context: Context

    def export(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Export what is kept about me]."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace, now = workspace_of(session, pressed.caller), self.context.now()
            found = members.find(session, workspace, pressed.caller.user)
            member = rights.require(session, found, Permission.EXPORT_SELF, now=now)
            requests.request_export(session, workspace, member, Pseudonyms(self.context.keys.path), now)
        self.context.wake()
        replace_or_open(client, pressed, view.export_begun(voice_for(self.context, pressed.caller)))
        ack()

    def erase(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Erase what is kept about me], already confirmed."""
        pressed = press(body)
        say = voice_for(self.context, pressed.caller)
        with self.context.sessions.read() as session:
            workspace_id = workspace_of(session, pressed.caller).id
        asked = erasure.ErasureRequest(pressed.caller.user)
        ended = erasure.erase(
            self.context.sessions, self.context.keys, workspace_id, asked, self.context.now()
        )
        self.context.wake()
        if ended is ErasureResult.HELD:
            replace_or_open(client, pressed, view.held(say))
        else:
            client.views_publish(user_id=pressed.caller.user, view=view.erased_home(say))
            replace_or_open(client, pressed, view.erased(say))
        ack()

    def come_back(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Use Appreciate again]: from now on they are somebody new."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            erasure.allow_return(session, Pseudonyms(self.context.keys.path), workspace, pressed.caller.user)
        acquainted(
            self.context,
            client,
            pressed.caller,
            lambda session: members.get_all(
                session, workspace_of(session, pressed.caller), [pressed.caller.user]
            ),
        )
        self.context.refresh_home(client, pressed.caller)
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons."""
    listeners = DataRequests(context)
    bolt.action(view.EXPORT)(listeners.export)
    bolt.action(view.ERASE)(listeners.erase)
    bolt.action(view.RETURN)(listeners.come_back)
