"""conversations.history (newest first) and conversations.replies (oldest first)."""

import base64
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.api.directory import needs_scope, scope_kind
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import SLACKBOT, Channel, Message
from slackapp.sandbox.slack.message_events import message_json

DEFAULT, MOST = 100, 999
HISTORY_SCOPES = {
    "public_channel": "channels:history",
    "private_channel": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}


@dataclass(frozen=True, slots=True)
class Window:
    """The time range that a call requests."""

    oldest: Decimal
    latest: Decimal
    inclusive: bool

    def holds(self, message: Message) -> bool:
        """Whether the message lies in the range."""
        at = Decimal(message.ts)
        if self.inclusive:
            return self.oldest <= at <= self.latest
        return self.oldest < at < self.latest


def history(call: Call) -> dict[str, Any]:
    """conversations.history: without the replies in threads, unless they were sent to the channel too."""
    channel, window = _readable(call), _window(call)
    newest_first = [
        message
        for message in reversed(channel.messages.values())
        if _is_public(message) and _is_in_channel(message) and window.holds(message)
    ]
    messages, following = _page(call, newest_first)
    return {
        "messages": [_with_thread(call, channel, message) for message in messages],
        "has_more": bool(following),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **({"response_metadata": {"next_cursor": following}} if following else {}),
    }


def replies(call: Call) -> dict[str, Any]:
    """conversations.replies: the thread's first message, then its replies."""
    channel, window = _readable(call), _window(call)
    root = channel.messages.get(call.args["ts"])
    if root is None or not _is_public(root):
        raise Refused("thread_not_found")
    thread = root.thread_ts or root.ts
    answers = [
        message
        for message in channel.messages.values()
        if message.thread_ts == thread and message.ts != thread and _is_public(message)
    ]
    within = [message for message in answers if window.holds(message)]
    messages, following = _page(call, within)
    first = channel.messages.get(thread)
    return {
        "messages": [
            _with_thread(call, channel, message) for message in [*([first] if first else []), *messages]
        ],
        "has_more": bool(following),
        **({"response_metadata": {"next_cursor": following}} if following else {}),
    }


def _readable(call: Call) -> Channel:
    channel = call.workspace.channels.get(call.args["channel"])
    is_member = channel is not None and call.workspace.bot_user_id in channel.members
    if channel is None or (channel.is_private and not is_member):
        raise Refused("channel_not_found")
    needs_scope(call, HISTORY_SCOPES[scope_kind(channel)])
    if not is_member:
        raise Refused("not_in_channel")
    return channel


def _is_public(message: Message) -> bool:
    return message.only_for is None and message.author != SLACKBOT


def _is_in_channel(message: Message) -> bool:
    return message.thread_ts in {None, message.ts} or message.subtype == "thread_broadcast"


def _window(call: Call) -> Window:
    oldest, latest = _moment(call, "oldest", "0"), _moment(call, "latest", "Infinity")
    return Window(oldest, latest, inclusive=bool(call.args.get("inclusive")))


def _moment(call: Call, name: str, otherwise: str) -> Decimal:
    try:
        moment = Decimal(call.args.get(name) or otherwise)
    except InvalidOperation:
        raise Refused(f"invalid_ts_{name}") from None
    if moment.is_nan():
        raise Refused(f"invalid_ts_{name}")
    return moment


def _page(call: Call, messages: list[Message]) -> tuple[list[Message], str]:
    limit = call.args.get("limit") or DEFAULT
    if not 0 < limit <= MOST + 1:
        raise Refused("invalid_limit")
    start = 0
    if cursor := call.args.get("cursor"):
        times = [message.ts for message in messages]
        start = times.index(after) if (after := _decoded(cursor)) in times else -1
        if start < 0:
            raise Refused("invalid_cursor")
    rest = messages[start + limit :]
    following = base64.b64encode(f"next_ts:{rest[0].ts}".encode()).decode() if rest else ""
    return messages[start : start + limit], following


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, validate=True).decode().removeprefix("next_ts:")
    except ValueError:
        raise Refused("invalid_cursor") from None


def _with_thread(call: Call, channel: Channel, message: Message) -> dict[str, Any]:
    """Return a message with the fields of its thread."""
    out = message_json(call.slack, call.workspace, message)
    if message.thread_ts and message.thread_ts != message.ts:
        parent = channel.messages.get(message.thread_ts)
        return out | ({"parent_user_id": parent.author} if parent else {})
    answers = [
        other
        for other in channel.messages.values()
        if other.thread_ts == message.ts and other is not message and _is_public(other)
    ]
    if not answers:
        return out
    users = list(dict.fromkeys(answer.author for answer in answers))
    return out | {
        "thread_ts": message.ts,
        "reply_count": len(answers),
        "reply_users_count": len(users),
        "latest_reply": answers[-1].ts,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }
