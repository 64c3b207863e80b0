"""`/pulse settings`: when to ask me."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.pulse import settings_payloads as pulse_forms
from handlers.pulse import settings_view as view
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.people import acquainted, workspace_of
from slackapp.blocks import View
from slackapp.pulse import preferences as asking_me
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
        found = press(body)
        replace_or_open(client, found, self._form(client, found.caller))
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        form = pulse_forms.own_form(body)
        wishes = asking_me.Preferences(form.messages, form.quiet, form.days_off, form.away, form.language)

        def deed(session: Session) -> View:
            workspace = workspace_of(session, form.caller)
            member = members.get_all(session, workspace, [form.caller.user])[form.caller.user]
            asking_me.save(session, member, wishes)
            return view.saved(members.language_of(workspace, member))

        saved = acquainted(self.context, client, form.caller, deed)
        self.context.refresh_home(client, form.caller)
        ack(response_action="update", view=saved)

    def _form(self, client: WebClient, who: Caller) -> View:
        def made(session: Session) -> View:
            workspace = workspace_of(session, who)
            member = members.get_all(session, workspace, [who.user])[who.user]
            language = member.language or workspace.language
            return view.form(members.language_of(workspace, member), member, language)

        return acquainted(self.context, client, who, made)


def register(bolt: App, context: Context) -> Callable[[WebClient, Caller], None]:
    """Listen for the form; gives what opens it for the command."""
    listeners = Settings(context)
    bolt.action(view.OPEN)(listeners.pressed)
    bolt.view(view.FORM)(listeners.save)
    return listeners.open
