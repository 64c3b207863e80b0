"""[Export], [Erase] and [Use Appreciate again]."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.privacy import data_requests_view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request
from slackapp.privacy import erasure, export_requests
from slackapp.privacy.erasure import ErasureRequest, ErasureResult
from slackapp.workspace import permissions
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class DataRequests:
    """The listeners around what is kept about a person. Nobody is looked up: an erased person stays so."""

    context: Context

    def export(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Export what is kept about me]."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write(look_up=False) as scope:
            session, now = scope.session, scope.now
            member = permissions.require(session, scope.member, Permission.EXPORT_SELF, now=now)
            export_requests.request_export(session, scope.workspace, member, request.pseudonyms, now)
        replace_or_open(client, pressed, data_requests_view.export_begun(scope.say))
        ack()

    def erase(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Erase what is kept about me], already confirmed."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(look_up=False) as scope:
            workspace_id, say = scope.workspace.id, scope.say
        # A transaction of its own: the keys' folder is written to as well.
        request = ErasureRequest(pressed.caller.user)
        result = erasure.erase(
            self.context.sessions, self.context.keys, workspace_id, request, self.context.now()
        )
        if result is ErasureResult.HELD:
            replace_or_open(client, pressed, data_requests_view.held(say))
        else:
            client.views_publish(user_id=pressed.caller.user, view=data_requests_view.erased_home(say))
            replace_or_open(client, pressed, data_requests_view.erased(say))
        ack()

    def come_back(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Use Appreciate again]: from now on they are somebody new."""
        request = Request(self.context, client, press(body).caller)
        user = request.caller.user
        with request.write(look_up=False) as scope:
            erasure.allow_return(scope.session, self.context.keys, scope.workspace, user)
        request.look_up([user])
        request.refresh_home()
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons."""
    listeners = DataRequests(context)
    bolt.action(data_requests_view.EXPORT)(listeners.export)
    bolt.action(data_requests_view.ERASE)(listeners.erase)
    bolt.action(data_requests_view.RETURN)(listeners.come_back)
