"""The Home tab."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.desk import Desk
from handlers.payloads.common import Caller, Payload, event_caller, press
from handlers.people import acquainted, workspace_of
from reports.queries import answers
from slackapp import members
from slackapp.actions import promises
from slackapp.models import Team
from slackapp.pulse import rounds
from slackapp.recognitions import reading
from slackapp.recognitions.reading import Place, Side
from slackapp.views import home as view
from slackapp.views.promises import Led
from slackapp.views.words import View


@dataclass(frozen=True, slots=True)
class Home:
    """The listeners of the Home tab."""

    desk: Desk

    def opened(self, body: Payload, client: WebClient) -> None:
        """Somebody opened it."""
        if body["event"].get("tab", "home") == "home":
            publish(self.desk, client, event_caller(body))

    def turn(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Received], [Given], [Newer] or [Older]."""
        pressed = press(body)
        side, _, place = pressed.value.partition(":")
        shown = Side.GIVEN if side == Side.GIVEN else Side.RECEIVED
        publish(self.desk, client, pressed.caller, side=shown, place=Place.read(place))
        ack()


def publish(
    desk: Desk, client: WebClient, who: Caller, *, side: Side = Side.RECEIVED, place: Place | None = None
) -> None:
    """Show somebody their Home tab as things stand now."""

    def made(session: Session) -> View:
        workspace = workspace_of(session, who)
        member = members.meet(session, workspace, [who.user])[who.user]
        now = desk.now()
        poll = rounds.asked(session, workspace, member.id, now)
        reader = view.Reader(
            zone=members.zone_of(workspace, member),
            now=now,
            leads=_led(session, members.teams_led_by(session, member)),
            is_admin=member.is_admin,
        )
        return view.home(
            members.voice_of(workspace, member),
            reader,
            reading.page(session, member, side, place),
            view.CheckIn(poll.id, poll.closes_at) if poll else None,
        )

    client.views_publish(user_id=who.user, view=acquainted(desk, client, who, made))


def _led(session: Session, teams: list[Team]) -> tuple[Led, ...]:
    """The teams somebody leads, with what they were promised and is still going on."""
    kept = promises.going_on(session, [team.id for team in teams]) if teams else []
    told = answers.shown(session, kept)
    mine = {
        team.id: tuple((one.id, told[one.id]) for one in kept if one.team_id == team.id) for team in teams
    }
    return tuple(Led(team.id, team.name, mine[team.id]) for team in teams)


def register(bolt: App, desk: Desk) -> None:
    """Listen for the tab and its buttons."""
    listeners = Home(desk)
    bolt.event("app_home_opened")(listeners.opened)
    for action_id in (view.RECEIVED, view.GIVEN, view.NEWER, view.OLDER):
        bolt.action(action_id)(listeners.turn)
