"""The manifest lists exactly what the app listens to."""

import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_bolt import App
from slack_bolt.kwargs_injection.args import Args
from slack_sdk import WebClient

import handlers
from handlers.shared.context import Context
from slackapp import manifest_path
from slackapp.core.db import connect
from slackapp.pulse.keys import KeyDirectory

SCHEMA = Path(__file__).parent / "data" / "manifest.schema.1.0.0.json"


@pytest.fixture
def manifest() -> dict[str, Any]:
    return dict(yaml.safe_load(manifest_path().read_text()))


@pytest.fixture
def bolt(tmp_path: Path) -> Iterator[App]:
    client = WebClient("xoxb-none", base_url="http://127.0.0.1:9/", retry_handlers=[])
    app = App(client=client, signing_secret="unused", token_verification_enabled=False)
    sessions = connect(f"sqlite:///{tmp_path}/a.db")
    handlers.register(app, Context(sessions, lambda: datetime.now(UTC), KeyDirectory(tmp_path / "keys")))
    yield app
    sessions.dispose()


def accepted(bolt: App, body: dict[str, Any]) -> bool:
    """Whether any listener would take this payload."""
    from slack_bolt import BoltRequest, BoltResponse

    request = BoltRequest(body=body, mode="socket_mode")
    return any(listener.matches(req=request, resp=BoltResponse(status=404)) for listener in bolt._listeners)


def test_the_manifest_is_valid_by_slacks_own_schema(manifest: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(manifest, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest | {"features": {"bot_user": {"display_name": 7}}}, schema)


def test_every_command_shortcut_and_event_has_its_listener(bolt: App, manifest: dict[str, Any]) -> None:
    payloads = [{"command": entry["command"]} for entry in manifest["features"]["slash_commands"]]
    payloads += [
        {
            "type": "shortcut" if shortcut["type"] == "global" else "message_action",
            "callback_id": shortcut["callback_id"],
        }
        for shortcut in manifest["features"]["shortcuts"]
    ]
    payloads += [
        {"type": "event_callback", "event": {"type": event}}
        for event in manifest["settings"]["event_subscriptions"]["bot_events"]
    ]
    assert [body for body in payloads if not accepted(bolt, body)] == []
    assert not accepted(bolt, {"command": "/unheard-of"})


def test_nothing_is_listened_to_that_slack_is_not_told_of(bolt: App, manifest: dict[str, Any]) -> None:
    commands = {entry["command"] for entry in manifest["features"]["slash_commands"]}
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    for command in ("/appreciate", "/pulse", "/digest", "/thanks"):
        assert accepted(bolt, {"command": command}) == (command in commands)
    for event in ("app_home_opened", "team_join", "reaction_added", "message", "member_joined_channel"):
        assert accepted(bolt, {"type": "event_callback", "event": {"type": event}}) == (event in events)


def test_there_is_no_scope_to_read_what_people_write(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert set(scopes) == {
        "commands",
        "channels:read",
        "chat:write",
        "files:write",
        "groups:read",
        "reactions:read",
        "usergroups:read",
        "users:read",
    }
    assert [scope for scope in scopes if "history" in scope] == []


def test_every_scope_has_its_reason_beside_it() -> None:
    lines = manifest_path().read_text().splitlines()
    start = lines.index("    bot:") + 1
    scopes = [line for line in lines[start:] if line.startswith("      - ")][:8]
    assert all(" # " in line and len(line.split(" # ")[1]) > 15 for line in scopes), scopes


def test_listeners_ask_only_for_what_bolt_gives(bolt: App) -> None:
    known = set(inspect.signature(Args.__init__).parameters)
    wrong = {
        f"{listener.ack_function.__qualname__}({name})"
        for listener in bolt._listeners
        for name in inspect.signature(listener.ack_function).parameters
        if name not in known
    }
    assert len(bolt._listeners) > 8
    assert wrong == set()
