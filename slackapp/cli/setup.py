"""`slackapp manifest` and `slackapp tokens`: what HTTP mode needs before and while it runs."""

import re
import sys
from typing import Any
from urllib.parse import urlsplit

import click

from slackapp.cli.common import FAILED, CommandWithExamples, explained, json_option, stored, tell
from slackapp.core.secret_files import environment

EVENTS_PATH, RETURN_PATH = "/slack/events", "/slack/oauth_redirect"
_ORGANISATION_EVENTS = ("team_access_granted", "team_access_revoked")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_HOST = re.compile(r"[A-Za-z0-9.-]+")


@click.command(
    cls=CommandWithExamples,
    examples=[
        (
            "slackapp manifest",
            "For Socket Mode: paste it at api.slack.com/apps, Create New App.",
        ),
        (
            "slackapp manifest --http https://thanks.example.org",
            "For HTTP mode, with its addresses.",
        ),
        (
            "slackapp manifest --http http://127.0.0.1:3000",
            "For HTTP mode with a sandbox on this machine.",
        ),
        (
            "slackapp manifest --http https://thanks.example.org --organisation",
            "For an Enterprise Grid.",
        ),
    ],
)
@click.option(
    "--http", "url", help="This server's address as Slack reaches it, as in https://thanks.example.org."
)
@click.option("--organisation", is_flag=True, help="May be installed into a whole organisation at once.")
@click.option("--json", "as_json", is_flag=True, help="As JSON instead of YAML; Slack takes both.")
def manifest(url: str | None, *, organisation: bool, as_json: bool) -> None:
    """Print the app's manifest, to make the app in Slack with."""
    import yaml  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import manifest_path  # noqa: PLC0415 - likewise

    if organisation and not url:
        raise click.UsageError("An organisation's app needs HTTP mode: say --http URL, too.")
    text = manifest_path().read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    if url:
        over_http(document, _checked(url), organisation=organisation)
        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    if as_json:
        tell(document)
    else:
        click.echo(text, nl=False)


def over_http(document: dict[str, Any], url: str, *, organisation: bool = False) -> None:
    """Change a manifest for HTTP mode at this address, which has no slash at its end."""
    events = f"{url}{EVENTS_PATH}"
    for command in document["features"]["slash_commands"]:
        command["url"] = events
    document["oauth_config"]["redirect_urls"] = [f"{url}{RETURN_PATH}"]
    settings = document["settings"]
    settings["event_subscriptions"]["request_url"] = events
    settings["interactivity"]["request_url"] = events
    # Slack asks here for the options of lists that are searched while typing.
    settings["interactivity"]["message_menu_options_url"] = events
    settings["socket_mode_enabled"] = False
    if organisation:
        settings["org_deploy_enabled"] = True
        settings["event_subscriptions"]["bot_events"] = sorted(
            {*settings["event_subscriptions"]["bot_events"], *_ORGANISATION_EVENTS}
        )


@click.group()
def tokens() -> None:
    """The sealed tokens of installations (HTTP mode with OAuth), and the keys that seal them."""


@tokens.command(
    "new-key",
    cls=CommandWithExamples,
    examples=[("slackapp tokens new-key", "Put what it prints first into TOKEN_KEYS.")],
)
def new_key() -> None:
    """Make a key for TOKEN_KEYS. It is printed and kept nowhere."""
    from slackapp.connection.installations import new_key as create_key  # noqa: PLC0415 - the command line starts faster without it

    click.echo(create_key())


@tokens.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp tokens rotate", "With the new key first and the old one after it in TOKEN_KEYS."),
        ("slackapp tokens rotate --json", "From a script: how many were sealed anew, how many no key opens."),
    ],
    ends={FAILED: "some token is opened by none of the keys, or it could not be done"},
)
@json_option
@explained
def rotate(*, as_json: bool) -> None:
    """Seal every token with the first of TOKEN_KEYS, while the app runs.

    To change the key: put a new one first and keep the old one after it, restart the app, rotate, then
    take the old key away and restart again.
    """
    from slackapp.connection import installations  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.core.db import connect  # noqa: PLC0415 - the command line starts faster without it

    keys = [key.strip() for key in environment().get("TOKEN_KEYS", "").split(",") if key.strip()]
    locker = installations.TokenEncryption(keys)
    sessions = connect(stored().database_url)
    try:
        with sessions.begin() as session:
            total, lost = installations.count(session), installations.reencrypt(session, locker)
    finally:
        sessions.dispose()
    if as_json:
        tell({"sealed": total - lost, "lost": lost})
    else:
        click.echo(f"{total - lost} sealed with the first key.")
    if lost:
        message = f"{lost} open with none of TOKEN_KEYS: those workspaces must install again."
        click.echo(message, err=True)
        sys.exit(FAILED)


def _checked(url: str) -> str:
    parts = urlsplit(url)
    is_plain = parts.path in {"", "/"} and not parts.query and not parts.fragment and not parts.username
    # On this machine a sandbox stands in for Slack; it has no certificate.
    schemes = {"https", "http"} if parts.hostname in _LOOPBACK else {"https"}
    if parts.scheme not in schemes or not _HOST.fullmatch(parts.hostname or "") or not is_plain:
        raise click.UsageError(
            "--http is an address that begins with https:// and has no path; "
            "with a sandbox it may be http://127.0.0.1 and a port."
        )
    return url.rstrip("/")
