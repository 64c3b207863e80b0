"""`/pulse settings`: when to ask me."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.pulse import settings_payloads, settings_view
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.request import Request
from slackapp.blocks import View
from slackapp.pulse import preferences
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class Settings:
    """The listeners around one person's own settings."""

    context: Context

    def open(self, client: WebClient, who: Caller) -> None:
        """`/pulse settings`."""
        open_modal(client, who.trigger_id, self._form(client, who))

    def pressed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[When to ask me]."""
        pressed = press(body)
        replace_or_open(client, pressed, self._form(client, pressed.caller))
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]. The reply is in the language that was just chosen."""
        form = settings_payloads.own_form(body)
        wishes = preferences.Preferences(form.messages, form.quiet, form.days_off, form.away, form.language)
        request = Request(self.context, client, form.caller)
        with request.write() as scope:
            preferences.save(scope.session, scope.member, wishes)
            view = settings_view.saved(members.language_of(scope.workspace, scope.member))
        request.refresh_home()
        ack(response_action="update", view=view)

    def _form(self, client: WebClient, who: Caller) -> View:
        with Request(self.context, client, who).read() as scope:
            language = scope.member.language or scope.workspace.language
            return settings_view.form(scope.say, scope.member, language)


def register(bolt: App, context: Context) -> Callable[[WebClient, Caller], None]:
    """Listen for the form; gives what opens it for the command."""
    listeners = Settings(context)
    bolt.action(settings_view.OPEN)(listeners.pressed)
    bolt.view(settings_view.FORM)(listeners.save)
    return listeners.open
