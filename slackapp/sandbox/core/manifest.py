"""The parts of an app manifest that the sandbox uses."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from slackapp.sandbox.core.manifest_rules import manifest_problems


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as the manifest declares it, e.g. `/appreciate`."""

    name: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut; `kind` is "global" or "message"."""

    name: str
    callback_id: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of an app manifest that change how Slack behaves towards the app."""

    name: str
    bot_name: str
    commands: dict[str, Command]
    shortcuts: tuple[Shortcut, ...]
    scopes: tuple[str, ...]
    events: frozenset[str]
    redirect_urls: tuple[str, ...]
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactivity: bool
    raw: dict[str, Any] = field(repr=False)


class ManifestError(ValueError):
    """The input is not an app manifest; the message says why."""


def read_manifest(source: Path | dict[str, Any]) -> Manifest:
    """Read a manifest from YAML or JSON (which is YAML too) or from its parsed form.

    Raises:
        ManifestError: It is neither, or the app has no name, or a part of it is of the wrong kind.
    """
    raw = source if isinstance(source, dict) else _parse(source)
    try:
        return _manifest(raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"this is no app manifest as Slack reads it ({_where(error)}).") from None


def read_checked_manifest(source: Path, *, has_address: bool) -> dict[str, Any]:
    """Read a manifest and check it as Slack does.

    Raises:
        ManifestError: Slack would refuse it; the message has one line for each reason.
    """
    raw = _parse(source)
    if problems := manifest_problems(raw, has_address=has_address):
        lines = ["Slack would refuse this manifest:", *(f"  {problem}" for problem in problems)]
        raise ManifestError("\n".join(lines))
    return dict(raw)


def _parse(source: Path) -> Any:  # noqa: ANN401  # whatever YAML holds
    try:
        return yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(f"this is neither YAML nor JSON: {' '.join(str(error).split())}") from None


def _where(error: Exception) -> str:
    return (
        f"{error.args[0]} is missing" if isinstance(error, KeyError) else "a part of it is of the wrong kind"
    )


def _manifest(raw: dict[str, Any]) -> Manifest:
    features, settings = raw.get("features", {}), raw.get("settings", {})
    oauth, home = raw.get("oauth_config", {}), features.get("app_home", {})
    name = raw["display_information"]["name"]
    return Manifest(
        name=name,
        bot_name=features.get("bot_user", {}).get("display_name", name),
        commands={entry["command"]: _command(entry) for entry in features.get("slash_commands", [])},
        shortcuts=tuple(_shortcut(entry) for entry in features.get("shortcuts", [])),
        scopes=tuple(oauth.get("scopes", {}).get("bot", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        redirect_urls=tuple(oauth.get("redirect_urls", [])),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", True),
        messages_read_only=home.get("messages_tab_read_only_enabled", False),
        interactivity=settings.get("interactivity", {}).get("is_enabled", False),
        raw=raw,
    )


def _command(entry: dict[str, Any]) -> Command:
    return Command(
        name=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
        should_escape=entry.get("should_escape", False),
    )


def _shortcut(entry: dict[str, Any]) -> Shortcut:
    return Shortcut(
        name=entry["name"],
        callback_id=entry["callback_id"],
        kind=entry["type"],
        description=entry.get("description", ""),
    )
