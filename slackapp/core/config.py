"""Settings, read once from the environment. Secrets are hidden in every representation."""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from slackapp.core import confidentiality
from slackapp.core.errors import SettingsError

SLACK_HOSTS = ("slack.com", "slack-gov.com")
DEFAULT_API = "https://slack.com"
_PORTS = range(65536)


class Role(StrEnum):
    """What a process does: everything, answer only, or deliver and run the scheduled jobs only."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"

    @property
    def listens(self) -> bool:
        """Whether the process takes requests from Slack."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Whether the process delivers messages and runs the scheduled jobs."""
        return self is not Role.WEB


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's settings from the environment.

    `slack_api_url` is the base without "/api/". `health_port` 0 means that no health
    page is served.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    database_url: str = field(repr=False)
    key_directory: Path
    signing_secret: str = field(default="", repr=False)
    """Needed only in HTTP mode."""
    slack_api_url: str = DEFAULT_API
    browser_path: str | None = None
    log_level: str = "INFO"
    health_port: int = 8080
    guard_words: Path | None = None
    """An organisation's own words for the confidentiality guard, beside those that come with the app."""
    role: Role = Role.ALL
    """Chosen on the command line: processes on one machine share an environment."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A missing or invalid setting, and how to fix it."""

    name: str
    advice: str

    def __str__(self) -> str:
        return f"{self.name}: {self.advice}"


def read(environ: Mapping[str, str], *, unneeded: frozenset[str] = frozenset()) -> Settings:
    """The settings, or a SettingsError that names everything missing or wrong at once.

    Tokens that are `unneeded`, because requests come over HTTP or each workspace has its own, may be missing.
    """
    problems = [finding for finding in findings(environ) if finding.name not in unneeded]
    if problems:
        raise SettingsError("\n".join(str(finding) for finding in problems))
    return Settings(
        bot_token=environ.get("SLACK_BOT_TOKEN", ""),
        app_token=environ.get("SLACK_APP_TOKEN", ""),
        database_url=environ.get("DATABASE_URL") or "sqlite:///appreciate.db",
        key_directory=Path(environ["KEY_DIR"]),
        signing_secret=environ.get("SLACK_SIGNING_SECRET", ""),
        slack_api_url=(environ.get("SLACK_API_URL") or DEFAULT_API).rstrip("/"),
        browser_path=environ.get("BROWSER_PATH") or None,
        log_level=(environ.get("LOG_LEVEL") or "INFO").upper(),
        health_port=int(environ.get("HEALTH_PORT") or "8080"),
        guard_words=Path(environ["GUARD_WORDS"]) if environ.get("GUARD_WORDS") else None,
    )


def findings(environ: Mapping[str, str]) -> list[Finding]:
    """Return the problems that prevent a start; empty if the app can start."""
    checks: tuple[Callable[[Mapping[str, str]], Finding | None], ...] = (
        _bot_token,
        _app_token,
        _database_url,
        _database_folder,
        _key_directory,
        _api_url,
        _browser_path,
        _log_level,
        _health_port,
        _guard_words,
    )
    return [finding for check in checks if (finding := check(environ))]


def _bot_token(environ: Mapping[str, str]) -> Finding | None:
    if environ.get("SLACK_BOT_TOKEN", "").startswith("xoxb-"):
        return None
    return Finding("SLACK_BOT_TOKEN", "set it to the bot token that begins with xoxb- (OAuth & Permissions).")


def _app_token(environ: Mapping[str, str]) -> Finding | None:
    if environ.get("SLACK_APP_TOKEN", "").startswith("xapp-"):
        return None
    return Finding(
        "SLACK_APP_TOKEN",
        "set it to the app-level token that begins with xapp- and has connections:write.",
    )


def _database_url(environ: Mapping[str, str]) -> Finding | None:
    try:
        url = make_url(environ.get("DATABASE_URL") or "sqlite:///appreciate.db")
    except ArgumentError:
        url = None
    backend = url.get_backend_name() if url else ""
    if url and backend == "sqlite" and (url.database in {None, "", ":memory:"} or "mode" in url.query):
        return Finding("DATABASE_URL", "name a file: what is only in memory is lost when the app stops.")
    if backend == "postgresql" and find_spec("psycopg") is None:
        return Finding(
            "DATABASE_URL",
            "PostgreSQL needs its driver: pip install --require-hashes -r requirements-postgres.lock",
        )
    if backend in {"sqlite", "postgresql", "postgres"}:
        return None
    return Finding("DATABASE_URL", "use sqlite:///path/to/file.db or postgresql://user:password@host/name.")


def _key_directory(environ: Mapping[str, str]) -> Finding | None:
    if not environ.get("KEY_DIR"):
        return Finding(
            "KEY_DIR",
            "name a directory for the pulse's keys that no backup reaches, outside the database's own.",
        )
    if _is_beside_the_keys(environ):
        advice = "choose a directory neither in the database's nor around it: a backup would take both."
        return Finding("KEY_DIR", advice)
    return None


def _is_beside_the_keys(environ: Mapping[str, str]) -> bool:
    database = _database_file(environ)
    if database is None or not environ.get("KEY_DIR"):
        return False
    directory = Path(environ["KEY_DIR"]).resolve()
    return directory.is_relative_to(database.parent) or database.is_relative_to(directory)


def _database_folder(environ: Mapping[str, str]) -> Finding | None:
    database = _database_file(environ)
    # Where the database may not lie at all, nobody is to make a folder for it.
    if database is None or _is_beside_the_keys(environ):
        return None
    if database.parent.is_dir() and os.access(database.parent, os.W_OK | os.X_OK) and not database.is_dir():
        return None
    return Finding("DATABASE_URL", "make the folder for the file first, and let the app's user write in it.")


def _database_file(environ: Mapping[str, str]) -> Path | None:
    try:
        url = make_url(environ.get("DATABASE_URL") or "sqlite:///appreciate.db")
    except ArgumentError:
        return None
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


def _api_url(environ: Mapping[str, str]) -> Finding | None:
    url = urlsplit(environ.get("SLACK_API_URL") or DEFAULT_API)
    host = url.hostname or ""
    is_slack = url.scheme == "https" and any(
        host == slack_host or host.endswith(f".{slack_host}") for slack_host in SLACK_HOSTS
    )
    if is_slack or (url.scheme in {"http", "https"} and _is_loopback(host)):
        return None
    return Finding(
        "SLACK_API_URL", "leave it out, or name a sandbox on this machine (http://127.0.0.1:8642)."
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _browser_path(environ: Mapping[str, str]) -> Finding | None:
    path = environ.get("BROWSER_PATH")
    if not path or Path(path).is_file():
        return None
    return Finding("BROWSER_PATH", "there is no such program; leave it out to let the app look for one.")


def _log_level(environ: Mapping[str, str]) -> Finding | None:
    if (environ.get("LOG_LEVEL") or "INFO").upper() in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        return None
    return Finding("LOG_LEVEL", "use DEBUG, INFO, WARNING or ERROR.")


def _guard_words(environ: Mapping[str, str]) -> Finding | None:
    path = environ.get("GUARD_WORDS")
    if not path:
        return None
    try:
        confidentiality.standard(Path(path))
    except (OSError, ValueError):
        return Finding(
            "GUARD_WORDS",
            "name a TOML file of lists of words, like those in slackapp/locales/en/confidentiality.toml.",
        )
    return None


def _health_port(environ: Mapping[str, str]) -> Finding | None:
    port = environ.get("HEALTH_PORT") or "8080"
    if port.isdecimal() and int(port) in _PORTS:
        return None
    return Finding("HEALTH_PORT", "use a port from 1 to 65535, or 0 for none.")
