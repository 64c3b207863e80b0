"""`/pulse admin`: what an admin settles about the check-in, and trying it out before anybody is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.pulse import admin_view, preview, settings_payloads
from handlers.shared import revisions
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.request import Request, Scope
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.free_text import Concern
from slackapp.pulse import audience, question_rotation, settings
from slackapp.workspace.audit_log import Action
from slackapp.workspace.permissions import Permission

_LONGEST = 64
"""Characters of a value in the audit log."""

Change = Callable[[Scope], None]


@dataclass(frozen=True, slots=True)
class Admin:
    """The listeners around the admin's form. Whether somebody is an admin is what Slack told us."""

    context: Context

    def open(self, client: WebClient, who: Caller) -> None:
        """`/pulse admin`."""
        open_modal(client, who.trigger_id, self._form(client, who))

    def pressed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Set up the check-in]."""
        pressed = press(body)
        replace_or_open(client, pressed, self._form(client, pressed.caller))
        ack()

    def go_live(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Go live]."""
        self._settle(
            ack, body, client, lambda scope: settings.go_live(scope.session, scope.workspace, scope.now)
        )

    def stop(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Turn off]."""
        self._settle(ack, body, client, lambda scope: settings.stop(scope.session, scope.workspace))

    def use_nhs(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Use 11, as many NHS organisations do], already confirmed."""

        def change(scope: Scope) -> None:
            settings.raise_thresholds(
                scope.session, scope.workspace, settings.nhs_thresholds(scope.workspace)
            )

        self._settle(ack, body, client, change)

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        form = settings_payloads.admin_form(body)
        with Request(self.context, client, form.caller).write(Permission.SETTLE) as scope:
            before = revisions.read(body)
            form = settings_payloads.only_changed(form, before, scope.workspace, scope.say)
            settings.save(scope.session, scope.workspace, form.settled)
            settings.raise_thresholds(scope.session, scope.workspace, form.thresholds)
            if form.ends_pauses:
                settings.delete_pauses(scope.session, scope.workspace)
            if form.pause:
                settings.pause(scope.session, scope.workspace, *form.pause)
        sentence = scope.say("Saved. It holds from the next check-in on.")
        ack(response_action="update", view=admin_view.notice(scope.say, sentence))

    def questions(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Questions]."""
        who = press(body).caller
        with Request(self.context, client, who).read(Permission.SETTLE) as scope:
            view = _questions(scope)
        client.views_push(trigger_id=who.trigger_id, view=view)
        ack()

    def add(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Add]."""
        wording, accepted = settings_payloads.wording(body)
        request = Request(self.context, client, caller(body))
        try:
            free_text.check({admin_view.WORDING: wording}, self.context.confidentiality, accepted)
        except Concern as concern:
            with request.read(Permission.SETTLE) as scope:
                question = FormQuestion(concern.words(scope.say), (*accepted, *concern.marks))
                view = _questions(scope, typed=wording, question=question)
        else:
            with request.write(Permission.SETTLE) as scope:
                added = question_rotation.add(scope.session, scope.workspace, wording)
                scope.record(Action.QUESTION_ADDED, added.id, after=added.wording[:_LONGEST])
                view = _questions(scope)
        ack(response_action="update", view=view)

    def change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Ask it earlier] or [Ask it no more]."""
        pressed = press(body)
        is_retired = pressed.action_id == admin_view.RETIRE
        change = question_rotation.retire if is_retired else question_rotation.move_up
        action = Action.QUESTION_RETIRED if is_retired else Action.QUESTION_MOVED
        with Request(self.context, client, pressed.caller).write(Permission.SETTLE) as scope:
            before = _own_questions(scope).get(pressed.value, "")
            change(scope.session, scope.workspace, pressed.value)
            after = _own_questions(scope).get(pressed.value, "")
            if before != after:
                scope.record(action, pressed.value, before, after)
            view = _questions(scope)
        replace_or_open(client, pressed, view)
        ack()

    def _form(self, client: WebClient, who: Caller) -> View:
        with Request(self.context, client, who).read(Permission.SETTLE) as scope:
            return _form(scope)

    def _settle(self, ack: Ack, body: Payload, client: WebClient, change: Change) -> None:
        """Make a change and show the form as it stands then."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).write(Permission.SETTLE) as scope:
            change(scope)
            view = _form(scope)
        replace_or_open(client, pressed, view)
        ack()


def register(bolt: App, context: Context) -> Callable[[WebClient, Caller], None]:
    """Listen for the form and its buttons; gives what opens it for the command."""
    listeners = Admin(context)
    bolt.action(admin_view.OPEN)(listeners.pressed)
    bolt.action(admin_view.GO_LIVE)(listeners.go_live)
    bolt.action(admin_view.STOP)(listeners.stop)
    bolt.action(admin_view.NHS)(listeners.use_nhs)
    bolt.action(admin_view.QUESTIONS)(listeners.questions)
    bolt.action(admin_view.RETIRE)(listeners.change)
    bolt.action(admin_view.MOVE_UP)(listeners.change)
    bolt.view(admin_view.FORM)(listeners.save)
    bolt.view(admin_view.QUESTION_FORM)(listeners.add)
    preview.register(bolt, context)
    return listeners.open


def _form(scope: Scope) -> View:
    unreached = audience.undelivered(scope.session, scope.workspace)
    small = audience.small_teams(scope.session, scope.workspace)
    return admin_view.form(scope.say, scope.workspace, unreached, small)


def _own_questions(scope: Scope) -> dict[str, str]:
    """The organisation's own questions by id, each with its place."""
    questions = question_rotation.own(scope.session, scope.workspace)
    return {
        question.id: f"{place}. {question.wording}"[:_LONGEST]
        for place, question in enumerate(questions, start=1)
    }


def _questions(scope: Scope, *, typed: str = "", question: FormQuestion | None = None) -> View:
    session, workspace = scope.session, scope.workspace
    coming = question_rotation.items(session, question_rotation.next_items(session, workspace))
    own = question_rotation.own(session, workspace)
    return admin_view.questions(scope.say, own, coming, typed=typed, question=question)
