"""Actions on a sent thank-you: take it back, share, hide, report it, join in."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.recognition import giver_view, history_view, payloads, report_view, thanks_view
from handlers.recognition.giver_view import Confirmation, replace_receipt
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import ButtonPress, Payload, caller, press
from handlers.shared.request import Request, Scope
from slackapp import blocks
from slackapp.blocks import View
from slackapp.outbox import deduplication
from slackapp.outbox.deduplication import IdempotencyKey
from slackapp.recognition import boosts, edit, history, sharing, undelivered
from slackapp.recognition.give import GiveContext
from slackapp.recognition.history import Side
from slackapp.workspace import members, registry

_DECISIONS = {
    thanks_view.SHARE: sharing.share,
    thanks_view.KEEP: sharing.keep_private,
    thanks_view.HIDE: sharing.hide,
}


@dataclass(frozen=True, slots=True)
class RecognitionActions:
    """The listeners around thanks that were given."""

    context: Context

    def undo(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Undo], already confirmed."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write() as scope:
            recognition = edit.undo(scope.session, scope.workspace, pressed.value, _occasion(scope))
            recipients = edit.recipients_of(scope.session, recognition)
        answer = Confirmation(scope.say, *giver_view.undone(scope.say, recipients))
        _answer_giver(request, pressed, answer)
        if pressed.receipt_url:
            # The message quotes the words, and says that they are being sent.
            replace_receipt(client, pressed.receipt_url, answer)
        ack()

    def send_again(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send again], by the giver of what may not have arrived."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write() as scope:
            undelivered.send_again(scope.session, scope.workspace, pressed.value, _occasion(scope))
        _answer_giver(request, pressed, Confirmation(scope.say, *giver_view.sent_again(scope.say)))
        ack()

    def send_all_again(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send all again], by the giver of whatever may not have arrived."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write() as scope:
            undelivered.send_all_again(scope.session, scope.member, now=scope.now)
        _answer_giver(request, pressed, Confirmation(scope.say, *giver_view.sent_again(scope.say)))
        ack()

    def decide(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share with my team], [Keep between us] or [Hide from the team]: the message says so."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            _DECISIONS[pressed.action_id](scope.session, scope.workspace, recipient, now=scope.now)
        if pressed.is_home:
            request.refresh_home()
        elif pressed.view_id:
            replace_or_open(client, pressed, received(request))
        ack()

    def ask_to_report(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Report]: explains what happens then, and asks."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            contacts = sharing.contacts_for(scope.session, scope.workspace, recipient.recognition)
        replace_or_open(client, pressed, report_view.report_form(scope.say, pressed.value, contacts))
        ack()

    def report(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Report it]."""
        recognition_id = body["view"]["private_metadata"]
        request = Request(self.context, client, caller(body))
        with request.write() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, recognition_id, request.caller.user
            )
            contacts = sharing.report(scope.session, scope.workspace, recipient, now=scope.now)
            if payloads.also_block(body):
                sharing.block(scope.session, recipient)
        say = scope.say
        sentence = blocks.section(report_view.reported(say, tuple(contacts)))
        ack(response_action="update", view=blocks.notice(say, say("It is hidden"), [sentence]))

    def join(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Me too]; the same press that Slack delivers twice is one."""
        pressed = press(body)
        key = f"press:{payloads.pressed_where(body)}:{pressed.caller.user}:{payloads.pressed_when(body)}"
        entry = IdempotencyKey(key, outcome="")
        with Request(self.context, client, pressed.caller).write() as scope:
            if deduplication.first_time(scope.session, scope.workspace, entry, now=scope.now):
                boost = boosts.NewBoost(scope.member, boosts.BUTTON, scope.now)
                boosts.toggle(scope.session, scope.workspace, pressed.value, boost)
        ack()

    def reacted(self, body: Payload, client: WebClient) -> None:
        """A reaction came or went; on anything but a thank-you in a channel it means nothing here."""
        reaction = payloads.reaction(body)
        if reaction is None or not self._is_on_a_post(reaction):
            return
        with Request(self.context, client, reaction.caller).write() as scope:
            post = boosts.post_at(scope.session, scope.workspace, reaction.channel, reaction.ts)
            if post is not None and _is_newer(scope, reaction):
                boost = boosts.NewBoost(scope.member, f":{reaction.name}:", scope.now)
                boosts.react(scope.session, scope.workspace, post, boost, added=reaction.added)

    def _is_on_a_post(self, reaction: payloads.Reaction) -> bool:
        with self.context.sessions.read() as session:
            workspace = registry.find(session, reaction.caller.team)
            if workspace is None or reaction.author not in {None, workspace.bot_user_id}:
                return False
            if boosts.post_at(session, workspace, reaction.channel, reaction.ts) is not None:
                return True
            if reaction.author and boosts.is_being_posted(session, workspace, reaction.channel):
                raise deduplication.NotYetKnown
            return False


def received(request: Request) -> View:
    """The newest thanks that the caller received, in a modal that nobody else sees."""
    with request.read() as scope:
        say, member = scope.say, scope.member
        page = history.page(scope.session, member, Side.RECEIVED)
        reader = history_view.Reader(zone=members.time_zone_of(scope.workspace, member), now=scope.now)
        older = [blocks.context(say("Older ones are on my Home tab."))] if page.older else []
        return blocks.notice(say, say("Thank-yous"), [*history_view.entries(say, reader, page), *older])


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons on thanks, and for reactions to them."""
    listeners = RecognitionActions(context)
    bolt.action(giver_view.UNDO)(listeners.undo)
    bolt.action(giver_view.SEND_AGAIN)(listeners.send_again)
    bolt.action(giver_view.SEND_ALL_AGAIN)(listeners.send_all_again)
    for action_id in _DECISIONS:
        bolt.action(action_id)(listeners.decide)
    bolt.action(report_view.REPORT)(listeners.ask_to_report)
    bolt.view(report_view.REPORT_FORM)(listeners.report)
    bolt.action(thanks_view.ME_TOO)(listeners.join)
    bolt.event("reaction_added")(listeners.reacted)
    bolt.event("reaction_removed")(listeners.reacted)


def _occasion(scope: Scope) -> GiveContext:
    return GiveContext(scope.member.slack_user_id, "", scope.now)


def _answer_giver(request: Request, pressed: ButtonPress, answer: Confirmation) -> None:
    """Show what was done, and the list of given thanks as it stands now."""
    replace_or_open(request.client, pressed, answer.as_view())
    if pressed.is_home:
        request.refresh_home(Side.GIVEN)


def _is_newer(scope: Scope, reaction: payloads.Reaction) -> bool:
    """Return whether this is the latest event about a reaction: Slack repeats events, in any order."""
    key = f"reaction:{reaction.channel}:{reaction.ts}:{reaction.caller.user}:{reaction.name}"
    entry = IdempotencyKey(key, outcome=reaction.at)
    return deduplication.is_newer(scope.session, scope.workspace, entry, now=scope.now)
