"""The Home tab."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.home import content, leader_view, view, welcome
from handlers.recognition import history_view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Caller, Payload, event_caller, press
from handlers.shared.request import Request, Scope
from slackapp.blocks import View
from slackapp.pulse import rounds
from slackapp.recognition import history
from slackapp.recognition.history import Cursor, Side
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class Home:
    """The listeners of the Home tab."""

    context: Context

    def opened(self, body: Payload, client: WebClient) -> None:
        """The tab was opened."""
        if body["event"].get("tab", "home") == "home":
            publish(self.context, client, event_caller(body))

    def turn(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Received], [Given], [Newer] or [Older]."""
        pressed = press(body)
        side, _, cursor = pressed.value.partition(":")
        publish(
            self.context,
            client,
            pressed.caller,
            side=Side.GIVEN if side == Side.GIVEN else Side.RECEIVED,
            place=Cursor.read(cursor),
        )
        ack()

    def all_led(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[All the teams you lead], and the pages of that list."""
        pressed = press(body)
        skip = int(pressed.value) if pressed.value.isdecimal() else 0
        with Request(self.context, client, pressed.caller).read() as scope:
            teams, total = content.page_of_led(
                scope.session, scope.workspace, scope.member, scope.now, skip=skip
            )
        replace_or_open(client, pressed, leader_view.team_list(scope.say, teams, skip=skip, total=total))
        ack()

    def all_promises(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[All promises]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            promised = content.promised_to(scope.session, scope.workspace, scope.member, scope.now)
        replace_or_open(client, pressed, view.all_promises(scope.say, promised))
        ack()


def publish(
    context: Context,
    client: WebClient,
    caller: Caller,
    *,
    side: Side = Side.RECEIVED,
    place: Cursor | None = None,
) -> None:
    """Publish the caller's Home tab; `place` is the page of their thank-yous."""
    with Request(context, client, caller).read() as scope:
        home = _home(scope, side, place)
    client.views_publish(user_id=caller.user, view=home)


def register(bolt: App, context: Context) -> None:
    """Listen for the tab and its buttons."""
    welcome.register(bolt, context)
    listeners = Home(context)
    bolt.event("app_home_opened")(listeners.opened)
    for action_id in (view.RECEIVED, view.GIVEN, view.NEWER, view.OLDER):
        bolt.action(action_id)(listeners.turn)
    bolt.action(view.ALL_PROMISES)(listeners.all_promises)
    bolt.action(leader_view.ALL)(listeners.all_led)
    bolt.action(re.compile(rf"{leader_view.TURN}:(previous|next)"))(listeners.all_led)


def _home(scope: Scope, side: Side, place: Cursor | None) -> View:
    session, workspace, member, now = scope.session, scope.workspace, scope.member, scope.now
    poll = rounds.open_poll_for(session, workspace, member.id, now)
    return view.home(
        scope.say,
        history_view.Reader(members.time_zone_of(workspace, member), now),
        history.page(session, member, side, place),
        view.CheckIn(poll.id, poll.closes_at) if poll else None,
        content.sections(session, workspace, member, now),
    )
