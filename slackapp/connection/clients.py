"""Slack clients: with one token from the settings, or one token for each workspace."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from slackapp.connection import installations
from slackapp.connection.installations import BotIdentity, GrantedWorkspace, TokenEncryption
from slackapp.core.config import Settings
from slackapp.core.db import Sessions
from slackapp.models import Workspace

_PAGE = 100

_SECONDS_FOR_THE_TIME = 5
_SECONDS_IN_AN_ANSWER = 1.5

_PATIENCE = 10
"""Retries of a list request, each after Slack's Retry-After, about a minute."""


class Clients:
    """Gives clients by workspace: with a locker from the installations, else the settings' client.

    No client retries by itself: a message that may have arrived must not arrive twice.
    """

    def __init__(self, settings: Settings, sessions: Sessions, locker: TokenEncryption | None = None) -> None:
        self._address = f"{settings.slack_api_url}/api/"
        self._sessions, self._locker = sessions, locker
        self.plain = self._client("" if locker else settings.bot_token)
        """The settings' client; without a token when each workspace has its own."""
        self.answering = self._client("", timeout=_SECONDS_IN_AN_ANSWER)
        """For listeners, whose requests bring their token: a person waits for the answer."""
        self._last_known: dict[tuple[str | None, str | None], BotIdentity | None] = {}
        self.own = BotIdentity(self.plain.token or "", "", "", ())
        """The app's identity with the settings' one token; its ids are known once Slack has named them."""

    def of(self, workspace_id: str) -> WebClient | None:
        """Return a workspace's client by our id; None where the app is not installed."""
        if self._locker is None:
            return self.plain
        with self._sessions.read() as session:
            workspace = session.get(Workspace, workspace_id)
            if workspace is None or workspace.uninstalled_at is not None:
                return None
            team = workspace.slack_team_id
            identity = installations.identity_for(session, self._locker, team, workspace.enterprise_id)
        return (
            self._client(identity.token, team=team if identity.is_enterprise else None) if identity else None
        )

    def of_team(self, slack_team_id: str) -> WebClient | None:
        """Return a workspace's client by Slack's id; with the settings' token no database is asked."""
        if self._locker is None:
            return self.plain
        identity = self._bearer(slack_team_id)
        return self._client(identity.token) if identity else None

    def slack_time(self) -> datetime | None:
        """Return Slack's time from the `Date` header of an answer; None without an answer.

        `api.test` needs no token, and every answer has the header.
        """
        client = WebClient(base_url=self._address, retry_handlers=[], timeout=_SECONDS_FOR_THE_TIME)
        try:
            headers = client.api_test().headers
        except SlackApiError as refused:
            headers = getattr(refused.response, "headers", {})
        except (SlackClientError, OSError, HTTPException):
            return None
        return _moment(headers)

    def of_organisation(self, enterprise_id: str) -> WebClient | None:
        """Return an organisation's client by Slack's id; None where the app is not installed."""
        identity = self._bearer(enterprise_id)
        return self._client(identity.token) if identity else None

    @property
    def authorize(self) -> Callable[..., Any]:
        """Bolt's `authorize` function; it returns None where the app is not installed.

        Slack is not called: a token that was revoked shows when it is used. A workspace's own installation
        takes precedence over its organisation's; with the settings' one token, every request is authorised,
        and a strange workspace is refused by the listeners.
        """

        # A function, not a method: Bolt reads the argument names and would take `self` for one.
        def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            identity = self.own if self._locker is None else self._bearer(team_id, enterprise_id)
            self._last_known[enterprise_id, team_id] = identity
            if identity is None:
                return None
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                bot_id=identity.bot_id,
                bot_user_id=identity.bot_user_id,
                bot_token=identity.token,
                bot_scopes=list(identity.scopes),
            )

        return authorize

    def last_known(self, enterprise_id: str | None, team_id: str | None) -> WebClient | None:
        """Return a client for a person who waits, without asking the database; None for a stranger."""
        identity = self.own if self._locker is None else self._last_known.get((enterprise_id, team_id))
        return self._client(identity.token, timeout=_SECONDS_IN_AN_ANSWER) if identity else None

    def _bearer(self, *keys: str | None) -> BotIdentity | None:
        if self._locker is None:
            return None
        with self._sessions.read() as session:
            return installations.identity_for(session, self._locker, *keys)

    def _client(self, token: str, *, team: str | None = None, timeout: float = 30) -> WebClient:
        # An organisation's token serves several workspaces: each call names one. The library takes
        # fractions of a second, too.
        return WebClient(
            token or None,
            base_url=self._address,
            retry_handlers=[],
            team_id=team,
            timeout=timeout,  # type: ignore[arg-type]
        )


def _moment(headers: Mapping[str, Any]) -> datetime | None:
    """Return the time in the `Date` header, or None."""
    written = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        moment = parsedate_to_datetime(written[0] if isinstance(written, list) else str(written))
    except (ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retrying(client: WebClient) -> WebClient:
    """Return a copy of a client that retries after a 429, for long lists that nobody waits for."""
    return WebClient(
        client.token,
        base_url=client.base_url,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=_PATIENCE)],
        team_id=client.default_params.get("team_id"),
    )


def granted_workspaces(client: WebClient) -> list[GrantedWorkspace]:
    """Return the workspaces that an organisation's token is for."""
    workspaces: list[GrantedWorkspace] = []
    cursor = ""
    while True:
        answer = client.auth_teams_list(limit=_PAGE, cursor=cursor)
        workspaces += [GrantedWorkspace(team["id"], team["name"]) for team in answer["teams"]]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return workspaces
