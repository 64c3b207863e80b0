"""A ward in a sandbox, people who act in it, and real Bolt apps that serve it."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, UserGroupSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from tests.sandbox.ward import (
    ADA,
    APP_TOKEN,
    BEN,
    CERYS,
    GENERAL,
    GONE,
    HIDDEN,
    OLD,
    PRIVATE,
    ROBOT,
    UNJOINED,
    VISITOR,
)
from tests.support.closing import close_socket

BOT_TOKEN = "xoxb-ward-bot-token"
BOT = "U0WARDBOT01"
GROUP = "S0WARD00001"

Until = Callable[[Callable[[], Any]], Any]
"""Waits for a condition, and returns what it came to."""

SCOPES = [
    "commands", "chat:write", "files:write", "users:read", "channels:read", "groups:read", "usergroups:read",
    "reactions:read", "team:read", "im:read",
]  # fmt: skip
EVENTS = [
    "app_home_opened", "app_uninstalled", "tokens_revoked", "member_joined_channel", "member_left_channel",
    "team_join", "user_change", "reaction_added", "reaction_removed", "subteam_members_changed",
]  # fmt: skip


def manifest(**changes: Any) -> dict[str, Any]:
    """An ordinary manifest; `scopes`, `events` and `read_only` can be changed."""
    return {
        "display_information": {"name": "Kettle"},
        "features": {
            "app_home": {
                "home_tab_enabled": changes.get("home", True),
                "messages_tab_enabled": changes.get("messages", True),
                "messages_tab_read_only_enabled": changes.get("read_only", False),
            },
            "bot_user": {"display_name": "Kettle"},
            "shortcuts": [
                {"name": "Put the kettle on", "type": "global", "callback_id": "boil", "description": "Boil"},
                {"name": "Tea with this", "type": "message", "callback_id": "serve", "description": "Serve"},
            ],
            "slash_commands": [
                {"command": "/kettle", "description": "Tea", "usage_hint": "@who", "should_escape": True},
                {"command": "/raw", "description": "As typed", "should_escape": False},
            ],
        },
        "oauth_config": {
            "redirect_urls": ["http://127.0.0.1:1/slack/oauth_redirect"],
            "scopes": {"bot": changes.get("scopes", SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": changes.get("events", EVENTS)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def ward_seed() -> WorkspaceSeed:
    """Three people who work here, one who left, another app's bot, a visitor from elsewhere."""
    return WorkspaceSeed(
        team_id="T0WARD00001",
        domain="ward",
        name="Ward 7",
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        bot_user_id=BOT,
        bot_id="B0WARDBOT01",
        people=(
            PersonSeed(id=ADA, name="Ada Morgan", handle="ada", title="Nurse", roles=("member", "admin")),
            PersonSeed(id=BEN, name="Ben", handle="ben.o", roles=("member",)),
            PersonSeed(id=CERYS, name="Ben Okoro-Hughes", handle="cerys", roles=("leader",)),
            PersonSeed(id=GONE, name="Gone Away", handle="gone", deleted=True),
            PersonSeed(id=ROBOT, name="Rota", handle="rota", is_bot=True),
            PersonSeed(id=VISITOR, name="Visitor", handle="visitor", stranger=True),
        ),
        channels=(
            ChannelSeed(id=GENERAL, name="general", members=(ADA, BEN, CERYS, VISITOR, BOT)),
            ChannelSeed(id=PRIVATE, name="leaders", is_private=True, members=(CERYS, BOT)),
            ChannelSeed(id=UNJOINED, name="random", members=(ADA, BEN)),
            ChannelSeed(id=OLD, name="last-year", members=(ADA, BOT), archived=True),
            ChannelSeed(id=HIDDEN, name="secret", is_private=True, members=(ADA,)),
        ),
        usergroups=(UserGroupSeed(id=GROUP, handle="nurses", name="Nurses", members=(ADA, BEN)),),
    )


@dataclass
class Ward:
    """A running sandbox with the ward in it, and ways to call it."""

    sandbox: Sandbox
    http: httpx.Client
    apps: list[SocketModeHandler] = field(default_factory=list)

    @property
    def client(self) -> WebClient:
        """A Web API client with the bot's token."""
        return WebClient(BOT_TOKEN, base_url=self.sandbox.url + "/api/", retry_handlers=[])

    def call(self, method: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """One raw call; `form=True` sends a form, `token=None` leaves the token out."""
        token = options.get("token", BOT_TOKEN)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if options.get("form"):
            answer = self.http.post(f"/api/{method}", data=body, headers=headers)
        else:
            headers["Content-Type"] = "application/json; charset=utf-8"
            answer = self.http.post(f"/api/{method}", content=json.dumps(body or {}), headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def connect(self, app: App) -> SocketModeHandler:
        """Serve this Bolt app over Socket Mode."""
        handler = SocketModeHandler(app, APP_TOKEN)
        handler.connect()
        self.apps.append(handler)
        return handler

    def bolt(self) -> App:
        """A Bolt app of this workspace, not yet connected."""
        return App(client=self.client, signing_secret="unused")

    def person(self, user: str) -> "Person":
        """This user, to act as in the sandbox."""
        return Person(self, user)

    def calls(self, method: str | None = None) -> list[dict[str, Any]]:
        """The journal's calls so far."""
        lines = [json.loads(line) for line in self.http.get("/control/journal").text.splitlines()]
        return [line for line in lines if method in (None, line["method"])]

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """What was sent to the app so far, of this kind."""
        lines = [json.loads(line) for line in self.sandbox.slack.journal.inbound]
        return [line["payload"] for line in lines if line["kind"] == kind]

    def control(self, what: str, **body: Any) -> dict[str, Any]:
        """A POST to the control API."""
        answer = self.http.post(f"/control/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@dataclass
class Person:
    """A person, through the Person API."""

    ward: Ward
    user: str

    def sees(self, place: str = "dm") -> dict[str, Any]:
        """Their screen."""
        answer = self.ward.http.get(f"/person/{self.user}/screen", params={"place": place})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def texts(self, place: str = "dm") -> list[str]:
        """What they read in a place."""
        return [message["text"] for message in self.sees(place)["messages"]]

    def does(self, action: str, **body: Any) -> httpx.Response:
        """Do this as the person, and return the answer whatever it is."""
        return self.ward.http.post(f"/person/{self.user}/{action}", json=body)

    def _done(self, action: str, **body: Any) -> dict[str, Any]:
        answer = self.does(action, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["screen"])

    def types(self, text: str, place: str = GENERAL) -> dict[str, Any]:
        return self._done("type", place=place, text=text)

    def presses(self, label: str, **where: Any) -> dict[str, Any]:
        return self._done("press", label=label, **where)

    def fills(self, label: str, value: Any, **where: Any) -> dict[str, Any]:
        return self._done("fill", label=label, value=value, **where)

    def submits(self) -> dict[str, Any]:
        return self._done("submit")

    def dismisses(self) -> dict[str, Any]:
        return self._done("dismiss")


@pytest.fixture
def open_ward() -> Iterator[Callable[..., Ward]]:
    """Open wards with settings of the test's own; all are closed afterwards."""
    opened: list[Ward] = []

    def open_with(*, seeds: tuple[WorkspaceSeed, ...] | None = None, **settings: Any) -> Ward:
        chosen: dict[str, Any] = {"manifest": manifest(), "rate_limits": False} | settings
        sandbox = Sandbox(**chosen)
        for seed in seeds or (ward_seed(),):
            sandbox.seed(seed)
        sandbox.start()
        ward = Ward(sandbox, httpx.Client(base_url=sandbox.url, timeout=15))
        opened.append(ward)
        return ward

    yield open_with
    for ward in opened:
        for handler in ward.apps:
            close_socket(handler)
        ward.http.close()
        ward.sandbox.stop()


@pytest.fixture(scope="module")
def steady_ward() -> Iterator[Ward]:
    """A ward shared by the tests that leave it unchanged because every call is refused."""
    with Sandbox(manifest=manifest(), rate_limits=False) as sandbox:
        sandbox.seed(ward_seed())
        with httpx.Client(base_url=sandbox.url, timeout=15) as http:
            yield Ward(sandbox, http)


@pytest.fixture
def ward(open_ward: Callable[..., Ward]) -> Ward:
    """The ordinary ward."""
    return open_ward()


@pytest.fixture
def until() -> Until:
    """Wait, at most five seconds, until a condition holds."""

    def wait(condition: Callable[[], Any]) -> Any:
        end = time.monotonic() + 5
        while not (result := condition()):
            assert time.monotonic() < end, "it never came about"
            time.sleep(0.01)  # between looks only; the deadline above is what counts
        return result

    return wait


@pytest.fixture(scope="session")
def shapes() -> dict[str, Any]:
    """Key paths of recorded payloads."""
    return dict(json.loads((Path(__file__).parent / "data" / "shapes.json").read_text()))
