"""The Home tab."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.home import admin_view, content, leader_view, view, welcome
from handlers.recognition import history_view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Caller, Payload, event_caller, press
from handlers.shared.request import Request, Scope
from handlers.workspace.settings import WorkspaceSettings
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

    def thanks(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[All thank-yous], [Thank-yous you gave], and [Newer] or [Older] in their window."""
        pressed = press(body)
        side, _, cursor = pressed.value.partition(":")
        with Request(self.context, client, pressed.caller).read() as scope:
            page = history.page(
                scope.session,
                scope.member,
                Side.GIVEN if side == Side.GIVEN else Side.RECEIVED,
                Cursor.read(cursor),
            )
            window = view.thanks(scope.say, _reader(scope), page)
        replace_or_open(client, pressed, window)
        ack()

    def kept(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[What is kept about me]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            periods = content.kept_periods(scope.session, scope.workspace)
            window = view.kept_about_me(scope.say, periods)
        replace_or_open(client, pressed, window)
        ack()

    def more(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """A choice behind the dots of an admin's part: each opens its window, and asks who may."""
        windows = WorkspaceSettings(self.context)
        choice = press(body).value
        if choice == admin_view.More.SETTINGS:
            windows.open_settings(ack, body, client)
        elif choice == admin_view.More.KEEPING:
            windows.open_retention(ack, body, client)
        else:
            windows.open_audit_log(ack, body, client)

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


def publish(context: Context, client: WebClient, caller: Caller) -> None:
    """Publish the caller's Home tab."""
    with Request(context, client, caller).read() as scope:
        home = _home(scope)
    client.views_publish(user_id=caller.user, view=home)


def register(bolt: App, context: Context) -> None:
    """Listen for the tab and its buttons."""
    welcome.register(bolt, context)
    listeners = Home(context)
    bolt.event("app_home_opened")(listeners.opened)
    for action_id in (view.RECEIVED, view.GIVEN, view.NEWER, view.OLDER):
        bolt.action(action_id)(listeners.thanks)
    bolt.action(view.ALL_PROMISES)(listeners.all_promises)
    bolt.action(view.KEPT)(listeners.kept)
    bolt.action(admin_view.MORE)(listeners.more)
    bolt.action(leader_view.ALL)(listeners.all_led)
    bolt.action(re.compile(rf"{leader_view.TURN}:(previous|next)"))(listeners.all_led)


def _reader(scope: Scope) -> history_view.Reader:
    return history_view.Reader(members.time_zone_of(scope.workspace, scope.member), scope.now)


def _home(scope: Scope) -> View:
    session, workspace, member, now = scope.session, scope.workspace, scope.member, scope.now
    poll = rounds.open_poll_for(session, workspace, member.id, now)
    counted_with = content.counted_with(session, member) if poll else ""
    return view.home(
        scope.say,
        _reader(scope),
        history.page(session, member, Side.RECEIVED),
        view.CheckIn(poll.id, poll.closes_at, counted_with) if poll else None,
        content.sections(session, workspace, member, now),
    )
