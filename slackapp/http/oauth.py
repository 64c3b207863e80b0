"""Install the app through OAuth: send the browser to Slack, take the code, show the result."""

import html
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.web import SlackResponse
from sqlalchemy.orm import Session

from slackapp import manifest_path
from slackapp.app import Clock
from slackapp.connection import installations
from slackapp.connection.clients import granted_workspaces
from slackapp.connection.installations import NewInstallation, TokenEncryption
from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.core.i18n import Voice, voice
from slackapp.http.settings import HttpSettings
from slackapp.workspace import first_steps, registry

START, RETURN = "/slack/install", "/slack/oauth_redirect"
_COOKIE = "appreciate_state"
_MINUTE = timedelta(minutes=1)
_logger = logging.getLogger(__name__)
_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Appreciate</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }}</style>
</head><body><main><h1>{title}</h1><p>{told}</p></main></body></html>"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page: its status, heading and sentence."""

    status: str
    title: str
    sentence: str


class StartLimit:
    """Limits how many installations begin in a minute, as anybody on the internet may begin one."""

    def __init__(self, most: int = 60) -> None:
        self._most = most
        self._begun: deque[datetime] = deque()
        self._lock = Lock()

    def allows(self, now: datetime) -> bool:
        """Return whether one more may begin now, and count it if so."""
        with self._lock:
            while self._begun and now - self._begun[0] >= _MINUTE:
                self._begun.popleft()
            if len(self._begun) >= self._most:
                return False
            self._begun.append(now)
            return True


@dataclass(frozen=True, slots=True)
class Installing:
    """The two pages of an installation."""

    http: HttpSettings
    sessions: Sessions
    locker: TokenEncryption
    now: Clock
    starts: StartLimit = field(default_factory=StartLimit)

    def start(self, _environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Redirect the browser to Slack, with a state that only this browser has. Nothing is stored."""
        if not self.starts.allows(self.now()):
            say = voice()
            sentence = say("Too many installations were started just now. Please try again in a minute.")
            return _page(Answer("429 Too Many Requests", say("Not installed"), sentence), start_response, [])
        state = installations.new_state(self.locker, now=self.now())
        query = {
            "client_id": self.http.client_id,
            "scope": ",".join(scopes()),
            "state": state,
            "redirect_uri": self.http.redirect_uri,
        }
        address = f"{self.http.settings.slack_api_url}/oauth/v2/authorize?{urlencode(query)}"
        start_response(
            "302 Found",
            [("Location", address), ("Set-Cookie", self._cookie(state, 600)), ("Cache-Control", "no-store")],
        )
        return [b""]

    def come_back(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer the browser that Slack sends back: with a code, or because somebody pressed Cancel."""
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        answer = self._installed(voice(), query, _state_of(environ))
        return _page(answer, start_response, [("Set-Cookie", self._cookie("", 0))])

    def _installed(self, say: Voice, query: dict[str, str], own_state: str) -> Answer:
        now, state = self.now(), query.get("state", "")
        if not state or state != own_state or not self._is_new(state, now):
            sentence = say(
                "This page is too old, or was not begun here. Please start the installation again."
            )
            return Answer("400 Bad Request", say("Not installed"), sentence)
        if "code" not in query:
            sentence = say(
                "Nothing was installed and nothing is kept. You can start again whenever you like."
            )
            return Answer("200 OK", say("Cancelled"), sentence)
        return self._exchanged(say, query["code"], now)

    def _is_new(self, state: str, now: datetime) -> bool:
        with self.sessions.begin() as session:
            return installations.consume_state(session, self.locker, state, now=now)

    def _exchanged(self, say: Voice, code: str, now: datetime) -> Answer:
        try:
            answer = self._client().oauth_v2_access(
                client_id=self.http.client_id,
                client_secret=self.http.client_secret,
                code=code,
                redirect_uri=self.http.redirect_uri,
            )
            wide = bool(answer.get("is_enterprise_install"))
            teams = granted_workspaces(self._client(answer["access_token"])) if wide else []
        except (SlackClientError, OSError) as failure:
            log.failure(_logger, "an installation", failure)
            sentence = say("Slack did not confirm the installation. Please start it again.")
            return Answer("502 Bad Gateway", say("Not installed"), sentence)
        place = answer["enterprise"] if wide else answer["team"]
        granted = NewInstallation(
            key=place["id"],
            name=place.get("name") or place["id"],
            token=answer["access_token"],
            bot_user_id=answer["bot_user_id"],
            scopes=answer["scope"],
            is_enterprise=wide,
        )
        with self.sessions.begin() as session:
            if wide:
                installations.save_organisation(session, self.locker, granted, teams, now=now)
            else:
                installations.save(session, self.locker, granted, now=now)
            self._enqueue_first_steps(
                session, answer, [team.slack_team_id for team in teams] or [granted.key]
            )
        sentence = say("Appreciate is in {workspace}. You can close this page.", workspace=granted.name)
        return Answer("200 OK", say("Installed"), sentence)

    def _enqueue_first_steps(self, session: Session, answer: SlackResponse, teams: list[str]) -> None:
        """Enqueue the first steps to whoever installed it, in one workspace only."""
        installer = (answer.get("authed_user") or {}).get("id")
        workspace = registry.find(session, teams[0])
        if installer and workspace is not None:
            first_steps.enqueue_for(session, workspace, installer, self.now())

    def _client(self, token: str | None = None) -> WebClient:
        return WebClient(token, base_url=f"{self.http.settings.slack_api_url}/api/", retry_handlers=[])

    def _cookie(self, state: str, seconds: int) -> str:
        secure = "; Secure" if self.http.public_url.startswith("https") else ""
        return f"{_COOKIE}={state}; Max-Age={seconds}; Path=/slack; HttpOnly; SameSite=Lax{secure}"


def scopes() -> list[str]:
    """Return the scopes of the manifest; no others are requested."""
    import yaml  # noqa: PLC0415 - only an installation reads the manifest

    manifest = yaml.safe_load(manifest_path().read_text(encoding="utf-8"))
    return [str(scope) for scope in manifest["oauth_config"]["scopes"]["bot"]]


def _page(answer: Answer, start_response: StartResponse, more: list[tuple[str, str]]) -> list[bytes]:
    language = voice().language
    page = _PAGE.format(language=language, title=html.escape(answer.title), told=html.escape(answer.sentence))
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ]
    start_response(answer.status, [*headers, *more])
    return [page.encode()]


def _state_of(environ: WSGIEnvironment) -> str:
    """Return our cookie's value, even beside other cookies that no parser accepts."""
    for cookie in environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = cookie.strip().partition("=")
        if name == _COOKIE:
            return str(value)
    return ""
