"""conversations.*: opening, joining, making and changing conversations."""

import re
from typing import Any, Final

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.api.directory import needs_scope, scope_kind, visible_channel
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel, Person, new_id
from slackapp.sandbox.slack import channel_events
from slackapp.sandbox.slack.directory_json import channel_object

MOST_USERS: Final = 8
NAME_LIMIT: Final = 80
TOPIC_LIMIT: Final = 250
WRITE_SCOPES: Final = {
    "public_channel": ("channels:manage", "channels:write"),
    "private_channel": ("groups:write",),
    "im": ("im:write",),
    "mpim": ("mpim:write",),
}


def open_conversation(call: Call) -> dict[str, Any]:
    """conversations.open: a direct conversation of the app with one person or several."""
    if channel_id := call.args.get("channel"):
        channel = call.workspace.channels.get(channel_id)
        if channel is None or not channel.is_direct or call.workspace.bot_user_id not in channel.members:
            raise Refused("channel_not_found")
        return _opened(call, channel, is_new=False)
    users = list(dict.fromkeys(user for user in _listed(call.args.get("users", "")) if user))
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > MOST_USERS:
        raise Refused("too_many_users")
    people = [_addressee(call, user) for user in users]
    needs_scope(call, "im:write" if len(people) == 1 else "mpim:write")
    before = len(call.workspace.channels)
    if len(people) == 1:
        channel = call.slack.state.dm(call.workspace, people[0].id)
    else:
        channel = call.slack.state.conversation(call.workspace, users, with_app=True)
    return _opened(call, channel, is_new=len(call.workspace.channels) > before)


def close(call: Call) -> dict[str, Any]:
    """conversations.close: remove a direct conversation from the app's list; messages stay."""
    channel = visible_channel(call)
    if not channel.is_direct:
        raise Refused("method_not_supported_for_channel_type")
    return {}


def join(call: Call) -> dict[str, Any]:
    """conversations.join: a public channel only."""
    channel = call.workspace.channels.get(call.args["channel"])
    if channel is None or (channel.is_private and not channel.is_direct):
        raise Refused("channel_not_found")
    if channel.is_direct:
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    answer: dict[str, Any] = {}
    if call.workspace.bot_user_id in channel.members:
        warning = "already_in_channel"
        answer = {"warning": warning, "response_metadata": {"warnings": [warning]}}
    else:
        channel_events.add_member(call.slack, channel, call.workspace.bot_user_id)
    return {"channel": channel_object(call.workspace, channel), **answer}


def leave(call: Call) -> dict[str, Any]:
    """conversations.leave."""
    channel = _named_channel(call)
    if channel.name == "general":
        raise Refused("cant_leave_general")
    if call.workspace.bot_user_id not in channel.members:
        return {"not_in_channel": True}
    if channel.archived:
        raise Refused("is_archived")
    channel_events.remove_member(call.slack, channel, call.workspace.bot_user_id)
    return {}


def invite(call: Call) -> dict[str, Any]:
    """conversations.invite: adds all users or none."""
    channel = _own_channel(call)
    users = [user for user in _listed(call.args["users"]) if user]
    if not users:
        raise Refused("no_user")
    for user in users:
        person = call.workspace.people.get(user)
        if user == call.workspace.bot_user_id:
            raise Refused("cant_invite_self")
        if person is None or person.deleted or person.stranger:
            raise Refused("user_not_found")
        if user in channel.members:
            raise Refused("already_in_channel")
        if person.is_single_channel:
            raise Refused("ura_max_channels")
    for user in users:
        channel_events.add_member(call.slack, channel, user, call.workspace.bot_user_id)
    return {"channel": channel_object(call.workspace, channel)}


def kick(call: Call) -> dict[str, Any]:
    """conversations.kick."""
    channel, user = _own_channel(call), call.args["user"]
    if user == call.workspace.bot_user_id:
        raise Refused("cant_kick_self")
    if channel.name == "general":
        raise Refused("cant_kick_from_general")
    if user not in call.workspace.people:
        raise Refused("user_not_found")
    if user not in channel.members:
        raise Refused("not_in_channel")
    channel_events.remove_member(call.slack, channel, user)
    return {}


def create(call: Call) -> dict[str, Any]:
    """conversations.create: the app is its first member."""
    is_private = bool(call.args.get("is_private"))
    needs_scope(call, *WRITE_SCOPES["private_channel" if is_private else "public_channel"])
    channel = Channel(
        id=new_id("C"),
        team_id=call.workspace.id,
        name=_checked_name(call, call.args["name"]),
        is_private=is_private,
        members=[call.workspace.bot_user_id],
        created=int(call.slack.clock.epoch()),
    )
    channel_events.create(call.slack, channel)
    return {"channel": channel_object(call.workspace, channel)}


def archive(call: Call) -> dict[str, Any]:
    """conversations.archive."""
    channel = _own_channel(call)
    if channel.name == "general":
        raise Refused("cant_archive_general")
    channel_events.set_archived(call.slack, channel, is_archived=True)
    return {}


def rename(call: Call) -> dict[str, Any]:
    """conversations.rename."""
    channel = _own_channel(call)
    channel_events.rename(call.slack, channel, _checked_name(call, call.args["name"]))
    return {"channel": channel_object(call.workspace, channel)}


def set_topic(call: Call) -> dict[str, Any]:
    """conversations.setTopic."""
    channel = _own_channel(call)
    if len(call.args["topic"]) > TOPIC_LIMIT:
        raise Refused("too_long")
    channel_events.set_topic(call.slack, channel, call.workspace.bot_user_id, call.args["topic"])
    return {"channel": channel_object(call.workspace, channel)}


def set_purpose(call: Call) -> dict[str, Any]:
    """conversations.setPurpose."""
    channel = _own_channel(call)
    if len(call.args["purpose"]) > TOPIC_LIMIT:
        raise Refused("too_long")
    channel_events.set_purpose(call.slack, channel, call.workspace.bot_user_id, call.args["purpose"])
    return {"purpose": channel.purpose}


def _opened(call: Call, channel: Channel, *, is_new: bool) -> dict[str, Any]:
    brief: dict[str, Any] = {"id": channel.id}
    if call.args.get("return_im"):
        brief = channel_object(call.workspace, channel)
    return {"channel": brief} if is_new else {"no_op": True, "already_open": True, "channel": brief}


def _addressee(call: Call, user: str) -> Person:
    """Return a person whom the app may message."""
    person = call.workspace.people.get(user)
    if person is None:
        raise Refused("user_not_found")
    if person.is_bot:
        raise Refused("cannot_dm_bot")
    if person.deleted:
        raise Refused("user_disabled")
    if person.stranger:
        raise Refused("user_not_visible")
    return person


def _named_channel(call: Call) -> Channel:
    """Return the call's channel; refuse direct conversations."""
    channel = call.workspace.channels.get(call.args["channel"])
    is_hidden = channel is not None and channel.is_private
    if channel is None or (is_hidden and call.workspace.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    if channel.is_direct:
        raise Refused("method_not_supported_for_channel_type")
    needs_scope(call, *WRITE_SCOPES[scope_kind(channel)])
    return channel


def _own_channel(call: Call) -> Channel:
    """Return the call's channel; refuse one that the app is not in."""
    channel = _named_channel(call)
    if call.workspace.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("already_archived" if call.method.name == "conversations.archive" else "is_archived")
    return channel


def _checked_name(call: Call, name: str) -> str:
    name = name.removeprefix("#")
    if not name:
        raise Refused("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise Refused("invalid_name_maxlength")
    if not re.search(r"\w", name):
        raise Refused("invalid_name_punctuation")
    if name != name.lower() or not re.fullmatch(r"[\w-]+", name):
        raise Refused("invalid_name_specials")
    if any(channel.name == name and not channel.is_direct for channel in call.workspace.channels.values()):
        raise Refused("name_taken")
    return name


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")]
