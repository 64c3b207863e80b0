"""The clients by which the app speaks to Slack: one token from the settings, or one for each workspace."""

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

_PATIENCE = 10
"""How often a list is asked for again; each time after as long as Slack says, about a minute."""


class Clients:
    """With a locker the tokens come from the installations, else there is the settings' own.

    No client repeats a call by itself: what may have arrived must not arrive twice.
    """

    def __init__(self, settings: Settings, sessions: Sessions, locker: TokenEncryption | None = None) -> None:
        self._address = f"{settings.slack_api_url}/api/"
        self._sessions, self._locker = sessions, locker
        self.plain = self._client("" if locker else settings.bot_token)
        """The settings' own; without a token where each workspace has one."""

    def of(self, workspace_id: str) -> WebClient | None:
        """A workspace's client, by our id; None where the app is not installed."""
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

    def slack_time(self) -> datetime | None:
        """The time by Slack's own clock, from the `Date` header of an answer; None when there is none.

        `api.test` needs no token, and whatever is answered has the header.
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
        """An organisation's client, by Slack's id."""
        identity = self._bearer(enterprise_id)
        return self._client(identity.token) if identity else None

    @property
    def authorize(self) -> Callable[..., Any] | None:
        """What tells Bolt who the app is where a request came from; None with the settings' one token.

        It reads the database and does not ask Slack, and answers None where the app is not installed.
        A workspace's own install goes before its organisation's.
        """
        if self._locker is None:
            return None

        # A function: Bolt reads the argument names and takes a method's `self` for one of them.
        def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            identity = self._bearer(team_id, enterprise_id)
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

    def _bearer(self, *keys: str | None) -> BotIdentity | None:
        if self._locker is None:
            return None
        with self._sessions.read() as session:
            return installations.identity_for(session, self._locker, *keys)

    def _client(self, token: str, *, team: str | None = None) -> WebClient:
        # An organisation's token serves several workspaces: each call says which is meant.
        return WebClient(token or None, base_url=self._address, retry_handlers=[], team_id=team)


def _moment(headers: Mapping[str, Any]) -> datetime | None:
    """What the `Date` header says."""
    written = next((value for name, value in headers.items() if name.lower() == "date"), None)
    try:
        moment = parsedate_to_datetime(written[0] if isinstance(written, list) else str(written))
    except (ValueError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retrying(client: WebClient) -> WebClient:
    """The same for reading long lists, where nobody waits: it comes back when Slack says so, and goes on."""
    return WebClient(
        client.token,
        base_url=client.base_url,
        retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=_PATIENCE)],
        team_id=client.default_params.get("team_id"),
    )


def granted_workspaces(client: WebClient) -> list[GrantedWorkspace]:
    """The workspaces that an organisation's token is for."""
    workspaces: list[GrantedWorkspace] = []
    cursor = ""
    while True:
        answer = client.auth_teams_list(limit=_PAGE, cursor=cursor)
        workspaces += [GrantedWorkspace(team["id"], team["name"]) for team in answer["teams"]]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return workspaces
