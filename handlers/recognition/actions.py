"""What people do with a thank-you that is there: take it back, share, hide, report it, join in."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.recognition import giver_view as given
from handlers.recognition import history_view, payloads
from handlers.recognition import report_view as unkind
from handlers.recognition import thanks_view as show
from handlers.recognition.giver_view import Confirmation, replace_receipt
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open as show_modal
from handlers.shared.payloads import ButtonPress, Caller, Payload, caller, press
from handlers.shared.people import acquainted, voice_for, workspace_of
from slackapp import blocks as piece
from slackapp.blocks import Block, View
from slackapp.core.db import purge_old_copies
from slackapp.core.i18n import Voice
from slackapp.models import Workspace
from slackapp.outbox import deduplication as inbound
from slackapp.recognition import boosts as boosting
from slackapp.recognition import edit as changing
from slackapp.recognition import give as giving
from slackapp.recognition import history as reading
from slackapp.recognition import sharing
from slackapp.recognition import undelivered as unreached
from slackapp.recognition.history import Side
from slackapp.workspace import members
from slackapp.workspace import registry as workspaces

_Told = Callable[[Voice], tuple[str, list[Block]]]
_DEEDS = {show.SHARE: sharing.share, show.KEEP: sharing.keep_private, show.HIDE: sharing.hide}


@dataclass(frozen=True, slots=True)
class RecognitionActions:
    """The listeners around thanks that were given."""

    context: Context

    def undo(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Undo], already confirmed."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            taken_back = changing.undo(session, workspace, pressed.value, self._occasion(pressed))
            people = changing.recipients_of(session, taken_back)
        purge_old_copies(self.context.sessions)
        answer = self._tell_giver(pressed, client, lambda say: given.undone(say, people))
        if pressed.receipt_url:
            # It quotes the words, and says that they are on their way.
            replace_receipt(client, pressed.receipt_url, answer)
        ack()

    def send_again(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send again], by the giver of what may not have arrived."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            unreached.send_again(session, workspace, pressed.value, self._occasion(pressed))
        self._tell_giver(pressed, client, given.sent_again)
        ack()

    def send_all_again(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send all again], by the giver of whatever may not have arrived."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            giver = members.find(session, workspace, pressed.caller.user)
            if giver is not None:
                unreached.send_all_again(session, giver, now=self.context.now())
        self._tell_giver(pressed, client, given.sent_again)
        ack()

    def _occasion(self, pressed: ButtonPress) -> giving.GiveContext:
        return giving.GiveContext(pressed.caller.user, "", self.context.now())

    def _tell_giver(self, pressed: ButtonPress, client: WebClient, told: _Told) -> Confirmation:
        """Say what was done, and show the list of what was given as it stands now; gives what was said."""
        self.context.wake()
        say = voice_for(self.context, pressed.caller)
        answer = Confirmation(say, *told(say))
        show_modal(client, pressed, answer.as_view())
        if pressed.is_home:
            self.context.refresh_home(client, pressed.caller, side=Side.GIVEN)
        return answer

    def decide(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share with my team], [Keep between us] or [Hide from the team]: the message says so."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            thanks = sharing.lock_recipient(session, workspace, pressed.value, pressed.caller.user)
            _DEEDS[pressed.action_id](session, workspace, thanks, now=self.context.now())
        self.context.wake()
        if pressed.is_home:
            self.context.refresh_home(client, pressed.caller)
        elif pressed.view_id:
            show_modal(client, pressed, received(self.context, client, pressed.caller))
        ack()

    def ask_to_report(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Report]: first it is said what happens then."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, pressed.caller)
            thanks = sharing.lock_recipient(session, workspace, pressed.value, pressed.caller.user)
            contacts = sharing.contacts_for(session, workspace, thanks.recognition)
        view = unkind.report_form(voice_for(self.context, pressed.caller), pressed.value, contacts)
        show_modal(client, pressed, view)
        ack()

    def report(self, ack: Ack, body: Payload) -> None:
        """[Report it]."""
        who = caller(body)
        with self.context.sessions.begin() as session:
            workspace = workspace_of(session, who)
            thanks = sharing.lock_recipient(session, workspace, body["view"]["private_metadata"], who.user)
            told = sharing.report(session, workspace, thanks, now=self.context.now())
            if payloads.also_block(body):
                sharing.block(session, thanks)
        self.context.wake()
        say = voice_for(self.context, who)
        ack(
            response_action="update",
            view=piece.notice(say, say("It is hidden"), [piece.section(unkind.reported(say, tuple(told)))]),
        )

    def join(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Me too]; the same press told twice by Slack is one."""
        pressed = press(body)
        key = f"press:{payloads.pressed_where(body)}:{pressed.caller.user}:{payloads.pressed_when(body)}"

        def deed(session: Session) -> None:
            workspace = workspace_of(session, pressed.caller)
            booster = members.get_all(session, workspace, [pressed.caller.user])[pressed.caller.user]
            if self._is_first(session, workspace, key):
                joining = boosting.NewBoost(booster, boosting.BUTTON, self.context.now())
                boosting.toggle(session, workspace, pressed.value, joining)

        acquainted(self.context, client, pressed.caller, deed)
        self.context.wake()
        ack()

    def reacted(self, body: Payload, client: WebClient) -> None:
        """A reaction came or went; on anything but a thank-you in a channel it is none of ours."""
        told = payloads.reaction(body)
        if told is None or not self._is_on_a_post(told):
            return

        def deed(session: Session) -> None:
            workspace = workspace_of(session, told.caller)
            post = boosting.post_at(session, workspace, told.channel, told.ts)
            booster = members.get_all(session, workspace, [told.caller.user])[told.caller.user]
            key = f"reaction:{told.channel}:{told.ts}:{told.caller.user}:{told.name}"
            # Slack repeats its events, and may tell of the later one first.
            news = inbound.IdempotencyKey(key, outcome=told.at)
            if post is not None and inbound.is_newer(session, workspace, news, now=self.context.now()):
                joining = boosting.NewBoost(booster, f":{told.name}:", self.context.now())
                boosting.react(session, workspace, post, joining, added=told.added)

        acquainted(self.context, client, told.caller, deed)
        self.context.wake()

    def _is_on_a_post(self, told: payloads.Reaction) -> bool:
        with self.context.sessions.read() as session:
            workspace = workspaces.find(session, told.caller.team)
            if workspace is None or told.author not in {None, workspace.bot_user_id}:
                return False
            if boosting.post_at(session, workspace, told.channel, told.ts) is not None:
                return True
            if told.author and boosting.is_being_posted(session, workspace, told.channel):
                raise inbound.NotYetKnown
            return False

    def _is_first(self, session: Session, workspace: Workspace, key: str) -> bool:
        return inbound.first_time(
            session, workspace, inbound.IdempotencyKey(key, outcome=""), now=self.context.now()
        )


def received(context: Context, client: WebClient, who: Caller) -> View:
    """The newest thanks somebody received, in a window that nobody else sees."""

    def made(session: Session) -> View:
        workspace = workspace_of(session, who)
        member = members.get_all(session, workspace, [who.user])[who.user]
        say = members.language_of(workspace, member)
        page = reading.page(session, member, Side.RECEIVED)
        reader = history_view.Reader(zone=members.time_zone_of(workspace, member), now=context.now())
        older = [piece.context(say("Older ones are on my Home tab."))] if page.older else []
        return piece.notice(say, say("Thank-yous"), [*history_view.entries(say, reader, page), *older])

    return acquainted(context, client, who, made)


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons on thanks, and for reactions to them."""
    listeners = RecognitionActions(context)
    bolt.action(given.UNDO)(listeners.undo)
    bolt.action(given.SEND_AGAIN)(listeners.send_again)
    bolt.action(given.SEND_ALL_AGAIN)(listeners.send_all_again)
    for action_id in _DEEDS:
        bolt.action(action_id)(listeners.decide)
    bolt.action(unkind.REPORT)(listeners.ask_to_report)
    bolt.view(unkind.REPORT_FORM)(listeners.report)
    bolt.action(show.ME_TOO)(listeners.join)
    bolt.event("reaction_added")(listeners.reacted)
    bolt.event("reaction_removed")(listeners.reacted)
