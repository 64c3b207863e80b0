"""A small app of its own for the page's tests: its manifest, its ward, its form and its listeners."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed, WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from tests.sandbox.block_parts import plain

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
        """Wait until a condition holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if result := what():
                return result
            threading.Event().wait(0.02)
        raise AssertionError("It did not come about in time.")


def seed() -> WorkspaceSeed:
    people = (
        PersonSeed(id=NURSE, name="Ada Morgan", handle="ada", title="Nurse"),
        PersonSeed(id=MANAGER, name="Ben Okoro", handle="ben", title="Ward manager"),
        PersonSeed(id=CLERK, name="Siân <b>Hughes</b>", handle="sian", title="Ward clerk"),
    )
    everyone = (*(person.id for person in people), BOT)
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
    """Listeners for the form."""

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
    """Listeners for presses, choices and the Home tab."""

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
        blocks: list[dict[str, Any]] = [
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
