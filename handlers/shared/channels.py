"""Channels and user groups: members, names, and whether the app can post there."""

from dataclasses import dataclass
from enum import Enum, auto

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import SourceKind
from slackapp.recognition.draft import Draft, Field, InvalidDraft, Refusal

_CLOSED = frozenset(
    {"no_such_subteam", "subteam_not_found", "missing_scope", "permission_denied", "not_allowed_token_type"}
)


def expand_groups(client: WebClient, draft: Draft, giver: str) -> Draft:
    """The draft with the people of its groups beside those named; the giver only if there is nobody else.

    Raises:
        InvalidDraft: All the groups are empty, or Slack does not list who is in one.
    """
    if not draft.groups:
        return draft
    in_groups = dict.fromkeys(user_id for group in draft.groups for user_id in _group_members(client, group))
    if not in_groups and not draft.people:
        raise InvalidDraft([Refusal(Field.PEOPLE, translatable("That group is empty just now."))])
    # Somebody named beside their group is meant in person.
    only_by_group = tuple(user_id for user_id in in_groups if user_id not in {*draft.people, giver})
    if not only_by_group and not draft.people:
        only_by_group = tuple(in_groups)
    return draft.about(people=(*draft.people, *only_by_group), group_members=only_by_group, groups=())


def _group_members(client: WebClient, group: str) -> list[str]:
    try:
        return list(client.usergroups_users_list(usergroup=group)["users"])
    except SlackApiError as error:
        if error.response.get("error") not in _CLOSED:
            raise
        sentence = translatable("I can't see who is in that group. Name the people, up to 20.")
        raise InvalidDraft([Refusal(Field.PEOPLE, sentence)]) from error


def with_link_readers(client: WebClient, draft: Draft) -> Draft:
    """The draft with who may follow its link: those in the channel, where that is private.

    The message's author is one of them. Nobody else may, where Slack does not say who is in it: the app is
    not there, or Slack does not answer.
    """
    if draft.link is None:
        return draft
    channel = draft.link.partition("/archives/")[2].partition("/")[0]
    try:
        is_private = client.conversations_info(channel=channel)["channel"].get("is_private", True)
        readers = frozenset(members(client, channel)) if is_private else None
    except (SlackClientError, OSError):
        readers = frozenset()
    author = filter(None, [draft.link_author])
    return draft.about(link_readers=None if readers is None else readers.union(author))


_PAGE = 999
"""Slack's largest page, as a form waits for only three seconds."""

_GONE = frozenset({"channel_not_found", "no_such_subteam", "subteam_not_found"})
_ARCHIVED = translatable("This channel is archived. Please choose another one.")
_NOT_IN_CHANNEL = translatable("I can't post in that channel. Please invite me there first.")
_NOT_SEEN = translatable("I can't see who is in there. Please invite me to the channel first.")


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as in Slack's list."""

    name: str
    is_archived: bool


class Unavailable(Enum):
    """Why the members of a channel or group cannot be listed."""

    GONE = auto()
    """Deleted, switched off, or not visible to the app."""
    ARCHIVED = auto()
    """It may be unarchived with all its members."""


def people_in(client: WebClient, kind: SourceKind, slack_id: str) -> list[str]:
    """Return the Slack ids of its members. UserError when the app cannot see it."""
    people = people_in_or_reason(client, kind, slack_id)
    if isinstance(people, Unavailable):
        raise UserError(_ARCHIVED if people is Unavailable.ARCHIVED else _NOT_SEEN)
    return people


def people_in_or_reason(client: WebClient, kind: SourceKind, slack_id: str) -> list[str] | Unavailable:
    """Return the Slack ids of its members, or why they cannot be listed."""
    try:
        if kind is SourceKind.USER_GROUP:
            return list(client.usergroups_users_list(usergroup=slack_id)["users"])
        if client.conversations_info(channel=slack_id)["channel"].get("is_archived"):
            return Unavailable.ARCHIVED
        return members(client, slack_id)
    except SlackApiError as error:
        if error.response.get("error") not in _GONE:
            raise
        return Unavailable.GONE


def channel_name(client: WebClient, slack_id: str) -> str:
    """Return a channel's name. UserError when the app cannot see it."""
    try:
        return str(client.conversations_info(channel=slack_id)["channel"].get("name", ""))
    except SlackApiError as error:
        if error.response.get("error") not in _GONE:
            raise
        raise UserError(_NOT_SEEN) from error


def channels(client: WebClient) -> dict[str, ChannelInfo]:
    """Return every channel that the app can see, by Slack's id, from one list."""
    by_id: dict[str, ChannelInfo] = {}
    cursor = ""
    while True:
        page = client.conversations_list(types="public_channel,private_channel", limit=_PAGE, cursor=cursor)
        for channel in page["channels"]:
            by_id[channel["id"]] = ChannelInfo(channel.get("name") or "", bool(channel.get("is_archived")))
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return by_id


def check_can_post(client: WebClient, slack_id: str) -> None:
    """Raise UserError when the app cannot post in a channel: it is not a member, or it is archived."""
    try:
        channel = client.conversations_info(channel=slack_id)["channel"]
    except SlackApiError as error:
        if error.response.get("error") not in _GONE:
            raise
        raise UserError(_NOT_IN_CHANNEL) from error
    if channel.get("is_archived"):
        raise UserError(_ARCHIVED)
    if not channel.get("is_member"):
        raise UserError(_NOT_IN_CHANNEL)


def groups(client: WebClient) -> list[tuple[str, str]]:
    """Return ids and names of the enabled user groups."""
    return [(group["id"], group["name"]) for group in client.usergroups_list()["usergroups"]]


def members(client: WebClient, slack_id: str) -> list[str]:
    """Return the Slack ids of a channel's members."""
    user_ids: list[str] = []
    cursor = ""
    while True:
        page = client.conversations_members(channel=slack_id, limit=_PAGE, cursor=cursor)
        user_ids += page["members"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return user_ids
