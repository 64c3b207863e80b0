"""chat.*: post, post ephemeral, update, delete, permalink."""

import re
from typing import Any

from slackapp.sandbox.api.calls import Call, RateLimited
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Channel, Message
from slackapp.sandbox.slack import message_events, messages

EDIT_LIMIT = 4_000
TS = re.compile(r"\d{1,12}\.\d{6}")


def post_message(call: Call) -> dict[str, Any]:
    """chat.postMessage."""
    _as_itself(call)
    channel = _open_channel(call)
    messages.check_metadata(call.args.get("metadata"))
    fields = messages.content(call.slack, call.args, too_long="msg_blocks_too_long")
    thread = _thread(call, channel)
    seconds = call.slack.limits.wait_for_channel(call.workspace.id, channel.id)
    if seconds:
        raise RateLimited(seconds)
    truncated = len(fields["text"]) > messages.TEXT_LIMIT
    fields["text"] = fields["text"][: messages.TEXT_LIMIT]
    message = Message(
        ts=call.slack.state.next_ts(),
        author=call.workspace.bot_user_id,
        thread_ts=thread,
        metadata=call.args.get("metadata"),
        subtype="thread_broadcast" if thread and call.args.get("reply_broadcast") else None,
        **fields,
    )
    message_events.post(call.slack, channel, message)
    answer = {
        "channel": channel.id,
        "ts": message.ts,
        "message": messages.message_object(call.slack, call.workspace, message),
    }
    if truncated:
        answer |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return answer


def post_ephemeral(call: Call) -> dict[str, Any]:
    """chat.postEphemeral."""
    channel = _open_channel(call)
    user = call.args["user"]
    if user not in channel.members or user not in call.workspace.people:
        raise Refused("user_not_in_channel")
    fields = messages.content(call.slack, call.args)
    if len(fields["text"]) > messages.TEXT_LIMIT:
        raise Refused("msg_too_long")
    message = Message(
        ts=call.slack.state.next_ts(),
        author=call.workspace.bot_user_id,
        thread_ts=_thread(call, channel),
        only_for=user,
        **fields,
    )
    messages.add(call.slack, channel, message)
    return {"message_ts": message.ts}


def update(call: Call) -> dict[str, Any]:
    """chat.update."""
    _as_itself(call)
    channel, message = _own_message(call, "cant_update_message")
    messages.check_metadata(call.args.get("metadata"))
    fields = messages.content(call.slack, call.args)
    if len(fields["text"]) > EDIT_LIMIT:
        raise Refused("msg_too_long")
    before = message_events.before_edit(call.slack, channel, message)
    if "blocks" in call.args or "text" in call.args:
        message.text, message.blocks = fields["text"], fields["blocks"]
    message.attachments = fields["attachments"]
    message.metadata = call.args.get("metadata", message.metadata)
    message.edited = call.slack.state.next_ts()
    message.failed.clear()
    call.slack.state.touch()
    message_events.edited(call.slack, channel, message, before)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": messages.message_object(call.slack, call.workspace, message),
    }


def delete(call: Call) -> dict[str, Any]:
    """chat.delete."""
    channel, message = _own_message(call, "cant_delete_message")
    del channel.messages[message.ts]
    call.slack.state.touch()
    message_events.deleted(call.slack, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> dict[str, Any]:
    """chat.getPermalink."""
    channel = messages.channel_for(call.slack, call.workspace, call.args["channel"])
    ts = call.args["message_ts"]
    message = channel.messages.get(ts)
    if message is None or message.only_for:
        raise Refused("message_not_found")
    link = f"{call.slack.url}/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _as_itself(call: Call) -> None:
    """Refuse `as_user`: a bot token posts only as the bot."""
    if call.args.get("as_user"):
        raise Refused("as_user_not_supported")


def _open_channel(call: Call) -> Channel:
    channel = messages.named_channel_for(call.slack, call.workspace, call.args["channel"])
    messages.check_may_post(call.slack, call.workspace, channel)
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    thread = call.args.get("thread_ts")
    if not thread:
        return None
    parent = channel.messages.get(thread)
    if not TS.fullmatch(thread):
        raise Refused("invalid_thread_ts")
    if parent is None or parent.only_for or parent.author == "USLACKBOT":
        raise Refused("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.workspace.channels.get(call.args["channel"])
    if channel is None or (channel.is_private and call.workspace.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    message = channel.messages.get(call.args["ts"])
    # Ephemeral messages cannot be reached through the API.
    if message is None or message.only_for:
        raise Refused("message_not_found")
    if message.author != call.workspace.bot_user_id or channel.archived:
        raise Refused(refusal)
    return channel, message
