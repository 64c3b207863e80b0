"""Who is in a channel or user group, as Slack's lists have it."""

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackapp.errors import UserError
from slackapp.i18n import marked
from slackapp.models import SourceKind

_PAGE = 1000
"""The most that Slack gives at once: a form waits for three seconds only."""

_GONE = frozenset({"channel_not_found", "is_archived", "no_such_subteam", "subteam_not_found"})
_NOT_SEEN = marked("I can't see who is in there. Please invite me to the channel first.")


def present(client: WebClient, kind: SourceKind, slack_id: str) -> list[str]:
    """Who is in it now. UserError when the app can't see it."""
    found = present_or_gone(client, kind, slack_id)
    if found is None:
        raise UserError(_NOT_SEEN)
    return found


def present_or_gone(client: WebClient, kind: SourceKind, slack_id: str) -> list[str] | None:
    """Who is in it now; None when it is not there any more, archived or switched off."""
    try:
        if kind is SourceKind.USER_GROUP:
            return list(client.usergroups_users_list(usergroup=slack_id)["users"])
        if client.conversations_info(channel=slack_id)["channel"].get("is_archived"):
            return None
        return _members(client, slack_id)
    except SlackApiError as refused:
        if refused.response.get("error") not in _GONE:
            raise
        return None


def channel_name(client: WebClient, slack_id: str) -> str:
    """What a channel is called. UserError when the app can't see it."""
    try:
        return str(client.conversations_info(channel=slack_id)["channel"].get("name", ""))
    except SlackApiError as refused:
        if refused.response.get("error") not in _GONE:
            raise
        raise UserError(_NOT_SEEN) from refused


def groups(client: WebClient) -> list[tuple[str, str]]:
    """Ids and names of the user groups that are switched on."""
    return [(one["id"], one["name"]) for one in client.usergroups_list()["usergroups"]]


def _members(client: WebClient, slack_id: str) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        answer = client.conversations_members(channel=slack_id, limit=_PAGE, cursor=cursor)
        found += answer["members"]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found
