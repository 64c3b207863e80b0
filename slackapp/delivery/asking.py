"""Ask Slack whether it accepts calls again for workspaces that are on hold."""

from datetime import datetime
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackapp.core.db import Sessions
from slackapp.delivery import holding
from slackapp.delivery.results import error_of
from slackapp.delivery.sender import UNOPENED, ClientOf


def ask_of_held(sessions: Sessions, client_of: ClientOf, now: datetime) -> int:
    """Call `auth.test` for each held workspace whose wait is over; return the number of calls.

    Where it succeeds, one message is tried, and the hold ends once Slack has accepted that message. No
    transaction is open during the call.
    """
    with sessions.read() as session:
        places = holding.due(session, now=now)
    for place in places:
        is_well, reason = _ask(client_of(place.workspace_id))
        with sessions.begin() as session:
            held = holding.locked(session, place)
            if held is None or not holding.is_over(held, now):
                continue  # Another process has made the call meanwhile.
            if is_well:
                held.again = None
            else:
                # Without an answer from Slack, the last known reason still applies.
                holding.look_later(held, reason or held.reason, now=now)
    return len(places)


def _ask(client: WebClient | None) -> tuple[bool, str | None]:
    """Return whether Slack lets the app act; if not, Slack's error name, or None without an answer."""
    if client is None:
        return False, UNOPENED
    try:
        client.auth_test()
    except SlackApiError as refused:
        return False, error_of(refused.response.data)
    except (SlackClientError, HTTPException, OSError):
        return False, None
    return True, None
