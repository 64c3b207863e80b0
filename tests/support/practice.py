"""The recognition listeners in Socket Mode beside a sandbox, with the people of the ward in it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from slack_bolt import App
from slack_sdk import WebClient

import handlers
from handlers.recognition.renderers import ROUTES
from handlers.shared.context import Context
from slackapp.connection.socket_mode import SocketLines
from slackapp.delivery import DeliveryWorker
from slackapp.outbox.queue import OUTBOX
from slackapp.pulse.keys import KeyDirectory
from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, UserGroupSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from tests.support.human import Human
from tests.support.recognition_ward import RecognitionWard

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

    ward: RecognitionWard
    sandbox: Sandbox
    http: httpx.Client
    bolt: App
    context: Context
    deliveries: DeliveryWorker
    nurse: Human
    colleague: Human
    third: Human
    leader: Human
    elsewhere: Human

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the app has sent, oldest first."""
        lines = self.http.get("/control/journal").text.splitlines()
        return [call for call in map(json.loads, lines) if call["method"] == method]


def _workspace(ward: RecognitionWard) -> WorkspaceSeed:
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


@contextmanager
def running_practice(ward: RecognitionWard, key_directory: Path) -> Iterator[Practice]:
    """A real Bolt app in Socket Mode beside a sandbox, and the deliveries between them."""
    with ExitStack() as ending:
        sandbox = ending.enter_context(Sandbox(manifest=MANIFEST))
        sandbox.seed(_workspace(ward))
        client = WebClient("xoxb-test", base_url=f"{sandbox.url}/api/", retry_handlers=[])
        keys = KeyDirectory(key_directory)
        keys.attach(ward.database)

        def now() -> datetime:
            return datetime.now(UTC)

        deliveries = DeliveryWorker(ward.database, client, ROUTES, now)
        ward.database.on_commit(OUTBOX, deliveries.wake)
        context = Context(ward.database, now, keys)
        executor = ThreadPoolExecutor(8)
        bolt = App(
            client=client,
            signing_secret="unused",
            process_before_response=True,
            token_verification_enabled=False,
            listener_executor=executor,
        )
        handlers.register(bolt, context)
        lines = SocketLines(bolt, "xapp-test", WebClient(base_url=f"{sandbox.url}/api/"))
        deliveries.start()
        ending.callback(deliveries.stop)
        ending.callback(executor.shutdown)
        assert lines.connect()
        ending.callback(lines.close)
        http = ending.enter_context(httpx.Client(base_url=sandbox.url, timeout=10))
        humans = [
            Human(http, user)
            for user in (ward.nurse, ward.colleague, ward.third, ward.leader, ward.elsewhere)
        ]
        yield Practice(ward, sandbox, http, bolt, context, deliveries, *humans)
