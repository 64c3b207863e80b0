"""Asking Slack whether it lets the app do anything again where it did not."""

from datetime import datetime
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackapp.core.db import Sessions
from slackapp.delivery import holding
from slackapp.delivery.results import error_of
from slackapp.delivery.sender import UNOPENED, ClientOf


def ask_of_held(sessions: Sessions, client_of: ClientOf, now: datetime) -> int:
    """Ask `auth.test` of each held workspace whose wait is over; gives of how many it was asked.

    Where it is well, one message is tried, and the hold ends once that went through. No transaction is
    open while Slack is asked.
    """
    with sessions.read() as session:
        places = holding.due(session, now=now)
    for place in places:
        is_well, reason = _ask(client_of(place.workspace_id))
        with sessions.begin() as session:
            held = holding.locked(session, place)
            if held is None or not holding.is_over(held, now):
                continue  # Another process has asked meanwhile.
            if is_well:
                held.again = None
            else:
                # Where Slack could not be asked, what it said last still holds.
                holding.look_later(held, reason or held.reason, now=now)
    return len(places)


def _ask(client: WebClient | None) -> tuple[bool, str | None]:
    """Whether Slack lets the app act, or why not by Slack's name for it; no name where it did not say."""
    if client is None:
        return False, UNOPENED
    try:
        client.auth_test()
    except SlackApiError as refused:
        return False, error_of(refused.response.data)
    except (SlackClientError, HTTPException, OSError):
        return False, None
    return True, None
