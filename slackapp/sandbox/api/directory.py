"""Read methods: users.*, conversations.*, usergroups.*, team.info, reactions.get."""

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.permissions import require_scope
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel
from slackapp.sandbox.slack import messages
from slackapp.sandbox.slack.directory_json import channel_object, group_object, user_object

Item = TypeVar("Item")
MAX_LIMIT = 1_000
TYPES = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def users_info(call: Call) -> dict[str, Any]:
    """users.info."""
    person = call.workspace.people.get(call.args["user"])
    if person is None:
        raise Refused("user_not_found")
    user = user_object(call.slack, call.workspace, person)
    if call.args.get("include_locale"):
        user["locale"] = person.locale
    return {"user": user}


def users_list(call: Call) -> dict[str, Any]:
    """users.list."""
    people = [person for person in call.workspace.people.values() if not person.stranger]
    chosen, metadata = page(call, people, key=lambda person: person.id, default=len(people))
    members = [user_object(call.slack, call.workspace, person) for person in chosen]
    if call.args.get("include_locale"):
        for member, person in zip(members, chosen, strict=True):
            member["locale"] = person.locale
    return {"members": members, "cache_ts": int(call.slack.clock.epoch()), "response_metadata": metadata}


def conversations_list(call: Call) -> dict[str, Any]:
    """conversations.list."""
    kinds = [kind.strip() for kind in call.args.get("types", "public_channel").split(",")]
    if not set(kinds) <= TYPES.keys():
        raise Refused("invalid_types")
    for kind in kinds:
        needs_scope(call, TYPES[kind])
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if scope_kind(channel) in kinds
        and (not channel.is_private or call.workspace.bot_user_id in channel.members)
        and not (channel.archived and call.args.get("exclude_archived"))
    ]
    chosen, metadata = page(call, channels, key=lambda channel: channel.id, default=100)
    listed = [
        channel_object(call.workspace, channel)
        | ({} if channel.is_direct else {"num_members": len(channel.members)})
        for channel in chosen
    ]
    return {"channels": listed, "response_metadata": metadata}


def conversations_info(call: Call) -> dict[str, Any]:
    """conversations.info."""
    channel = visible_channel(call)
    out = channel_object(call.workspace, channel)
    if call.args.get("include_num_members"):
        out["num_members"] = len(channel.members)
    return {"channel": out}


def conversations_members(call: Call) -> dict[str, Any]:
    """conversations.members."""
    channel = visible_channel(call)
    chosen, metadata = page(call, channel.members, key=str, default=100)
    return {"members": chosen, "response_metadata": metadata}


def usergroups_list(call: Call) -> dict[str, Any]:
    """usergroups.list."""
    users, count = bool(call.args.get("include_users")), bool(call.args.get("include_count"))
    disabled = bool(call.args.get("include_disabled"))
    groups = [group for group in call.workspace.usergroups.values() if disabled or not group.disabled_at]
    return {"usergroups": [group_object(call.workspace, group, users=users, count=count) for group in groups]}


def usergroups_users_list(call: Call) -> dict[str, Any]:
    """usergroups.users.list."""
    group = call.workspace.usergroups.get(call.args["usergroup"])
    if group is None or (group.disabled_at and not call.args.get("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": list(group.members)}


def team_info(call: Call) -> dict[str, Any]:
    """team.info."""
    space = call.workspace
    if call.args.get("team", space.id) != space.id:
        raise Refused("team_not_found")
    team = {
        "id": space.id,
        "name": space.name,
        "url": f"{call.slack.url}/",
        "domain": space.domain,
        "email_domain": "",
        "icon": {"image_default": True},
        "avatar_base_url": f"{call.slack.url}/icons/",
        "is_verified": False,
    }
    return {"team": team}


def reactions_get(call: Call) -> dict[str, Any]:
    """reactions.get, of a message."""
    if "channel" not in call.args or "timestamp" not in call.args:
        raise Refused("no_item_specified")
    channel = messages.channel_for(call.slack, call.workspace, call.args["channel"])
    message = channel.messages.get(call.args["timestamp"])
    if message is None or message.only_for:
        raise Refused("message_not_found")
    out = messages.message_object(call.slack, call.workspace, message)
    return {"type": "message", "channel": channel.id, "message": out}


def page(
    call: Call, items: list[Item], *, key: Callable[[Item], str], default: int
) -> tuple[list[Item], dict[str, str]]:
    """Return one page of `items` and the response_metadata with the next cursor."""
    limit = call.args.get("limit") or default
    if not 0 <= limit <= MAX_LIMIT and limit != default:
        raise Refused("invalid_limit")
    start = 0
    if cursor := call.args.get("cursor"):
        start_key = _decoded(cursor)
        keys = [key(item) for item in items]
        if start_key not in keys:
            raise Refused("invalid_cursor")
        start = keys.index(start_key)
    rest = items[start + limit :]
    following = base64.b64encode(f"next:{key(rest[0])}".encode()).decode() if rest else ""
    return items[start : start + limit], {"next_cursor": following}


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode().removeprefix("next:")
    except ValueError:
        raise Refused("invalid_cursor") from None


def visible_channel(call: Call) -> Channel:
    """Return the call's channel if the app may see it."""
    channel = call.workspace.channels.get(call.args["channel"])
    if channel is None or (channel.is_private and call.workspace.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    needs_scope(call, TYPES[scope_kind(channel)])
    return channel


def scope_kind(channel: Channel) -> str:
    """Return the channel's kind as `types` and the scopes name it."""
    if channel.is_direct:
        return "mpim" if channel.is_mpim else "im"
    return "private_channel" if channel.is_private else "public_channel"


def needs_scope(call: Call, *scopes: str) -> None:
    """Refuse unless the app has one of these scopes."""
    require_scope(call.slack, call.workspace, *scopes)
