"""What Slack would send for one press, form, choice or command, and what it is about in one workspace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class World:
    """What one workspace holds, by our ids. `obstacle` is the team's own, `waiting` waits for its leader."""

    suffix: str
    team: str
    digest: str
    promise: str
    delivery: str
    question: str
    poll: str
    comment: str
    thanks: str
    obstacle: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Door:
    """One way to do what a permission allows.

    When it opens, `shows` is in what the app says, or else the database changes.
    """

    permission: Permission
    body: Callable[["Door", World], dict[str, Any]]
    name: str
    value: Callable[[World], str] = field(default=lambda _: "0")
    metadata: Callable[[World], str] = field(default=lambda _: "")
    values: Mapping[str, Any] = field(default_factory=dict)
    shows: str = ""
    is_about: bool = False
    """Whether it is about something that another workspace has, too."""


def press(door: Door, world: World) -> dict[str, Any]:
    action = {"action_id": door.name, "block_id": "b", "type": "button", "action_ts": "1.2"}
    modal = {
        "id": "V1",
        "type": "modal",
        "hash": "1.h",
        "root_view_id": "V1",
        "private_metadata": door.metadata(world),
        "state": {"values": dict(door.values)},
        "blocks": [],
    }
    return {
        "type": "block_actions",
        "container": {"type": "view", "view_id": "V1"},
        "actions": [action | {"value": door.value(world), "selected_option": {"value": door.value(world)}}],
        "view": modal,
        "trigger_id": "1.2.3",
    }


def submit(door: Door, world: World) -> dict[str, Any]:
    blocks = [{"type": "input", "block_id": name} for name in door.values]
    return {
        "type": "view_submission",
        "trigger_id": "1.2.3",
        "view": {
            "id": "V1",
            "type": "modal",
            "hash": "1.h",
            "root_view_id": "V1",
            "callback_id": door.name,
            "private_metadata": door.metadata(world),
            "state": {"values": dict(door.values)},
            "blocks": blocks,
        },
    }


def choose(door: Door, world: World) -> dict[str, Any]:
    return {
        "type": "block_suggestion",
        "action_id": door.name,
        "block_id": "b",
        "value": "",
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "private_metadata": door.metadata(world)},
    }


def command(door: Door, world: World) -> dict[str, Any]:
    return {"command": door.name, "text": door.value(world), "trigger_id": "1.2.3", "channel_id": "C0X"}
