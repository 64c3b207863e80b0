"""Actions on a sent thank-you: take it back, share, hide, report it, join in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.recognition import (
    doubts,
    giver_view,
    history_view,
    payloads,
    report_view,
    settings,
    thanks_view,
    unconfirmed_view,
)
from handlers.recognition.giver_view import Confirmation, replace_receipt
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import ButtonPress, Payload, caller, press
from handlers.shared.request import Request, Scope
from slackapp import blocks
from slackapp.blocks import View
from slackapp.models import Member, Recipient, Workspace
from slackapp.outbox import deduplication
from slackapp.outbox.deduplication import IdempotencyKey
from slackapp.recognition import (
    boosts,
    edit,
    history,
    meant_a_lot,
    sharing,
    unconfirmed,
    undelivered,
)
from slackapp.recognition.draft import Draft
from slackapp.recognition.give import GiveContext
from slackapp.recognition.history import Side
from slackapp.workspace import members, registry

_Choose = Callable[[Request, ButtonPress], None]


class _Decision(Protocol):
    def __call__(
        self, session: Session, workspace: Workspace, recipient: Recipient, *, now: datetime
    ) -> None: ...


_DECISIONS: dict[str, _Decision] = {
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
            unconfirmed.send_again(scope.session, scope.member, notice_id=_notice_of(pressed), now=scope.now)
        _answer_giver(request, pressed, Confirmation(scope.say, *giver_view.sent_again(scope.say)))
        ack()

    def they_have_it(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[They have it], by the giver who has asked: nothing is sent again."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        with request.write() as scope:
            unconfirmed.they_have_it(scope.session, scope.member, notice_id=_notice_of(pressed))
        answer = unconfirmed_view.they_have_it(scope.say)
        _answer_giver(request, pressed, Confirmation(scope.say, *answer))
        ack()

    def decide(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share with my team], [Keep between us] or [Hide from the team]: the message says so."""
        pressed = press(body)
        request = Request(self.context, client, pressed.caller)
        self._decide(request, pressed, _DECISIONS[pressed.action_id])
        ack()

    def _decide(self, request: Request, pressed: ButtonPress, decision: _Decision) -> None:
        with request.write() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            decision(scope.session, scope.workspace, recipient, now=scope.now)
        if pressed.is_home:
            request.refresh_home()
        elif pressed.view_id:
            replace_or_open(request.client, pressed, received(request))

    def meant_a_lot(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[That meant a lot]: the giver hears of it once, and the button goes."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).write() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            meant_a_lot.tell_giver(scope.session, scope.workspace, recipient, now=scope.now)
        ack()

    def more(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """One of the choices behind the dots below a thank-you."""
        pressed = press(body)
        choice, _, recognition_id = pressed.value.partition(":")
        choices: dict[str, _Choose] = {
            thanks_view.Choice.THANK_BACK: self._thank_back,
            thanks_view.Choice.KEEP: self._keep,
            thanks_view.Choice.SETTINGS: self._settings,
            thanks_view.Choice.UNKIND: self._ask_to_report,
        }
        if choice in choices:
            choices[choice](
                Request(self.context, client, pressed.caller), replace(pressed, value=recognition_id)
            )
        ack()

    def ask_to_report(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Report] in an older message: explains what happens then, and asks."""
        pressed = press(body)
        self._ask_to_report(Request(self.context, client, pressed.caller), pressed)
        ack()

    def _thank_back(self, request: Request, pressed: ButtonPress) -> None:
        """Open the form with the giver filled in: a thank-you in return also needs its words."""
        with request.read() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            giver = scope.session.get_one(Member, recipient.recognition.giver_id).slack_user_id
        view = doubts.form_for(request, Draft(people=(giver,)))
        open_modal(request.client, pressed.caller.trigger_id, view)

    def _keep(self, request: Request, pressed: ButtonPress) -> None:
        self._decide(request, pressed, sharing.keep_private)

    def _settings(self, request: Request, pressed: ButtonPress) -> None:
        replace_or_open(request.client, pressed, settings.form_for(request))

    def _ask_to_report(self, request: Request, pressed: ButtonPress) -> None:
        with request.read() as scope:
            recipient = sharing.lock_recipient(
                scope.session, scope.workspace, pressed.value, pressed.caller.user
            )
            contacts = sharing.contacts_for(scope.session, scope.workspace, recipient.recognition)
        view = report_view.report_form(scope.say, pressed.value, contacts)
        replace_or_open(request.client, pressed, view)

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
                boosts.toggle(
                    scope.session,
                    scope.workspace,
                    pressed.value,
                    boost,
                    channel=payloads.pressed_channel(body),
                )
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
    bolt.action(unconfirmed_view.SEND_ALL_AGAIN)(listeners.send_all_again)
    bolt.action(unconfirmed_view.THEY_HAVE_IT)(listeners.they_have_it)
    for action_id in _DECISIONS:
        bolt.action(action_id)(listeners.decide)
    bolt.action(thanks_view.MEANT_A_LOT)(listeners.meant_a_lot)
    bolt.action(thanks_view.MORE)(listeners.more)
    bolt.action(report_view.REPORT)(listeners.ask_to_report)
    bolt.view(report_view.REPORT_FORM)(listeners.report)
    bolt.action(thanks_view.ME_TOO)(listeners.join)
    bolt.event("reaction_added")(listeners.reacted)
    bolt.event("reaction_removed")(listeners.reacted)


def _notice_of(pressed: ButtonPress) -> str:
    """The message about doubts in which a button was pressed; empty for all that is in doubt."""
    return "" if pressed.value == unconfirmed_view.EVERYTHING else pressed.value


def _occasion(scope: Scope) -> GiveContext:
    return GiveContext(scope.member.slack_user_id, "", scope.now)


def _answer_giver(request: Request, pressed: ButtonPress, answer: Confirmation) -> None:
    """Show what was done, and the list of given thanks as it stands now."""
    replace_or_open(request.client, pressed, answer.as_view())
    if pressed.is_home:
        request.refresh_home()


def _is_newer(scope: Scope, reaction: payloads.Reaction) -> bool:
    """Return whether this is the latest event about a reaction: Slack repeats events, in any order."""
    key = f"reaction:{reaction.channel}:{reaction.ts}:{reaction.caller.user}:{reaction.name}"
    entry = IdempotencyKey(key, outcome=reaction.at)
    return deduplication.is_newer(scope.session, scope.workspace, entry, now=scope.now)
