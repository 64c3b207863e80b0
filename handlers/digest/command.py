"""The digest: reading it on demand, its figures as text, how often a team is asked, handing it on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.digest import admin, command_view, on_demand, payloads, promises
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, push_or_open, replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request, Scope
from reports.figures.team_month import as_shared
from reports.publishing import failures, loading, message, notices_view, schedule, team_lines_view
from slackapp import blocks
from slackapp.blocks import View
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.digest import readers
from slackapp.models import Digest, Pace, Team
from slackapp.pulse import frequency
from slackapp.workspace import permissions
from slackapp.workspace.audit_log import Action
from slackapp.workspace.permissions import Permission

COMMAND = "/digest"
NOT_YOURS = translatable("This digest is for somebody else.")
_FREQUENCIES = {message.MONTHLY: Pace.MONTHLY, message.PAUSE: Pace.PAUSED, message.KEEP: Pace.EVERY}


@dataclass(frozen=True, slots=True)
class Digests:
    """The listeners of the digest."""

    context: Context
    open_admin: Callable[[Request], None]

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/digest`, with or without a team and a month; or `/digest help`, or `/digest admin`."""
        request = Request(self.context, client, caller(body))
        if payloads.is_help(body):
            text, layout = command_view.help_text(request.say)
            ack(text=text, blocks=layout)
            return
        if payloads.is_admin(body):
            self.open_admin(request)
            ack()
            return
        command = payloads.digest_command(body, request.say)
        # In a transaction of its own: what is noticed is kept when the answer is a refusal.
        with request.write() as scope:
            permissions.require_staff(scope.member, Permission.ANSWER)
            failures.ask_to_hand_on(scope.session, scope.workspace, scope.now)
        with request.read() as scope:
            text, layout = on_demand.answer(scope, command)
        ack(text=text, blocks=layout)

    def choose(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A team's button in the answer to `/digest`."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            _, layout = on_demand.month_as_text(scope, _team(scope, pressed.value), None)
        push_or_open(client, pressed, blocks.notice(scope.say, scope.say("Digest"), layout))
        ack()

    def send(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send me the pictures], under a digest read on demand."""
        pressed = press(body)
        team_id, _, month = pressed.value.partition(":")
        with Request(self.context, client, pressed.caller).write() as scope:
            team = _team(scope, team_id)
            # Files and comments come with it, so that it was shared with the team is not enough.
            if not on_demand.may_read_all(scope, team, month):
                raise UserError(NOT_YOURS)
            on_demand.require_published(scope, month)
            is_new = schedule.send(scope.session, scope.member, team=team, month=month, now=scope.now)
        replace_or_open(client, pressed, command_view.sent(scope.say, is_new=is_new))
        ack()

    def figures(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Figures as text], under the digest's message."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read(look_up=False) as visitor:
            # Whoever is new here has no digest, so Slack is not asked about them.
            view = _figures(visitor.as_member(UserError(NOT_YOURS)), pressed.value)
        open_modal(client, pressed.caller.trigger_id, view)
        ack()

    def set_frequency(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Once a month], [Pause] or [Keep it]."""
        pressed = press(body)
        pace = _FREQUENCIES[pressed.action_id]
        with Request(self.context, client, pressed.caller).write() as scope:
            digest = scope.session.get(Digest, pressed.value)
            if digest is None:
                raise UserError(NOT_YOURS)
            team = readers.require_led_team(scope.session, digest.team_id, scope.member, scope.now)
            frequency.set_frequency(scope.session, team, pace, by=scope.member, now=scope.now)
            name = team.name
        replace_or_open(client, pressed, command_view.frequency_saved(scope.say, name, pace))
        ack()

    def hand_on(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Hand them on]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).write() as scope:
            team = _team(scope, pressed.value)
            readable_from = readers.hand_on(scope.session, team, by=scope.member, now=scope.now)
            scope.record(Action.HANDED_ON, team.id, "", f"from {readable_from:%Y-%m-%d}")
            name = team.name
            is_later = readable_from > scope.now
            day = readable_from.astimezone(ZoneInfo(scope.workspace.time_zone)).date() if is_later else None
        replace_or_open(client, pressed, command_view.handed_on(scope.say, name, day))
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the command and the digest's buttons."""
    listeners = Digests(context, admin.register(bolt, context))
    bolt.command(COMMAND)(listeners.command)
    bolt.action(re.compile(rf"{team_lines_view.CHOOSE}:\d+"))(listeners.choose)
    bolt.action(message.SEND)(listeners.send)
    bolt.action(message.FIGURES)(listeners.figures)
    for action_id in _FREQUENCIES:
        bolt.action(action_id)(listeners.set_frequency)
    bolt.action(notices_view.HAND_ON)(listeners.hand_on)
    promises.register(bolt, context)


def _team(scope: Scope, team_id: str) -> Team:
    """A team of the caller's workspace; UserError when there is none, or the caller does not work here."""
    team = scope.session.get(Team, team_id)
    is_staff = permissions.allows(scope.member, Permission.ANSWER)
    if team is None or team.workspace_id != scope.workspace.id or not is_staff:
        raise UserError(NOT_YOURS)
    return team


def _figures(scope: Scope, digest_id: str) -> View:
    """A digest as text, for whoever may read that month of the team now, whoever it was sent to."""
    session = scope.session
    digest = session.get(Digest, digest_id)
    team = session.get(Team, digest.team_id) if digest else None
    if digest is None or team is None or not on_demand.may_read(scope, team, digest.month):
        raise UserError(NOT_YOURS)
    _, team_month = loading.load(session, digest)
    if on_demand.may_read_all(scope, team, digest.month):
        return message.modal(scope.say, team_month, on_demand.today(scope), is_for_team=False)
    return message.modal(scope.say, as_shared(team_month), on_demand.today(scope), is_for_team=True)
