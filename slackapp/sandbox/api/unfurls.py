"""chat.unfurl: the app's preview of a posted link."""

from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel, Message
from slackapp.sandbox.slack import message_events, messages
from slackapp.sandbox.slack.typed_text import links


def unfurl(call: Call) -> dict[str, Any]:
    """chat.unfurl, by channel and ts or by unfurl_id and source."""
    unfurls = call.args.get("unfurls")
    if unfurls is None and not call.args.get("user_auth_required"):
        raise Refused("missing_unfurls")
    channel, message = _message(call)
    if not unfurls:
        return {}
    if not set(unfurls) <= set(links(message.text)):
        raise Refused("cannot_unfurl_url")
    if not all(isinstance(attachment, dict) for attachment in unfurls.values()):
        raise Refused("cannot_parse_attachment")
    before = message_events.before_edit(call.slack, channel, message)
    given = [{"from_url": address, **attachment} for address, attachment in unfurls.items()]
    message.attachments = messages.check_attachments(call.slack, given, "invalid_unfurls_format")
    call.slack.state.touch()
    message_events.edited(call.slack, channel, message, before)
    return {}


def _message(call: Call) -> tuple[Channel, Message]:
    if unfurl_id := call.args.get("unfurl_id"):
        if call.args.get("source") != "conversations_history":
            raise Refused("invalid_source" if call.args.get("source") else "missing_source")
        for channel in call.workspace.channels.values():
            for message in channel.messages.values():
                if message_events.unfurl_id(channel, message) == unfurl_id:
                    return channel, message
        raise Refused("invalid_unfurl_id")
    if not call.args.get("channel"):
        raise Refused("missing_channel")
    if not call.args.get("ts"):
        raise Refused("missing_ts")
    named = call.workspace.channels.get(call.args["channel"])
    if named is None:
        raise Refused("cannot_find_channel")
    known = named.messages.get(call.args["ts"])
    if known is None or known.only_for:
        raise Refused("cannot_find_message")
    return named, known
