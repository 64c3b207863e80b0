"""`/pulse admin`: what an admin settles about the check-in, and trying it out before anybody is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.pulse import admin_view as view
from handlers.pulse import preview as admin_preview
from handlers.pulse import settings_payloads as pulse_forms
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.request import as_admin
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.free_text import Concern
from slackapp.core.i18n import Voice
from slackapp.models import Member, Workspace
from slackapp.pulse import audience as invitations
from slackapp.pulse import question_rotation as asking
from slackapp.pulse import settings as governing

Deed = Callable[[Session, Workspace, Member, Voice], View]


@dataclass(frozen=True, slots=True)
class Admin:
    """The listeners around the admin's form. Whether somebody is an admin is what Slack told us."""

    context: Context

    def open(self, client: WebClient, who: Caller) -> None:
        """`/pulse admin`."""
        open_modal(client, who.trigger_id, self._done(client, who, _form))

    def pressed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Set up the check-in]."""
        self._shown(ack, body, client, _form)

    def go_live(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Go live]."""

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            governing.go_live(session, workspace, self.context.now())
            return _form(session, workspace, member, say)

        self._shown(ack, body, client, deed)

    def stop(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Turn off]."""

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            governing.stop(session, workspace)
            return _form(session, workspace, member, say)

        self._shown(ack, body, client, deed)

    def use_nhs(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Use 11, as many NHS organisations do], already confirmed."""

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            governing.raise_thresholds(session, workspace, governing.nhs_thresholds(workspace))
            return _form(session, workspace, member, say)

        self._shown(ack, body, client, deed)

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        form = pulse_forms.admin_form(body)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:  # noqa: ARG001 - the shape of a deed
            governing.save(session, workspace, form.settled)
            governing.raise_thresholds(session, workspace, form.thresholds)
            if form.ends_pauses:
                governing.delete_pauses(session, workspace)
            if form.pause:
                governing.pause(session, workspace, *form.pause)
            return view.notice(say, say("Saved. It holds from the next check-in on."))

        ack(response_action="update", view=self._done(client, form.caller, deed))

    def questions(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Questions]."""
        found = press(body)
        client.views_push(
            trigger_id=found.caller.trigger_id, view=self._done(client, found.caller, _questions)
        )
        ack()

    def add(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Add]."""
        wording, accepted = pulse_forms.wording(body)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            try:
                free_text.check({view.WORDING: wording}, self.context.confidentiality, accepted)
            except Concern as concern:
                asked = FormQuestion(concern.words(say), (*accepted, *concern.marks))
                coming = asking.items(session, asking.next_items(session, workspace))
                return view.questions(say, asking.own(session, workspace), coming, typed=wording, asked=asked)
            asking.add(session, workspace, wording)
            return _questions(session, workspace, member, say)

        ack(response_action="update", view=self._done(client, caller(body), deed))

    def change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Ask it earlier] or [Ask it no more]."""
        found = press(body)
        change = asking.retire if found.action_id == view.RETIRE else asking.move_up

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            change(session, workspace, found.value)
            return _questions(session, workspace, member, say)

        self._shown(ack, body, client, deed)

    def _shown(self, ack: Ack, body: Payload, client: WebClient, deed: Deed) -> None:
        found = press(body)
        replace_or_open(client, found, self._done(client, found.caller, deed))
        ack()

    def _done(self, client: WebClient, who: Caller, deed: Deed) -> View:
        return as_admin(self.context, client, who, deed)


def register(bolt: App, context: Context) -> Callable[[WebClient, Caller], None]:
    """Listen for the form and its buttons; gives what opens it for the command."""
    listeners = Admin(context)
    bolt.action(view.OPEN)(listeners.pressed)
    bolt.action(view.GO_LIVE)(listeners.go_live)
    bolt.action(view.STOP)(listeners.stop)
    bolt.action(view.NHS)(listeners.use_nhs)
    bolt.action(view.QUESTIONS)(listeners.questions)
    bolt.action(view.RETIRE)(listeners.change)
    bolt.action(view.MOVE_UP)(listeners.change)
    bolt.view(view.FORM)(listeners.save)
    bolt.view(view.QUESTION_FORM)(listeners.add)
    admin_preview.register(bolt, context, as_admin)
    return listeners.open


def _form(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:  # noqa: ARG001 - the shape of a deed
    return view.form(say, workspace, invitations.undelivered(session, workspace))


def _questions(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:  # noqa: ARG001 - the shape of a deed
    coming = asking.items(session, asking.next_items(session, workspace))
    return view.questions(say, asking.own(session, workspace), coming)
