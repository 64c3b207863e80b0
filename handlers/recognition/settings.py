"""One window for a person's own settings, and for admins: who hears about unkind thank-yous."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.pulse import settings_payloads
from handlers.pulse import settings_view as pulse_settings_view
from handlers.recognition import payloads, settings_view, thanks_view
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.request import Request, Scope
from slackapp import blocks
from slackapp.blocks import View
from slackapp.models import SharingChoice
from slackapp.pulse import preferences as pulse_preferences
from slackapp.recognition import preferences
from slackapp.workspace import members, permissions
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class ThanksSettings:
    """The listeners around the settings."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[My settings] or [Settings]."""
        pressed = press(body)
        replace_or_open(client, pressed, form_for(Request(self.context, client, pressed.caller)))
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]. The reply is in the language that was just chosen."""
        form, own = payloads.settings(body), settings_payloads.own_form(body)
        wishes = pulse_preferences.Preferences(own.messages, own.quiet, own.days_off, own.away, own.language)
        request = Request(self.context, client, form.caller)
        request.require(Permission.THANK)
        request.look_up(form.choices.blocked)
        with request.write(Permission.THANK) as scope:
            pulse_preferences.save(scope.session, scope.member, wishes)
            _save(scope, form.choices)
            say = members.language_of(scope.workspace, scope.member)
        request.refresh_home()
        view = blocks.notice(say, say("My settings"), settings_view.saved(say))
        ack(response_action="update", view=view)


def open_for(context: Context, client: WebClient, caller: Caller) -> None:
    """Open the window, for a command."""
    open_modal(client, caller.trigger_id, form_for(Request(context, client, caller)))


def form_for(request: Request) -> View:
    """The settings as the caller has them."""
    with request.read() as scope:
        member = scope.member
        choices = settings_view.Choices(
            sharing=SharingChoice(member.sharing),
            nudges=member.nudges,
            accepts_thanks=member.accepts_thanks,
            blocked=preferences.blocked_by(scope.session, member),
            contact=scope.workspace.concerns_to,
            may_name_contact=permissions.allows(member, Permission.SETTLE),
        )
        language = member.language or scope.workspace.language
        first = pulse_settings_view.fields(scope.say, member, language)
    return settings_view.form(scope.say, first, choices)


def register(bolt: App, context: Context) -> None:
    """Listen for the settings."""
    listeners = ThanksSettings(context)
    bolt.action(settings_view.OPEN)(listeners.open)
    bolt.action(thanks_view.SETTINGS)(listeners.open)
    bolt.action(pulse_settings_view.OPEN)(listeners.open)
    bolt.view(settings_view.FORM)(listeners.save)


def _save(scope: Scope, choices: settings_view.Choices) -> None:
    blocked = members.get_all(scope.session, scope.workspace, choices.blocked)
    new_preferences = preferences.Preferences(
        sharing=choices.sharing,
        nudges=choices.nudges,
        accepts_thanks=choices.accepts_thanks,
        blocked=frozenset(member.id for member in blocked.values()),
    )
    preferences.save(scope.session, scope.member, new_preferences)
    # Slack tells who is an admin; a forged form does not.
    if choices.may_name_contact and permissions.allows(scope.member, Permission.SETTLE):
        preferences.set_contact(scope.session, scope.workspace, choices.contact)
