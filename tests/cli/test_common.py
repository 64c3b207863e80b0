"""Every command's help has examples that run as written, and lists its exit codes."""

import json
import shlex
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import click
import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from cryptography.fernet import Fernet

from slackapp.cli.common import CommandWithExamples
from slackapp.cli.main import main

SCHEMA = Path(__file__).parent.parent / "data" / "manifest.schema.1.0.0.json"
URL = "https://thanks.example.org"
WITHOUT_JSON = {
    "clock confirm",
    "demo",
    "digest",
    "healthy",
    "migrate",
    "sandbox",
    "serve",
    "tokens new-key",
}
"""Commands that run until stopped, or that print one file or one line."""


def commands(group: click.Group = main, *above: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        else:
            yield " ".join([*above, name]), command


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_in_the_help_is_understood(name: str, tmp_path: Path) -> None:
    command = COMMANDS[name]
    assert isinstance(command, CommandWithExamples)
    assert command.examples
    runner = CliRunner()
    output = runner.invoke(main, [*name.split(), "--help"]).output
    assert "Exit codes:" in output
    with chdir(tmp_path):
        for line, what in command.examples:
            assert line in output, line
            program, *words = shlex.split(line)
            assert (program, words[: len(name.split())]) == ("slackapp", name.split())
            arguments = words[len(name.split()) :]
            for word in arguments:
                # The files that the line names must exist for it to be parsed.
                if word.endswith((".csv", ".db", ".yml")) and not word.startswith("/"):
                    Path(word).touch()
            context = command.make_context(name, _in_this_folder(arguments))
            assert context.command is command
            assert what.endswith(".")


def _in_this_folder(words: list[str]) -> list[str]:
    names = [word.removeprefix("/backups/") for word in words]
    for word in names:
        if word.endswith(".db"):
            Path(word).touch()
    return names


def test_a_wrong_example_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        COMMANDS["export"].make_context("export", ["U0123ABCD", "--into", "."])


def test_every_command_that_reports_does_so_as_json_too() -> None:
    plain = {
        name for name, command in COMMANDS.items() if not any("--json" in p.opts for p in command.params)
    }
    assert plain == WITHOUT_JSON


def test_the_program_says_what_its_exit_codes_mean_and_where_to_begin() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for word in ("Exit codes: 0 done", "2 wrong use", "slackapp demo", "slackapp check", "COMMAND --help"):
        assert word in output


@pytest.mark.parametrize("organisation", [False, True])
def test_the_manifest_for_http_is_valid_by_slacks_schema(*, organisation: bool) -> None:
    arguments = ["manifest", "--http", f"{URL}/", *(["--organisation"] if organisation else [])]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    manifest = yaml.safe_load(result.output)
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()))
    assert {command["url"] for command in manifest["features"]["slash_commands"]} == {f"{URL}/slack/events"}
    settings = manifest["settings"]
    assert settings["event_subscriptions"]["request_url"] == f"{URL}/slack/events"
    assert settings["interactivity"]["request_url"] == f"{URL}/slack/events"
    assert manifest["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert (settings["socket_mode_enabled"], settings["org_deploy_enabled"]) == (False, organisation)
    granted = "team_access_granted" in settings["event_subscriptions"]["bot_events"]
    assert granted is organisation
    assert json.loads(CliRunner().invoke(main, [*arguments, "--json"]).output) == manifest


def test_the_plain_manifest_is_the_file_with_its_reasons() -> None:
    output = CliRunner().invoke(main, ["manifest"]).output
    assert "# messages to people and, when a receiver agrees" in output
    assert yaml.safe_load(output)["settings"]["socket_mode_enabled"] is True


@pytest.mark.parametrize(
    "url", ["http://thanks.example.org", "thanks.example.org", f"{URL}/app", f"{URL}?a=b", "https://"]
)
def test_an_address_that_slack_would_refuse_is_refused_here(url: str) -> None:
    result = CliRunner().invoke(main, ["manifest", "--http", url])
    assert (result.exit_code, "begins with https://" in result.output) == (2, True)


def test_the_listener_the_installation_and_the_manifest_name_the_same_paths() -> None:
    from slackapp.cli import setup
    from slackapp.http import guard, oauth

    assert (setup.EVENTS_PATH, setup.RETURN_PATH) == (guard.EVENTS, oauth.RETURN)


def test_a_new_key_seals_tokens() -> None:
    result = CliRunner().invoke(main, ["tokens", "new-key"])
    assert Fernet(result.output.strip())
