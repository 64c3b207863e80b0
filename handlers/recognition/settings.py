"""What people choose about thanks for themselves, and admins about unkind ones."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.recognition import payloads
from handlers.recognition import settings_view as settings
from handlers.recognition import thanks_view as recognition
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open as show_modal
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.people import acquainted, workspace_of
from slackapp import blocks as piece
from slackapp.blocks import View
from slackapp.models import SharingChoice
from slackapp.recognition import preferences as choosing
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class ThanksSettings:
    """The listeners around the settings."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[My settings] or [Settings]."""
        pressed = press(body)
        show_modal(client, pressed, form_for(self.context, client, pressed.caller))
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        filled = payloads.settings(body)

        def deed(session: Session) -> View:
            workspace = workspace_of(session, filled.caller)
            people = members.get_all(session, workspace, [filled.caller.user, *filled.choices.blocked])
            member = people[filled.caller.user]
            choice = choosing.Preferences(
                sharing=filled.choices.sharing,
                nudges=filled.choices.nudges,
                accepts_thanks=filled.choices.accepts_thanks,
                blocked=frozenset(people[one].id for one in filled.choices.blocked),
            )
            choosing.save(session, member, choice)
            # Slack says who is an admin; a form that somebody made up does not.
            if filled.choices.may_name_contact and rights.allows(member, Permission.SETTLE):
                choosing.set_contact(session, workspace, filled.choices.contact)
            say = members.language_of(workspace, member)
            return piece.notice(say, say("My settings"), settings.saved(say))

        saved = acquainted(self.context, client, filled.caller, deed)
        self.context.refresh_home(client, filled.caller)
        ack(response_action="update", view=saved)


def form_for(context: Context, client: WebClient, who: Caller) -> View:
    """The settings as this person has them."""

    def made(session: Session) -> View:
        workspace = workspace_of(session, who)
        member = members.get_all(session, workspace, [who.user])[who.user]
        choices = settings.Choices(
            sharing=SharingChoice(member.sharing),
            nudges=member.nudges,
            accepts_thanks=member.accepts_thanks,
            blocked=choosing.blocked_by(session, member),
            contact=workspace.concerns_to,
            may_name_contact=rights.allows(member, Permission.SETTLE),
        )
        return settings.form(members.language_of(workspace, member), choices)

    return acquainted(context, client, who, made)


def register(bolt: App, context: Context) -> None:
    """Listen for the settings."""
    listeners = ThanksSettings(context)
    bolt.action(settings.OPEN)(listeners.open)
    bolt.action(recognition.SETTINGS)(listeners.open)
    bolt.view(settings.FORM)(listeners.save)
