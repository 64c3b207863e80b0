"""What the tests of acting people share: a form, a connected app, a posted message."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App

from tests.sandbox.acting.tea import ME_TOO, option
from tests.sandbox.block_parts import plain
from tests.sandbox.conftest import Person, Ward
from tests.sandbox.ward import ADA, BEN, GENERAL


def _serve(ward: Ward, **listeners: Callable[..., None]) -> App:
    """A connected Bolt app: command, raw, tea (view), closed, me_too (action), boil, serve, home."""
    app = ward.bolt()
    wiring = {
        "command": app.command("/kettle"),
        "raw": app.command("/raw"),
        "tea": app.view("tea"),
        "closed": app.view_closed("tea"),
        "me_too": app.action("me_too"),
        "boil": app.global_shortcut("boil"),
        "serve": app.message_shortcut("serve"),
        "home": app.event("app_home_opened"),
    }
    for name, listener in listeners.items():
        wiring[name](listener)
    ward.connect(app)
    return app


def _tea_form(**changes: Any) -> dict[str, Any]:
    """A modal with an input of every usual kind."""

    def field(block: str, label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "input", "block_id": block, "label": plain(label), "element": element, **more}

    kinds = [option("Black", "b"), option("Green", "g")]
    blocks = [
        field("who", "Who for?", {"type": "multi_users_select", "action_id": "a"}),
        field("kind", "Which tea?", {"type": "radio_buttons", "action_id": "a", "options": kinds}),
        field("cup", "Cup", {"type": "static_select", "action_id": "a", "options": kinds}, optional=True),
        field("extra", "With", {"type": "checkboxes", "action_id": "a", "options": kinds}, optional=True),
        field("when", "When?", {"type": "datepicker", "action_id": "a"}, optional=True),
        field(
            "note", "A note", {"type": "plain_text_input", "action_id": "a", "max_length": 20}, optional=True
        ),
    ]
    return {
        "type": "modal",
        "callback_id": "tea",
        "title": plain("Tea"),
        "submit": plain("Brew"),
        "blocks": blocks,
    } | changes


def _opened(ward: Ward, **listeners: Callable[..., None]) -> Person:
    """Ada with a filled-in form in front of her."""

    def open_form(ack: Any, body: Any, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=_tea_form(notify_on_close=True))
        ack()

    _serve(ward, command=open_form, **listeners)
    ada = ward.person(ADA)
    ada.types("/kettle")
    ada.fills("Who for?", f"<@{BEN}>")
    ada.fills("Which tea?", "Black")
    return ada


def _posted(ward: Ward, **where: Any) -> str:
    """A message with controls in the channel."""
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Tea?*"}},
        {
            "type": "actions",
            "block_id": "do",
            "elements": [
                ME_TOO,
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [option("Mute", "m"), option("Leave", "l")],
                },
                {
                    "type": "static_select",
                    "action_id": "cup",
                    "placeholder": plain("Cup"),
                    "options": [option("Big", "1")],
                },
            ],
        },
    ]
    return str(
        ward.client.chat_postMessage(**({"channel": GENERAL} | where), text="Tea?", blocks=blocks)["ts"]
    )


def _opened_homes(ward: Ward) -> list[dict[str, Any]]:
    """The app_home_opened events about the Home tab itself; the messages tab has its own."""
    return [payload for payload in ward.sent("event_callback") if payload["event"].get("tab") == "home"]


@pytest.fixture
def serve() -> Callable[..., App]:
    """Connect an app with these listeners."""
    return _serve


@pytest.fixture
def tea_form() -> Callable[..., dict[str, Any]]:
    """A modal with an input of every usual kind."""
    return _tea_form


@pytest.fixture
def opened() -> Callable[..., Person]:
    """Ada with a filled-in form in front of her."""
    return _opened


@pytest.fixture
def posted() -> Callable[..., str]:
    """Post a message with controls."""
    return _posted


@pytest.fixture
def opened_homes() -> Callable[[Ward], list[dict[str, Any]]]:
    """The app_home_opened events about the Home tab itself."""
    return _opened_homes
