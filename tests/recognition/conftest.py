"""A small ward, on either database."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from sqlalchemy import select

import handlers
from handlers.recognition import renderers as appreciate_letters
from handlers.shared.context import Context
from slackapp.connection.socket_mode import close_socket
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Sessions
from slackapp.delivery import DeliveryWorker
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import give as giving
from slackapp.recognition.draft import Draft
from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, UserGroupSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from slackapp.workspace import members
from slackapp.workspace import registry as workspaces
from slackapp.workspace.members import SlackProfile

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ward:
    """Slack ids of the people in it."""

    database: Sessions
    slack_team_id: str = "T0WARD"
    nurse: str = "U0NURSE"
    colleague: str = "U0COLLEAGUE"
    third: str = "U0THIRD"
    leader: str = "U0LEADER"
    robot: str = "U0ROBOT"
    gone: str = "U0GONE"
    stranger: str = "U0STRANGER"
    elsewhere: str = "U0ELSEWHERE"
    channel: str = "C0WARD"
    noon: datetime = NOON

    def draft(self, *people: str, **changes: Any) -> Draft:
        """A thank-you that could be given."""
        words = "Stayed after the shift to find us a bed"
        return Draft(people=people, behaviour=Behaviour.HELPING, words=words).about(**changes)

    def give(self, one: Draft, *, key: str = "command:1", giver: str | None = None) -> str:
        """Give it at noon; its id."""
        with self.database.rows() as connection:
            occasion = giving.GiveContext(giver or self.nurse, key, NOON)
            return giving.give(connection, self.slack_team_id, one, occasion).id

    def rows(self, table: type) -> list[Any]:
        """All that is stored."""
        with self.database.read() as session:
            return list(session.scalars(select(table)))


@pytest.fixture
def ward(database: Sessions) -> Ward:
    made = Ward(database)
    with database.begin() as session:
        workspace = workspaces.install(
            session, slack_team_id=made.slack_team_id, name="Hospital", bot_user_id="U0SANDBOXBOT"
        )
        directorate = members.create_team(session, workspace, "Medicine")
        team = members.create_team(session, workspace, "Ward 7", parent=directorate, channel=made.channel)
        quiet = members.create_team(session, workspace, "Ward 9", parent=directorate)
        for one in (made.nurse, made.colleague, made.third, made.leader):
            member = members.upsert_one(
                session, workspace, SlackProfile(one, one.title(), time_zone="Europe/London")
            )
            members.put_in_team(session, member, team)
        members.set_leader(session, team, member)
        alone = members.upsert_one(session, workspace, SlackProfile(made.elsewhere, "Elsewhere"))
        members.put_in_team(session, alone, quiet)
        for person in (
            SlackProfile(made.robot, "Rota Bot", is_bot=True),
            SlackProfile(made.gone, "Sam Gone", left=True),
            SlackProfile(made.stranger, "Ali Other", is_stranger=True),
        ):
            members.upsert_one(session, workspace, person)
    return made


MANIFEST = {
    "display_information": {"name": "Appreciate"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "Appreciate", "always_online": True},
        "shortcuts": [
            {
                "name": "Appreciate someone",
                "type": "global",
                "callback_id": "appreciate_someone",
                "description": "Thank a colleague",
            },
            {
                "name": "Appreciate this",
                "type": "message",
                "callback_id": "appreciate_this",
                "description": "Thank somebody for this",
            },
        ],
        "slash_commands": [
            {"command": "/appreciate", "description": "Thank a colleague", "should_escape": True},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands",
                "chat:write",
                "files:write",
                "reactions:read",
                "usergroups:read",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                *("app_home_opened", "app_uninstalled", "reaction_added", "reaction_removed"),
                *("team_join", "tokens_revoked", "user_change"),
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


@dataclass(frozen=True, slots=True)
class Practice:
    """The app and its Slack, both running, with the people of the ward."""

    ward: Ward
    sandbox: Sandbox
    http: httpx.Client
    bolt: App
    desk: Context
    deliveries: DeliveryWorker
    nurse: Any
    colleague: Any
    third: Any
    leader: Any
    elsewhere: Any

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the app has sent, oldest first."""
        lines = self.http.get("/control/journal").text.splitlines()
        return [one for one in map(json.loads, lines) if one["method"] == method]


def _hospital(ward: Ward) -> WorkspaceSeed:
    people = (
        *(
            PersonSeed(id=user, name=name, handle=handle)
            for user, name, handle in (
                (ward.nurse, "Nia Nurse", "nia"),
                (ward.colleague, "Col League", "col"),
                (ward.third, "Theo Third", "theo"),
                (ward.leader, "Lea Leader", "lea"),
                (ward.elsewhere, "Elsa Where", "elsa"),
                ("U0NEWCOMER", "Newt Comer", "newt"),
            )
        ),
        PersonSeed(id="U0GUEST", name="Gus Guest", handle="guest", is_guest=True),
        *(PersonSeed(id=f"U0CROWD{n}", name=f"Crowd {n}", handle=f"crowd{n}") for n in range(30)),
        PersonSeed(id=ward.robot, name="Rota Bot", handle="rota", is_bot=True),
        PersonSeed(id=ward.gone, name="Sam Gone", handle="gone", deleted=True),
        PersonSeed(id=ward.stranger, name="Ali Other", handle="ali", stranger=True),
    )
    return WorkspaceSeed(
        team_id=ward.slack_team_id,
        domain="hospital",
        name="Hospital",
        bot_token="xoxb-test",
        app_token="xapp-test",
        people=people,
        channels=(
            ChannelSeed(
                id=ward.channel,
                name="ward-7",
                members=(ward.nurse, ward.colleague, ward.third, ward.leader, "U0SANDBOXBOT"),
            ),
            # Nobody has invited the app here.
            ChannelSeed(id="C0WARD9", name="ward-9", members=(ward.nurse, ward.elsewhere)),
            ChannelSeed(
                id="C0SECRET",
                name="dignity-review",
                is_private=True,
                members=(ward.nurse, ward.colleague, "U0SANDBOXBOT"),
            ),
        ),
        usergroups=(
            UserGroupSeed(
                id="S0WARD7",
                handle="ward7",
                name="Ward 7",
                members=(ward.nurse, ward.colleague, ward.third, ward.robot, ward.gone),
            ),
            UserGroupSeed(id="S0EMPTY", handle="nobodys", name="Nobody's", members=()),
            UserGroupSeed(id="S0ALONE", handle="alone", name="Alone", members=(ward.nurse,)),
            UserGroupSeed(id="S0APPS", handle="apps", name="Apps", members=(ward.robot,)),
            UserGroupSeed(
                id="S0BANK", handle="bank", name="Bank", members=tuple(f"U0CROWD{n}" for n in range(21))
            ),
        ),
    )


@pytest.fixture
def practice(ward: Ward, human: Any, tmp_path: Path) -> Iterator[Practice]:
    """A real Bolt app in Socket Mode beside a sandbox, and the deliveries between them."""
    with ExitStack() as ending:
        sandbox = ending.enter_context(Sandbox(manifest=MANIFEST))
        sandbox.seed(_hospital(ward))
        client = WebClient("xoxb-test", base_url=f"{sandbox.url}/api/", retry_handlers=[])
        keys = KeyDirectory(tmp_path / "keys")
        keys.attach(ward.database)

        def now() -> datetime:
            return datetime.now(UTC)

        deliveries = DeliveryWorker(ward.database, client, appreciate_letters.ROUTES, now)
        desk = Context(ward.database, now, keys, deliveries.wake)
        executor = ThreadPoolExecutor(8)
        bolt = App(
            client=client,
            signing_secret="unused",
            process_before_response=True,
            token_verification_enabled=False,
            listener_executor=executor,
        )
        handlers.register(bolt, desk)
        socket = SocketModeHandler(bolt, "xapp-test", web_client=WebClient(base_url=f"{sandbox.url}/api/"))
        deliveries.start()
        ending.callback(deliveries.stop)
        ending.callback(executor.shutdown)
        socket.connect()
        ending.callback(close_socket, socket)
        http = ending.enter_context(httpx.Client(base_url=sandbox.url, timeout=10))
        humans = [
            human(http, one) for one in (ward.nurse, ward.colleague, ward.third, ward.leader, ward.elsewhere)
        ]
        yield Practice(ward, sandbox, http, bolt, desk, deliveries, *humans)
