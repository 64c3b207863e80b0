"""A manifest is checked as Slack checks it, wherever one is read from outside."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from slackapp import manifest_path
from slackapp.cli.main import main
from slackapp.cli.setup import over_http
from slackapp.sandbox.core.manifest_rules import manifest_problems
from slackapp.sandbox.core.seeds import AppSeed
from tests.sandbox.conftest import Ward


def good() -> dict[str, Any]:
    return dict(yaml.safe_load(manifest_path().read_text(encoding="utf-8")))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The app's own manifest with one thing put in, by a JSON pointer."""
    manifest = good()
    inner: Any = manifest
    *steps, last = path.strip("/").split("/")
    for step in steps:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[int(last) if isinstance(inner, list) else last] = value
    return manifest


REFUSED: list[tuple[str, Any, str, str]] = [
    ("/display_information/name", "A" * 60, "/display_information/name", "less than 36 characters"),
    ("/display_information/name", "", "/display_information/name", "must not be empty"),
    ("/display_information/colour", "red", "/display_information", "colour"),
    ("/display_information/background_color", "teal", "/display_information/background_color", "color"),
    ("/features/slash_commands/0/command", "thanks", "/features/slash_commands/0/command", "begin with /"),
    ("/features/slash_commands/0/command", "/a b", "/features/slash_commands/0/command", "one word"),
    ("/features/slash_commands/1/command", "/appreciate", "/features/slash_commands/1/command", "twice"),
    ("/features/slash_commands/0/usage", "x", "/features/slash_commands/0", "usage"),
    ("/features/shortcuts/0/type", "local", "/features/shortcuts/0/type", "one of message, global"),
    ("/features/bot_user/display_name", "A" * 81, "/features/bot_user/display_name", "less than 81"),
    ("/oauth_config/scopes/bot/0", "chat:shout", "/oauth_config/scopes/bot/0", "`chat:shout`"),
    ("/oauth_config/scopes/bot/0", "admin.users:read", "/oauth_config/scopes/bot/0", "Illegal bot scope"),
    ("/oauth_config/scopes/bot/0", "chat:write", "/oauth_config/scopes/bot/2", "twice"),
    (
        "/settings/event_subscriptions/bot_events/0",
        "app_opened",
        "/settings/event_subscriptions/bot_events/0",
        "`app_opened`",
    ),
    (
        "/settings/event_subscriptions/bot_events/0",
        "user_typing",
        "/settings/event_subscriptions/bot_events/0",
        "Illegal event",
    ),
    (
        "/settings/event_subscriptions/bot_events/1",
        "app_home_opened",
        "/settings/event_subscriptions/bot_events",
        "twice",
    ),
    ("/settings/socket_mode_enabled", False, "/settings/interactivity", "Interactivity requires"),
    ("/settings/socket_mode_enabled", False, "/settings/event_subscriptions", "Request URL or Socket Mode"),
    ("/settings/socket_mode_enabled", False, "/features/slash_commands/0/url", "Request URL"),
    ("/settings/socket_mode_enabled", "yes", "/settings/socket_mode_enabled", "type boolean"),
    ("/_metadata", {"major_version": 2, "more": 1}, "/_metadata", "more"),
    ("/oauth_config/scopes", ["chat:write"], "/oauth_config/scopes", "type object"),
]


@pytest.mark.parametrize(("path", "value", "pointer", "words"), REFUSED)
def test_what_slack_refuses_is_refused_with_the_place_and_the_reason(
    path: str, value: Any, pointer: str, words: str
) -> None:
    problems = manifest_problems(changed(path, value))
    assert any(problem.pointer == pointer and words in problem.message for problem in problems), problems


@pytest.mark.parametrize("nothing", [None, [], "manifest", {}, {"display_information": {}}])
def test_what_is_no_manifest_is_refused(nothing: Any) -> None:
    assert manifest_problems(nothing)


def test_the_apps_own_manifest_is_taken_in_every_form() -> None:
    assert manifest_problems(good()) == []
    http = good()
    over_http(http, "https://thanks.example.org", organisation=True)
    assert manifest_problems(http) == []
    assert manifest_problems(good() | {"_metadata": {"major_version": 2}}) == []


def test_the_command_refuses_to_start_with_a_manifest_that_slack_would_refuse(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(changed("/display_information/name", "A" * 60)))
    answer = CliRunner().invoke(main, ["sandbox", "--port", "0", "--manifest", str(path)])
    assert answer.exit_code == 1
    assert "/display_information/name: must be less than 36 characters" in answer.output


def test_the_method_tells_the_same_with_a_configuration_token(steady_ward: Ward) -> None:
    token = AppSeed().configuration_token
    answer = steady_ward.call("apps.manifest.validate", {"manifest": json.dumps(good())}, token=token)
    assert answer == {"ok": True, "errors": []}
    broken = json.dumps(changed("/settings/socket_mode_enabled", value=False))
    answer = steady_ward.call("apps.manifest.validate", {"manifest": broken}, token=token)
    assert answer["error"] == "invalid_manifest"
    assert {
        "pointer": "/settings/interactivity",
        "message": "Interactivity requires a Request URL",
    } in answer["errors"]
    answer = steady_ward.call("apps.manifest.validate", {"manifest": "{"}, token=token)
    assert answer["errors"] == [{"pointer": "/", "message": "is not valid JSON"}]
    assert steady_ward.call("apps.manifest.validate", {"manifest": "{}"})["error"] == "not_allowed_token_type"
    assert steady_ward.call("auth.test", token=token)["error"] == "not_allowed_token_type"
