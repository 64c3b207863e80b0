"""Prepare a hard conversation, and the formal routes in its place. Nothing typed here is kept."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.shared import revisions
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request
from handlers.talk import draft_view, routes_view
from slackapp.core.errors import UserError
from slackapp.core.free_text import question
from slackapp.core.i18n import translatable
from slackapp.workspace import formal_routes
from slackapp.workspace.audit_log import Action
from slackapp.workspace.formal_routes import Routes
from slackapp.workspace.permissions import Permission

_EMPTY = translatable("Please write at least one line, or close this.")
_ROUTES = ("speaking_up", "staff_union", "human_resources", "emergency")


@dataclass(frozen=True, slots=True)
class Talk:
    """The listeners of the form, and of the admin's routes."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Prepare a hard conversation]."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        replace_or_open(client, pressed, draft_view.first_question(request.say))
        ack()

    def show_routes(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Somebody is unsafe: whom to turn to."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(look_up=False) as scope:
            routes = formal_routes.of(scope.session, scope.workspace)
        replace_or_open(client, pressed, draft_view.formal_routes(scope.say, routes))
        ack()

    def show_form(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Nobody is: the form."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        replace_or_open(client, pressed, draft_view.form(request.say))
        ack()

    def show_draft(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The draft, in the answer to Slack alone."""
        values = Values(body)
        words = {name: values.text(name).strip() for name in draft_view.FIELDS}
        if not any(words.values()):
            raise UserError(_EMPTY).beside(draft_view.SAW)
        say = Request(self.context, client, caller(body)).say
        findings = [
            finding for text in words.values() for finding in self.context.confidentiality.check(text)
        ]
        ack(response_action="update", view=draft_view.draft(say, words, question(say, findings)))

    def open_routes(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Formal routes] of an admin."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(Permission.SETTLE) as scope:
            routes = formal_routes.of(scope.session, scope.workspace)
        replace_or_open(client, pressed, routes_view.form(scope.say, routes))
        ack()

    def save_routes(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of the routes."""
        values = Values(body)
        typed = {name: " ".join(values.text(name).split()) for name in _ROUTES}
        with Request(self.context, client, caller(body)).write(Permission.SETTLE) as scope:
            before = formal_routes.of(scope.session, scope.workspace)
            present = {name: getattr(before, name) or "" for name in _ROUTES}
            chosen = revisions.merged(revisions.read(body), typed, present)
            routes = Routes(*(chosen[name] or None for name in _ROUTES))
            formal_routes.save(scope.session, scope.workspace, routes)
            if formal_routes.of(scope.session, scope.workspace) != before:
                scope.record(Action.SETTING, "formal_routes")
        ack(response_action="update", view=routes_view.saved(scope.say))


def open_from_command(request: Request, ack: Ack) -> None:
    """`/appreciate talk`."""
    open_modal(request.client, request.caller.trigger_id, draft_view.first_question(request.say))
    ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the form and its first question, and for the admin's routes."""
    listeners = Talk(context)
    bolt.action(draft_view.OPEN)(listeners.open)
    bolt.action(draft_view.SOMEBODY_IS_UNSAFE)(listeners.show_routes)
    bolt.action(draft_view.NOBODY_IS)(listeners.show_form)
    bolt.view(draft_view.FORM)(listeners.show_draft)
    bolt.action(routes_view.OPEN)(listeners.open_routes)
    bolt.view(routes_view.FORM)(listeners.save_routes)
