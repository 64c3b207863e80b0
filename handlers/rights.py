"""[Export], [Erase] and [Use Appreciate again]."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers import home
from handlers.desk import Context
from handlers.modals import replace_or_open
from handlers.payloads.common import Payload, press
from handlers.people import acquainted, voice_for, workspace_of
from slackapp import members, rights
from slackapp.marks import Pseudonyms
from slackapp.privacy import erasure, requests
from slackapp.privacy.erasure import ErasureResult
from slackapp.rights import Permission
from slackapp.views import rights as view


@dataclass(frozen=True, slots=True)
class DataRequests:
    """The listeners around what is kept about a person."""

    desk: Context

    def export(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Export what is kept about me]."""
        pressed = press(body)
        with self.desk.sessions.begin() as session:
            workspace, now = workspace_of(session, pressed.caller), self.desk.now()
            found = members.find(session, workspace, pressed.caller.user)
            member = rights.require(session, found, Permission.EXPORT_SELF, now=now)
            requests.request_export(session, workspace, member, Pseudonyms(self.desk.keys.path), now)
        self.desk.wake()
        replace_or_open(client, pressed, view.export_begun(voice_for(self.desk, pressed.caller)))
        ack()

    def erase(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Erase what is kept about me], already confirmed."""
        pressed = press(body)
        say = voice_for(self.desk, pressed.caller)
        with self.desk.sessions.read() as session:
            workspace_id = workspace_of(session, pressed.caller).id
        asked = erasure.ErasureRequest(pressed.caller.user)
        ended = erasure.erase(self.desk.sessions, self.desk.keys, workspace_id, asked, self.desk.now())
        self.desk.wake()
        if ended is ErasureResult.HELD:
            replace_or_open(client, pressed, view.held(say))
        else:
            client.views_publish(user_id=pressed.caller.user, view=view.erased_home(say))
            replace_or_open(client, pressed, view.erased(say))
        ack()

    def come_back(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Use Appreciate again]: from now on they are somebody new."""
        pressed = press(body)
        with self.desk.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            erasure.allow_return(session, Pseudonyms(self.desk.keys.path), workspace, pressed.caller.user)
        acquainted(
            self.desk,
            client,
            pressed.caller,
            lambda session: members.get_all(
                session, workspace_of(session, pressed.caller), [pressed.caller.user]
            ),
        )
        home.publish(self.desk, client, pressed.caller)
        ack()


def register(bolt: App, desk: Context) -> None:
    """Listen for the buttons."""
    listeners = DataRequests(desk)
    bolt.action(view.EXPORT)(listeners.export)
    bolt.action(view.ERASE)(listeners.erase)
    bolt.action(view.RETURN)(listeners.come_back)
