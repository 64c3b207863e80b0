"""The Home tab."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.home import content as home_parts
from handlers.home import leader_view as home_leading
from handlers.home import view
from handlers.recognition import history_view
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Caller, Payload, event_caller, press
from handlers.shared.people import acquainted, workspace_of
from slackapp.blocks import View
from slackapp.pulse import rounds
from slackapp.recognition import history as reading
from slackapp.recognition.history import Cursor, Side
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class Home:
    """The listeners of the Home tab."""

    context: Context

    def opened(self, body: Payload, client: WebClient) -> None:
        """Somebody opened it."""
        if body["event"].get("tab", "home") == "home":
            publish(self.context, client, event_caller(body))

    def turn(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Received], [Given], [Newer] or [Older]."""
        pressed = press(body)
        side, _, place = pressed.value.partition(":")
        shown = Side.GIVEN if side == Side.GIVEN else Side.RECEIVED
        publish(self.context, client, pressed.caller, side=shown, place=Cursor.read(place))
        ack()

    def all_led(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[All the teams you lead], and the pages of that list."""
        pressed = press(body)
        who, skip = pressed.caller, int(pressed.value) if pressed.value.isdecimal() else 0

        def made(session: Session) -> View:
            workspace, now = workspace_of(session, who), self.context.now()
            member = members.get_all(session, workspace, [who.user])[who.user]
            say = members.language_of(workspace, member)
            teams, total = home_parts.page_of_led(session, workspace, member, now, skip=skip)
            return home_leading.listed(say, teams, skip=skip, total=total)

        replace_or_open(client, pressed, acquainted(self.context, client, who, made))
        ack()


def publish(
    context: Context,
    client: WebClient,
    caller: Caller,
    *,
    side: Side = Side.RECEIVED,
    place: Cursor | None = None,
) -> None:
    """Show somebody their Home tab as things stand now."""

    def drawn(session: Session) -> View:
        workspace, now = workspace_of(session, caller), context.now()
        member = members.get_all(session, workspace, [caller.user])[caller.user]
        poll = rounds.open_poll_for(session, workspace, member.id, now)
        return view.home(
            members.language_of(workspace, member),
            history_view.Reader(members.time_zone_of(workspace, member), now),
            reading.page(session, member, side, place),
            view.CheckIn(poll.id, poll.closes_at) if poll else None,
            home_parts.sections(session, workspace, member, now),
        )

    client.views_publish(user_id=caller.user, view=acquainted(context, client, caller, drawn))


def register(bolt: App, context: Context) -> None:
    """Listen for the tab and its buttons."""
    listeners = Home(context)
    bolt.event("app_home_opened")(listeners.opened)
    for action_id in (view.RECEIVED, view.GIVEN, view.NEWER, view.OLDER):
        bolt.action(action_id)(listeners.turn)
    bolt.action(home_leading.ALL)(listeners.all_led)
    bolt.action(re.compile(rf"{home_leading.TURN}:(previous|next)"))(listeners.all_led)
