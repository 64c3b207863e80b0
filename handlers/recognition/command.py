"""`/appreciate`, the shortcuts and the form: every way in."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.recognition import form_view as ask
from handlers.recognition import giver_view as show
from handlers.recognition import payloads
from handlers.recognition import subcommands as appreciate_errands
from handlers.recognition.giver_view import Confirmation
from handlers.shared.channels import expand_groups
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.modals import replace_or_open as show_modal
from handlers.shared.onboarding import with_setup_note
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.people import introduced, voice_for, workspace_of
from slackapp.blocks import FormQuestion, View
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import purge_old_copies
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, voice
from slackapp.models import Sharing, Visibility
from slackapp.recognition import edit as changing
from slackapp.recognition import give as giving
from slackapp.recognition import parser as grammar
from slackapp.recognition import reminders, vocabulary
from slackapp.recognition.draft import Draft, InvalidDraft, ParseError, UnknownWordError
from slackapp.recognition.give import Given
from slackapp.recognition.history import Side

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
        """`/appreciate ...`: given at once when all was said; else the form asks for the rest."""
        typed = payloads.typed(body)
        if wanted := vocabulary.parse_subcommand(typed.text):
            appreciate_errands.run(self.context, wanted, typed.caller, client, ack)
            return
        draft = Draft()
        try:
            draft = grammar.parse(typed.text)
            draft = expand_groups(client, draft, typed.caller.user)
            if draft.has_gaps_to_ask_for:
                open_modal(client, typed.caller.trigger_id, self._form(typed.caller, draft))
                ack()
                return
            answer = self._give(client, typed.caller, draft, f"command:{typed.caller.trigger_id}")
        except UnknownWordError as unknown:
            self._ask_for_the_behaviour(ack, client, typed.caller, unknown)
        except ParseError as unclear:
            self._refuse(ack, typed.caller, unclear, _as_far_as_known(client, unclear.draft, typed.caller))
        except InvalidDraft as refused:
            self._ask_or_refuse(ack, client, typed.caller, refused, draft)
        else:
            ack(text=answer.text, blocks=answer.blocks)

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Appreciate someone], [Open the form], [Edit] before it went, or the shortcut."""
        who = caller(body)
        draft = payloads.carried(press(body).value) if body.get("actions") else Draft()
        open_modal(client, who.trigger_id, self._form(who, draft))
        ack()

    def open_about(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The shortcut on a message, in a thread too: its author is filled in, and it is linked."""
        who = caller(body)
        open_modal(client, who.trigger_id, self._form(who, payloads.about_message(body)))
        ack()

    def choose(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A behaviour was chosen: the words are asked for in its own question, and nothing else changes."""
        pressed, form = press(body), payloads.form(body)
        try:
            client.views_update(view_id=form.view_id, hash=pressed.view_hash, view=self._same(form))
        except SlackApiError as refused:
            if refused.response.get("error") not in _FORM_MOVED_ON:
                raise
        ack()

    def submit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send thanks], or [Send anyway] once a question stands above the form."""
        form = payloads.form(body)
        try:
            answer = self._give(client, form.caller, form.draft, f"view:{form.view_id}")
        except InvalidDraft as refused:
            self._ask_or_mark(ack, form, refused)
        else:
            ack(response_action="update", view=answer.as_view())

    def send_anyway(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send anyway] below a typed thank-you; pressed twice it is one."""
        pressed = press(body)
        draft = payloads.carried(pressed.value)
        key = f"command:{payloads.idempotency_key(pressed.value) or pressed.caller.trigger_id}"
        try:
            answer = self._give(client, pressed.caller, draft, key)
        except InvalidDraft as refused:
            show_modal(client, pressed, self._asking_form(pressed.caller, draft, refused))
        else:
            show_modal(client, pressed, answer.as_view())
        ack()

    def submit_edit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]. A Home tab on which it began shows the new words."""
        form = payloads.form(body)
        try:
            with self.context.sessions.begin() as session:
                workspace = workspace_of(session, form.caller)
                changing.edit(
                    session, workspace, form.recognition_id, form.draft, self._occasion(form.caller)
                )
        except InvalidDraft as refused:
            self._ask_or_mark(ack, form, refused)
            return
        purge_old_copies(self.context.sessions)
        self.context.wake()
        if form.from_home:
            self.context.refresh_home(client, form.caller, side=Side.GIVEN)
        say = voice_for(self.context, form.caller)
        ack(
            response_action="update",
            view=Confirmation(say, "", show.changed(say, form.recognition_id)).as_view(),
        )

    def edit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Edit]: the form again, with what was sent."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            found = changing.get_editable(session, workspace, pressed.value, self._occasion(pressed.caller))
            draft = Draft(behaviour=Behaviour(found.behaviour), words=found.words or "")
        say = voice_for(self.context, pressed.caller)
        view = ask.edit_form(say, draft, pressed.value, from_home=pressed.is_home)
        show_modal(client, pressed, view)
        ack()

    def _give(self, client: WebClient, who: Caller, draft: Draft, key: str) -> Confirmation:
        occasion = self._occasion(who, key)

        def deed() -> tuple[Given, Behaviour | None]:
            with self.context.sessions.rows() as connection:
                given = giving.give(connection, who.team, draft, occasion)
                hinted = given.giver.nudges and not given.is_repeat
                seldom = (
                    reminders.rarely_used_behaviour(connection, given.giver, now=occasion.now)
                    if hinted
                    else None
                )
                return given, seldom

        given, seldom = introduced(self.context, client, who, deed)
        self.context.wake()
        say = voice(given.language)
        return Confirmation(say, *show.with_hint(say, show.on_its_way(say, _on_its_way(say, given)), seldom))

    def _occasion(self, who: Caller, key: str = "") -> giving.GiveContext:
        return giving.GiveContext(
            giver=who.user, key=key, now=self.context.now(), confidentiality=self.context.confidentiality
        )

    def _form(self, who: Caller, draft: Draft) -> View:
        return with_setup_note(self.context, who, ask.form(voice_for(self.context, who), draft))

    def _same(self, form: payloads.Form, asked: FormQuestion | None = None) -> View:
        """The form as it stands, with a question above it if there is one."""
        say = voice_for(self.context, form.caller)
        if form.recognition_id:
            return ask.edit_form(say, form.draft, form.recognition_id, asked, from_home=form.from_home)
        return with_setup_note(self.context, form.caller, ask.form(say, form.draft, asked))

    def _asking_form(self, who: Caller, draft: Draft, refused: InvalidDraft) -> View:
        say = voice_for(self.context, who)
        return ask.form(say, draft, FormQuestion(refused.words(say), refused.questions))

    def _refuse(self, ack: Ack, who: Caller, reason: UserError, draft: Draft) -> None:
        text, blocks = ask.refusal(voice_for(self.context, who), reason, draft)
        ack(text=text, blocks=blocks)

    def _ask_for_the_behaviour(
        self, ack: Ack, client: WebClient, who: Caller, unknown: UnknownWordError
    ) -> None:
        """The form with everything but the unknown word, which is asked about; else the sentence alone."""
        draft = _as_far_as_known(client, unknown.draft, who)
        if draft.groups or not draft.fits_the_form:
            self._refuse(ack, who, unknown, draft)
            return
        say = voice_for(self.context, who)
        asked = FormQuestion(unknown.words(say), ())
        open_modal(client, who.trigger_id, with_setup_note(self.context, who, ask.form(say, draft, asked)))
        ack()

    def _ask_or_refuse(
        self, ack: Ack, client: WebClient, who: Caller, refused: InvalidDraft, draft: Draft
    ) -> None:
        """Below the command: a question with [Edit] and [Send anyway], or what is in the way."""
        if not refused.questions:
            self._refuse(ack, who, refused, draft)
            return
        say = voice_for(self.context, who)
        asked = FormQuestion(refused.words(say), refused.questions, who.trigger_id)
        if question := ask.question(say, asked, draft):
            text, blocks = question
            ack(text=text, blocks=blocks)
        else:
            open_modal(client, who.trigger_id, self._asking_form(who, draft, refused))
            ack()

    def _ask_or_mark(self, ack: Ack, form: payloads.Form, refused: InvalidDraft) -> None:
        """In the form: a question above it, or each sentence beside its field. What was typed stays."""
        say = voice_for(self.context, form.caller)
        if refused.questions:
            asked = FormQuestion(refused.words(say), refused.questions)
            ack(response_action="update", view=self._same(form, asked))
            return
        errors: dict[str, str] = {}
        for refusal in refused.refusals:
            before, sentence = errors.get(refusal.field), refusal.words(say)
            errors[refusal.field] = f"{before}\n{sentence}" if before else sentence
        ack(response_action="errors", errors=errors)


def register(bolt: App, context: Context) -> None:
    """Listen for the command, the shortcuts and the form."""
    listeners = RecognitionCommand(context)
    bolt.command(COMMAND)(listeners.command)
    bolt.global_shortcut(SHORTCUT)(listeners.open)
    bolt.message_shortcut(MESSAGE_SHORTCUT)(listeners.open_about)
    pressed = {
        ask.OPEN: listeners.open,
        ask.BEHAVIOUR: listeners.choose,
        ask.ANYWAY: listeners.send_anyway,
        show.EDIT: listeners.edit,
    }
    for action_id, listener in pressed.items():
        bolt.action(action_id)(listener)
    bolt.view(ask.FORM)(listeners.submit)
    bolt.view(ask.EDIT_FORM)(listeners.submit_edit)


def _as_far_as_known(client: WebClient, draft: Draft, who: Caller) -> Draft:
    """The draft with the people of its groups, so that a button can carry it."""
    try:
        return expand_groups(client, draft, who.user)
    except InvalidDraft:
        return draft


def _on_its_way(say: Voice, given: Given) -> show.OnItsWay:
    is_private = given.visibility == Visibility.PRIVATE
    may_be_seen = any(one in {Sharing.ASKED, Sharing.SHARED} for one in given.recipient_states)
    return show.OnItsWay(
        id=given.id,
        receivers=given.receivers,
        behaviour=given.behaviour,
        words=given.words,
        until=say.moment(given.given_at + giving.CHANGEABLE_FOR, given.zone),
        can_be_shared=None if is_private else may_be_seen,
    )
