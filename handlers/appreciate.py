"""`/appreciate`, the form, and what giver and receiver may press afterwards."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from handlers import home
from handlers.desk import Desk
from handlers.modals import open_modal
from handlers.modals import show as show_modal
from handlers.payloads import recognition as payloads
from handlers.payloads.common import Caller, Payload, caller, press
from handlers.people import acquainted, voice_for, workspace_of
from slackapp import members
from slackapp.behaviours import Behaviour
from slackapp.errors import UserError
from slackapp.i18n import Voice
from slackapp.models import Member, Recognition, Sharing, Visibility
from slackapp.recognitions import giving, grammar, sharing
from slackapp.recognitions.drafts import LONGEST, Draft, NotYet, Unclear
from slackapp.views import appreciate as ask
from slackapp.views import recognition as show
from slackapp.views import words as piece
from slackapp.views.words import Block, View

COMMAND = "/appreciate"
SHORTCUT = "appreciate_someone"

# The form changed or closed while its question was being reworded: it stays as the person has it.
_FORM_MOVED_ON = frozenset({"hash_conflict", "not_found", "view_not_found"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the giver is told, in the language they read."""

    say: Voice
    text: str
    blocks: list[Block]

    def as_view(self) -> View:
        """The answer as a modal."""
        return piece.notice(self.say, self.say("Appreciate someone"), self.blocks)


@dataclass(frozen=True, slots=True)
class Appreciate:
    """The listeners around thanks."""

    desk: Desk

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/appreciate ...`: given at once when all was said; else the form asks for the rest."""
        typed = payloads.typed(body)
        try:
            draft = grammar.parse(typed.text)
        except Unclear as unclear:
            self._refuse(ack, typed.caller, unclear, unclear.draft)
            return
        if not (draft.is_complete or draft.unknown or draft.groups or len(draft.words) > LONGEST):
            open_modal(client, typed.caller.trigger_id, self._form(typed.caller, draft))
            ack()
            return
        try:
            answer = self._give(client, typed.caller, draft, f"command:{typed.caller.trigger_id}")
        except NotYet as refused:
            self._refuse(ack, typed.caller, refused, draft)
        else:
            ack(text=answer.text, blocks=answer.blocks)

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Appreciate someone], [Open the form] or the shortcut."""
        who = caller(body)
        draft = payloads.carried(press(body).value) if body.get("actions") else Draft()
        open_modal(client, who.trigger_id, self._form(who, draft))
        ack()

    def choose(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A behaviour was chosen: the words are asked for in its own question, and nothing else changes."""
        pressed, form = press(body), payloads.form(body)
        say = voice_for(self.desk, form.caller)
        view = (
            ask.edit_form(say, form.draft, form.recognition_id)
            if form.recognition_id
            else ask.form(say, form.draft)
        )
        try:
            client.views_update(view_id=form.view_id, hash=pressed.view_hash, view=view)
        except SlackApiError as refused:
            if refused.response.get("error") not in _FORM_MOVED_ON:
                raise
        ack()

    def submit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send thanks]."""
        form = payloads.form(body)
        try:
            answer = self._give(client, form.caller, form.draft, f"view:{form.view_id}")
        except NotYet as refused:
            self._mark(ack, form.caller, refused)
        else:
            ack(response_action="update", view=answer.as_view())

    def edit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Edit]: the form again, with what was sent."""
        pressed = press(body)
        with self.desk.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            found = giving.changeable(session, workspace, pressed.value, self._occasion(pressed.caller))
            draft = Draft(behaviour=Behaviour(found.behaviour), words=found.words or "")
        show_modal(client, pressed, ask.edit_form(voice_for(self.desk, pressed.caller), draft, pressed.value))
        ack()

    def submit_edit(self, ack: Ack, body: Payload) -> None:
        """[Save]."""
        form = payloads.form(body)
        try:
            with self.desk.sessions.begin() as session:
                workspace = workspace_of(session, form.caller)
                giving.revise(
                    session, workspace, form.recognition_id, form.draft, self._occasion(form.caller)
                )
        except NotYet as refused:
            self._mark(ack, form.caller, refused)
            return
        self.desk.wake()
        say = voice_for(self.desk, form.caller)
        ack(response_action="update", view=Answer(say, "", show.changed(say, form.recognition_id)).as_view())

    def undo(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Undo], already confirmed."""
        pressed = press(body)
        with self.desk.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            giving.undo(session, workspace, pressed.value, self._occasion(pressed.caller))
        self.desk.wake()
        say = voice_for(self.desk, pressed.caller)
        show_modal(client, pressed, Answer(say, "", show.undone(say)).as_view())
        if pressed.is_home:
            home.publish(self.desk, client, pressed.caller)
        ack()

    def decide(self, ack: Ack, body: Payload) -> None:
        """[Share with the team] or [Keep between us]: the message itself then says what was decided."""
        pressed = press(body)
        deed = sharing.share if pressed.action_id == show.SHARE else sharing.keep
        with self.desk.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            thanks = sharing.thanks_of(session, workspace, pressed.value, pressed.caller.user)
            deed(session, workspace, thanks, now=self.desk.now())
        self.desk.wake()
        ack()

    def _give(self, client: WebClient, who: Caller, draft: Draft, key: str) -> Answer:
        def deed(session: Session) -> Answer:
            workspace = workspace_of(session, who)
            given = giving.give(session, workspace, draft, self._occasion(who, key))
            say = members.voice_of(workspace, session.get(Member, given.giver_id))
            return Answer(say, *_sent(say, given))

        answer = acquainted(self.desk, client, who, deed)
        self.desk.wake()
        return answer

    def _occasion(self, who: Caller, key: str = "") -> giving.Occasion:
        return giving.Occasion(giver=who.user, key=key, now=self.desk.now())

    def _form(self, who: Caller, draft: Draft) -> View:
        return ask.form(voice_for(self.desk, who), draft)

    def _refuse(self, ack: Ack, who: Caller, reason: UserError, draft: Draft) -> None:
        text, blocks = ask.refusal(voice_for(self.desk, who), reason, draft)
        ack(text=text, blocks=blocks)

    def _mark(self, ack: Ack, who: Caller, refused: NotYet) -> None:
        """Put each sentence beside the field it is about; what was typed stays in the form."""
        say = voice_for(self.desk, who)
        errors: dict[str, str] = {}
        for refusal in refused.refusals:
            before = errors.get(refusal.field)
            sentence = refusal.words(say)
            errors[refusal.field] = f"{before}\n{sentence}" if before else sentence
        ack(response_action="errors", errors=errors)


def register(bolt: App, desk: Desk) -> None:
    """Listen for the command, the shortcut, the form and the buttons."""
    listeners = Appreciate(desk)
    bolt.command(COMMAND)(listeners.command)
    bolt.shortcut(SHORTCUT)(listeners.open)
    bolt.action(ask.OPEN)(listeners.open)
    bolt.action(ask.BEHAVIOUR)(listeners.choose)
    bolt.view(ask.FORM)(listeners.submit)
    bolt.view(ask.EDIT_FORM)(listeners.submit_edit)
    bolt.action(show.EDIT)(listeners.edit)
    bolt.action(show.UNDO)(listeners.undo)
    bolt.action(show.SHARE)(listeners.decide)
    bolt.action(show.KEEP)(listeners.decide)


def _sent(say: Voice, given: Recognition) -> tuple[str, list[Block]]:
    asked = any(one.sharing in {Sharing.ASKED, Sharing.SHARED} for one in given.recipients)
    return show.sent(say, recognition_id=given.id, visibility=Visibility(given.visibility), asked=asked)
