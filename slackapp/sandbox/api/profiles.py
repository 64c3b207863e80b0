"""bots.info, users.conversations, users.lookupByEmail and users.profile.get."""

from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.api.directory import TYPES, needs_scope, page, scope_kind
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.slack.directory_json import channel_object, email_of, user_object
from slackapp.sandbox.slack.messages import bot_profile


def bots_info(call: Call) -> dict[str, Any]:
    """bots.info: the app's own bot; without `bot`, an empty answer as Slack gives it."""
    if "bot" not in call.args:
        return {}
    if call.args["bot"] != call.workspace.bot_id:
        raise Refused("bot_not_found")
    profile = bot_profile(call.slack, call.workspace)
    fields = ("id", "deleted", "name", "updated", "app_id", "user_id", "icons")
    return {"bot": {key: profile[key] for key in fields}}


def users_conversations(call: Call) -> dict[str, Any]:
    """users.conversations: those of the app or, with `user`, those it shares with somebody."""
    kinds = [part.strip() for part in call.args.get("types", "public_channel").split(",")]
    if not set(kinds) <= TYPES.keys():
        raise Refused("invalid_types")
    for kind in kinds:
        needs_scope(call, TYPES[kind])
    user, app = call.args.get("user", call.workspace.bot_user_id), call.workspace.bot_user_id
    channels = [
        channel
        for channel in call.workspace.channels.values()
        if scope_kind(channel) in kinds
        and user in channel.members
        and (app in channel.members or not channel.is_private)
        and not (channel.archived and call.args.get("exclude_archived"))
    ]
    listed, metadata = page(call, channels, key=lambda channel: channel.id, default=100)
    objects = [channel_object(call.workspace, channel) for channel in listed]
    return {"channels": objects, "response_metadata": metadata}


def lookup_by_email(call: Call) -> dict[str, Any]:
    """users.lookupByEmail."""
    address = call.args["email"].strip().casefold()
    for person in call.workspace.people.values():
        is_member = not (person.is_bot or person.deleted or person.stranger)
        if is_member and email_of(call.workspace, person) == address:
            return {"user": user_object(call.slack, call.workspace, person)}
    raise Refused("users_not_found")


def profile_get(call: Call) -> dict[str, Any]:
    """users.profile.get."""
    person = call.workspace.people.get(call.args.get("user", call.workspace.bot_user_id))
    if person is None:
        raise Refused("user_not_found")
    return {"profile": user_object(call.slack, call.workspace, person)["profile"] | {"fields": {}}}
