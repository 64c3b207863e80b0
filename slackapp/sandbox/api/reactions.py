"""reactions.add and reactions.remove."""

import re
from typing import Any, Final

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel, Message
from slackapp.sandbox.slack import events

NAME: Final = re.compile(r"[\w+'-]+(?:::skin-tone-[2-6])?")
MOST_EMOJI: Final = 23


def add(call: Call) -> dict[str, Any]:
    """reactions.add."""
    channel, message, emoji = _target(call)
    if channel.archived:
        raise Refused("is_archived")
    if call.workspace.bot_user_id in message.reactions.get(emoji, ()):
        raise Refused("already_reacted")
    if len(message.reactions) >= MOST_EMOJI and emoji not in message.reactions:
        raise Refused("too_many_emoji")
    events.set_reaction(call.slack, channel, message, call.workspace.bot_user_id, emoji, remove=False)
    return {}


def remove(call: Call) -> dict[str, Any]:
    """reactions.remove."""
    if "channel" not in call.args or "timestamp" not in call.args:
        raise Refused("no_item_specified")
    channel, message, emoji = _target(call)
    if call.workspace.bot_user_id not in message.reactions.get(emoji, ()):
        raise Refused("no_reaction")
    events.set_reaction(call.slack, channel, message, call.workspace.bot_user_id, emoji, remove=True)
    return {}


def _target(call: Call) -> tuple[Channel, Message, str]:
    emoji = call.args["name"].strip(":")
    if not NAME.fullmatch(emoji):
        raise Refused("invalid_name")
    channel = call.workspace.channels.get(call.args["channel"])
    if channel is None or (channel.is_private and call.workspace.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    if not re.fullmatch(r"\d+\.\d+", call.args["timestamp"]):
        raise Refused("bad_timestamp")
    message = channel.messages.get(call.args["timestamp"])
    if message is None or message.only_for:
        raise Refused("message_not_found")
    return channel, message, emoji
