"""A sandbox with a small app of its own in Socket Mode, and a real Chromium that may reach only loopback."""

import importlib.util
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from slackapp.listening import hang_up
from slackapp.sandbox.seeds import ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox

ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "page"
NOW = datetime(2025, 11, 4, 9, 12, tzinfo=UTC)
MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Kindly"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Kindly"},
        "slash_commands": [
            {
                "command": "/thank",
                "description": "Thank a colleague",
                "usage_hint": "@colleague What they did",
            },
            {"command": "/tidy", "description": "Put things away"},
        ],
        "shortcuts": [
            {"name": "Thank someone", "type": "global", "callback_id": "thank", "description": "Thank"},
            {"name": "Thank for this", "type": "message", "callback_id": "thank_for", "description": "Thank"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "files:write", "users:read"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
NURSE, MANAGER, CLERK = "U0PAGE0001", "U0PAGE0002", "U0PAGE0003"
WARD = "C0PAGE0001"
BOT = "U0PAGEBOT1"


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def modal(words: str = "") -> dict[str, Any]:
    """The form of the small app: people, one of three, and words."""
    first = {"initial_value": words} if words else {}
    return {
        "type": "modal",
        "callback_id": "thanks",
        "notify_on_close": True,
        "title": plain("Thank someone"),
        "submit": plain("Send thanks"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "who",
                "label": plain("Who would you like to thank?"),
                "element": {"type": "multi_users_select", "action_id": "who", "max_selected_items": 2},
            },
            {
                "type": "input",
                "block_id": "what",
                "label": plain("What did they do?"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "what",
                    "options": [
                        {
                            "text": {"type": "mrkdwn", "text": f"*{name}*"},
                            "value": name.lower(),
                            "description": plain(meaning),
                        }
                        for name, meaning in (
                            ("Attending", "Made time to listen"),
                            ("Helping", "Took thoughtful action"),
                        )
                    ],
                },
            },
            {
                "type": "input",
                "block_id": "words",
                "label": plain("What became easier?"),
                "hint": plain("A sentence or two. Leave out patients' names."),
                "element": {"type": "plain_text_input", "action_id": "words", "multiline": True, **first},
            },
        ],
    }


@dataclass
class SmallApp:
    """What the small app has heard, for tests to ask."""

    sandbox: Sandbox
    client: WebClient
    app: App
    heard: list[dict[str, Any]] = field(default_factory=list)

    def post(self, channel: str, **message: Any) -> str:
        """Post as the app; gives the message's time."""
        return str(self.client.chat_postMessage(channel=channel, **{"text": "Words", **message})["ts"])

    def until(self, what: Callable[[], object], seconds: float = 10.0) -> Any:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := what():
                return found
            threading.Event().wait(0.02)
        raise AssertionError("It did not come about in time.")


def seed() -> WorkspaceSeed:
    people = (
        PersonSeed(id=NURSE, name="Ada Morgan", handle="ada", title="Nurse"),
        PersonSeed(id=MANAGER, name="Ben Okoro", handle="ben", title="Ward manager"),
        PersonSeed(id=CLERK, name="Siân <b>Hughes</b>", handle="sian", title="Ward clerk"),
    )
    everyone = (*(one.id for one in people), BOT)
    return WorkspaceSeed(
        team_id="T0PAGE0001",
        domain="ward",
        name="Ward",
        bot_token="xoxb-page",
        app_token="xapp-page",
        bot_user_id=BOT,
        people=people,
        channels=(
            ChannelSeed(id=WARD, name="ward-7", members=everyone),
            ChannelSeed(id="C0PAGE0002", name="ward-7-handover", members=everyone),
            ChannelSeed(id="C0PAGE0003", name="leaders", is_private=True, members=(MANAGER,)),
        ),
    )


def command_listeners(app: App, small: SmallApp) -> None:
    """Commands and shortcuts."""

    @app.command("/thank")
    def thank(ack: Any, command: dict[str, Any], client: WebClient) -> None:
        small.heard.append(command)
        client.views_open(trigger_id=command["trigger_id"], view=modal(command["text"]))
        ack()

    @app.command("/tidy")
    def tidy(ack: Any) -> None:
        ack(text="All tidy. Only you need to know.")

    @app.shortcut("thank")
    @app.shortcut("thank_for")
    def shortcut(ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        small.heard.append(shortcut)
        client.views_open(trigger_id=shortcut["trigger_id"], view=modal())
        ack()


def form_listeners(app: App, small: SmallApp) -> None:
    """What becomes of the form."""

    @app.view("thanks")
    def thanks(ack: Any, body: dict[str, Any], view: dict[str, Any], client: WebClient) -> None:
        small.heard.append(body)
        values = view["state"]["values"]
        if len(values["words"]["words"]["value"]) < 10:
            ack(response_action="errors", errors={"words": "One more detail makes it mean more."})
            return
        for user in values["who"]["who"]["selected_users"]:
            client.chat_postMessage(
                channel=user,
                text="A colleague thanked you.",
                blocks=thanked(body["user"]["id"], values["words"]["words"]["value"]),
            )
        ack()

    @app.view_closed("thanks")
    def closed(ack: Any, body: dict[str, Any]) -> None:
        small.heard.append(body)
        ack()


def press_listeners(app: App, small: SmallApp) -> None:
    """What becomes of presses and choices, and the Home tab."""

    @app.action("share")
    def share(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        small.heard.append(body)
        client.chat_postMessage(channel=WARD, text=f"<@{body['user']['id']}> agreed to be thanked here.")
        ack()

    @app.action({"type": "block_actions", "action_id": "anything"})
    def anything(ack: Any, body: dict[str, Any]) -> None:
        small.heard.append(body)
        ack()

    @app.action("start")
    def start(ack: Any, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=modal())
        ack()

    @app.options("anything")
    def options(ack: Any, payload: dict[str, Any]) -> None:
        names = [name for name in ("Bay 1", "Bay 2", "Side room") if payload["value"].lower() in name.lower()]
        ack(options=[{"text": plain(name), "value": name} for name in names])

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: WebClient) -> None:
        blocks = [
            {"type": "header", "text": plain("Kindly")},
            {
                "type": "section",
                "text": plain("No thank-yous yet. You could start: who made your last shift easier?"),
            },
        ]
        button = {"type": "button", "action_id": "start", "text": plain("Thank someone now")}
        blocks.append({"type": "actions", "elements": [button]})
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


def thanked(giver: str, words: str) -> list[dict[str, Any]]:
    """What the receiver gets."""
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": words}]}
    return [
        {
            "type": "section",
            "text": {
                "type": "mrkdwn",
                "text": f"*A colleague thanked you.* <@{giver}> named this as *helping*.",
            },
        },
        {"type": "rich_text", "elements": [quote]},
        {"type": "context", "elements": [plain("Only you can see this.")]},
        {
            "type": "actions",
            "block_id": "share",
            "elements": [
                {
                    "type": "button",
                    "action_id": "share",
                    "style": "primary",
                    "text": plain("Share with my team"),
                    "confirm": {
                        "title": plain("Share it?"),
                        "text": plain("Your team will read it."),
                        "confirm": plain("Share"),
                        "deny": plain("Not now"),
                    },
                },
                {"type": "button", "action_id": "anything", "text": plain("Say thanks")},
            ],
        },
    ]


@pytest.fixture
def small() -> Iterator[SmallApp]:
    """The sandbox with the small app connected."""
    with Sandbox(manifest=MANIFEST, now=NOW, rate_limits=False) as sandbox:
        sandbox.seed(seed())
        sandbox.jumps = lambda: [("the end of the month", NOW + timedelta(days=26))]  # type: ignore[attr-defined]
        client = WebClient(token="xoxb-page", base_url=f"{sandbox.url}/api/", retry_handlers=[])
        app = App(client=client, process_before_response=True)
        small = SmallApp(sandbox, client, app)
        for listeners in (command_listeners, form_listeners, press_listeners):
            listeners(app, small)
        handler = SocketModeHandler(app, "xapp-page", web_client=client)
        handler.connect()
        try:
            yield small
        finally:
            hang_up(handler)


@dataclass
class Visit:
    """A browser window on the page, and everything that must not happen in it."""

    page: Page
    small: SmallApp
    noise: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def come(self, user: str = NURSE, place: str = WARD) -> Page:
        """Open the page as somebody, at a place."""
        self.page.goto(f"{self.small.sandbox.url}/?as={user}&place={place}")
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def picture(self, name: str) -> Path:
        """Keep what is seen."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        self.page.screenshot(path=path, animations="disabled")
        return path

    def heard_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.noise.append(message.text)

    def asked(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:
            self.outside.append(request.url)


def visit_with(chromium: Browser, small: SmallApp, **context: Any) -> Iterator[Visit]:
    """A visit in a window of its own; console errors and requests beyond loopback fail the test."""
    window: BrowserContext = chromium.new_context(**{"reduced_motion": "reduce", **context})
    page = window.new_page()
    page.set_default_timeout(8000)
    visit = Visit(page, small)
    page.on("console", visit.heard_console)
    page.on("pageerror", lambda problem: visit.noise.append(str(problem)))
    page.on("request", visit.asked)
    yield visit
    window.close()
    assert visit.noise == []
    assert visit.outside == []


@pytest.fixture
def wide(chromium: Browser, small: SmallApp) -> Iterator[Visit]:
    """A desktop window."""
    yield from visit_with(chromium, small, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(chromium: Browser, small: SmallApp) -> Iterator[Visit]:
    """A phone in the dark."""
    yield from visit_with(
        chromium,
        small,
        viewport={"width": 360, "height": 740},
        color_scheme="dark",
        has_touch=True,
        is_mobile=True,
    )


def _good_examples() -> ModuleType:
    """The blocks that the validation's tests know to be good: one of every kind."""
    path = Path(__file__).parents[1] / "sandbox" / "test_blocks_accepted.py"
    spec = importlib.util.spec_from_file_location("good_examples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _short(value: Any) -> Any:
    """The same block with its filler cut: what is drawn is looked at by people."""
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return value if not isinstance(value, str) or "xxxx" not in value else "Words that stand here"


def _png(width: int, height: int) -> bytes:
    """A small picture."""
    rows = b"".join(b"\0" + b"\x1f\x5f\x66" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="session")
def every_block() -> list[tuple[str, dict[str, Any]]]:
    """Every block that may stand in a message, cut short; those that need a file are tested apart."""
    examples = _good_examples()
    blocks = {**examples.EVERYWHERE, **examples.MESSAGES}
    return [(name, _short(one)) for name, one in blocks.items() if "slack_file" not in str(one)]


@pytest.fixture
def png() -> Callable[[int, int], bytes]:
    """A small picture of a width and a height."""
    return _png
