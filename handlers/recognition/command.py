"""Listeners of `/appreciate`, the shortcuts and the form."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.recognition import doubts, form_view, giver_view, payloads, subcommands
from handlers.recognition.giver_view import Confirmation
from handlers.shared.channels import expand_groups, with_link_readers
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, voice
from slackapp.models import Visibility
from slackapp.recognition import edit, give, parser, reminders, vocabulary
from slackapp.recognition.draft import Draft, InvalidDraft, ParseError, UnknownWordError
from slackapp.recognition.give import GiveContext, Given
from slackapp.workspace.members import UnknownMembers

COMMAND = "/appreciate"
SHORTCUT = "appreciate_someone"
MESSAGE_SHORTCUT = "appreciate_this"

# The form changed or closed while its question was being reworded: it stays as the person has it.
_FORM_MOVED_ON = frozenset({"hash_conflict", "not_found", "view_not_found"})


@dataclass(frozen=True, slots=True)
class RecognitionCommand:
    """The listeners around giving thanks."""

    context: Context

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/appreciate ...`: sent at once when it is complete; else the form asks for the rest."""
        typed = payloads.typed(body)
        request = Request(self.context, client, typed.caller)
        if subcommand := vocabulary.parse_subcommand(typed.text):
            subcommands.run(subcommand, request, ack)
            return
        try:
            draft = parser.parse(typed.text)
        except UnknownWordError as unknown:
            doubts.ask_for_behaviour(request, ack, unknown)
        except ParseError as unclear:
            doubts.refuse_unclear(request, ack, unclear, unclear.draft)
        else:
            self._give_or_ask(request, ack, draft)

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Appreciate someone], [Open the form], [Edit] before it went, or the shortcut."""
        request = Request(self.context, client, caller(body))
        draft = payloads.carried(press(body).value) if body.get("actions") else Draft()
        open_modal(client, request.caller.trigger_id, doubts.form_for(request, draft))
        ack()

    def open_about(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The shortcut on a message, in a thread too: its author is filled in, and it is linked."""
        request = Request(self.context, client, caller(body))
        view = doubts.form_for(request, payloads.about_message(body))
        open_modal(client, request.caller.trigger_id, view)
        ack()

    def choose(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A behaviour was chosen: the words are asked for in its own question, and nothing else changes."""
        pressed, form = press(body), payloads.form(body)
        view = doubts.same_form(Request(self.context, client, form.caller), form)
        try:
            client.views_update(view_id=form.view_id, hash=pressed.view_hash, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in _FORM_MOVED_ON:
                raise
        ack()

    def submit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send thanks], or [Send anyway] once a question stands above the form."""
        form = payloads.form(body)
        request = Request(self.context, client, form.caller)
        try:
            answer = self._give(request, form.draft, f"view:{form.view_id}")
        except InvalidDraft as invalid:
            doubts.ask_or_mark(request, ack, form, invalid)
        else:
            ack(response_action="update", view=answer.as_view())

    def send_anyway(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send anyway] below a typed thank-you; pressed twice it is one."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        draft = payloads.carried(pressed.value)
        key = f"command:{payloads.idempotency_key(pressed.value) or pressed.caller.trigger_id}"
        try:
            view = self._give(request, draft, key).as_view()
        except InvalidDraft as invalid:
            view = doubts.form_with_question(request, draft, invalid)
        replace_or_open(client, pressed, view)
        ack()

    def edit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Edit]: the form again, with what was sent."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.read() as scope:
            recognition = edit.get_editable(
                scope.session, scope.workspace, pressed.value, self._occasion(request)
            )
            draft = edit.as_draft(scope.session, recognition)
        view = form_view.edit_form(scope.say, draft, pressed.value)
        replace_or_open(client, pressed, view)
        ack()

    def submit_edit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        form = payloads.form(body)
        request = Request(self.context, client, form.caller)
        occasion = self._occasion(request)
        try:
            with request.write() as scope:
                recognition = edit.edit(
                    scope.session, scope.workspace, form.recognition_id, form.draft, occasion
                )
                sent = edit.as_draft(scope.session, recognition)
        except InvalidDraft as invalid:
            doubts.ask_or_mark(request, ack, form, invalid)
            return
        layout = giver_view.changed(request.say, form.recognition_id, sent.people, sent.words)
        answer = Confirmation(request.say, "", layout)
        ack(response_action="update", view=answer.as_view())

    def _give_or_ask(self, request: Request, ack: Ack, draft: Draft) -> None:
        try:
            draft = expand_groups(request.client, draft, request.caller.user)
            if draft.has_gaps_to_ask_for:
                open_modal(request.client, request.caller.trigger_id, doubts.form_for(request, draft))
                ack()
                return
            answer = self._give(request, draft, f"command:{request.caller.trigger_id}")
        except InvalidDraft as invalid:
            doubts.ask_or_refuse(request, ack, invalid, draft)
        else:
            ack(text=answer.text, blocks=answer.blocks)

    def _give(self, request: Request, draft: Draft, key: str) -> Confirmation:
        """Store a thank-you; look up people who are new here, and try once more."""
        draft = with_link_readers(request.client, draft)
        occasion = self._occasion(request, key)
        try:
            given, rarely_used = self._store(request, draft, occasion)
        except UnknownMembers as unknown:
            request.look_up(unknown.slack_user_ids)
            given, rarely_used = self._store(request, draft, occasion)
        say = voice(given.language)
        answer = giver_view.on_its_way(say, _on_its_way(say, given))
        return Confirmation(say, *giver_view.with_hint(say, answer, rarely_used))

    def _store(self, request: Request, draft: Draft, occasion: GiveContext) -> tuple[Given, Behaviour | None]:
        """The thank-you, and the behaviour to hint at if its giver wants hints."""
        # Without a scope of the request: `give` reads the workspace and everybody in one statement.
        with self.context.sessions.begin() as session:
            given = give.give(session, request.caller.team, draft, occasion)
            if given.is_repeat or not given.giver.nudges:
                return given, None
            return given, reminders.rarely_used_behaviour(session, given.giver, now=occasion.now)

    def _occasion(self, request: Request, key: str = "") -> GiveContext:
        return GiveContext(
            giver=request.caller.user,
            key=key,
            now=self.context.now(),
            confidentiality=self.context.confidentiality,
        )


def register(bolt: App, context: Context) -> None:
    """Listen for the command, the shortcuts and the form."""
    listeners = RecognitionCommand(context)
    bolt.command(COMMAND)(listeners.command)
    bolt.global_shortcut(SHORTCUT)(listeners.open)
    bolt.message_shortcut(MESSAGE_SHORTCUT)(listeners.open_about)
    bolt.action(form_view.OPEN)(listeners.open)
    bolt.action(form_view.BEHAVIOUR)(listeners.choose)
    bolt.action(form_view.ANYWAY)(listeners.send_anyway)
    bolt.action(giver_view.EDIT)(listeners.edit)
    bolt.view(form_view.FORM)(listeners.submit)
    bolt.view(form_view.EDIT_FORM)(listeners.submit_edit)


def _on_its_way(say: Voice, given: Given) -> giver_view.OnItsWay:
    return giver_view.OnItsWay(
        id=given.id,
        receivers=given.receivers,
        behaviour=given.behaviour,
        words=given.words,
        until=say.moment(given.given_at + give.CHANGEABLE_FOR, given.zone),
        is_for_team=given.visibility == Visibility.TEAM,
    )
