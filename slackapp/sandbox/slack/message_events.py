"""Events about messages: posted, edited, deleted, app mentions and shared links.

Slack sends them only where the app is in the conversation and has its history scope, and never for
ephemeral messages.
"""

import hashlib
import uuid
from typing import Any
from urllib.parse import urlsplit

from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import SLACKBOT, Channel, Message, Workspace
from slackapp.sandbox.slack import events, messages
from slackapp.sandbox.slack.directory_json import home_team
from slackapp.sandbox.slack.typed_text import links, rich_text

Json = dict[str, Any]
SUBSCRIPTIONS = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


def channel_type(channel: Channel) -> str:
    """Return the conversation's channel_type in events."""
    if channel.is_direct:
        return "mpim" if channel.is_mpim else "im"
    return "group" if channel.is_private else "channel"


def post(slack: Simulator, channel: Channel, message: Message) -> Message:
    """Add a message to a channel and send its events."""
    messages.add(slack, channel, message)
    if message.only_for or message.author == SLACKBOT:
        return message
    space = slack.state.workspaces[channel.team_id]
    if message.author != space.bot_user_id:
        _mention(slack, space, channel, message)
        _shared_links(slack, space, channel, message)
    if receives_messages(slack, channel):
        _send(slack, channel, _posted(slack, space, channel, message))
    return message


def receives_messages(slack: Simulator, channel: Channel) -> bool:
    """Whether the app receives message events of this conversation."""
    space = slack.state.workspaces[channel.team_id]
    subscription = SUBSCRIPTIONS[channel_type(channel)]
    return space.bot_user_id in channel.members and events.is_subscribed(slack, subscription, space)


def before_edit(slack: Simulator, channel: Channel, message: Message) -> Json | None:
    """Return the message's JSON before an edit, for `edited`; None if no event is sent."""
    if message.only_for or not receives_messages(slack, channel):
        return None
    return message_json(slack, slack.state.workspaces[channel.team_id], message)


def edited(slack: Simulator, channel: Channel, message: Message, before: Json | None) -> None:
    """Send message_changed; `before` is the result of `before_edit`."""
    if before is None:
        return
    space = slack.state.workspaces[channel.team_id]
    changes = {"message": message_json(slack, space, message), "previous_message": before}
    _send(slack, channel, _hidden(slack, "message_changed", changes))


def deleted(slack: Simulator, channel: Channel, message: Message) -> None:
    """Send message_deleted."""
    if message.only_for or not receives_messages(slack, channel):
        return
    space = slack.state.workspaces[channel.team_id]
    changes = {"previous_message": message_json(slack, space, message), "deleted_ts": message.ts}
    _send(slack, channel, _hidden(slack, "message_deleted", changes))


def send_channel_message(
    slack: Simulator,
    channel: Channel,
    subtype: str,
    user: str,
    text: str,
    **more: Any,  # noqa: ANN401  # any JSON
) -> None:
    """Send Slack's own message about a join, leave, rename or conversion."""
    if not receives_messages(slack, channel):
        return
    ts = slack.state.next_ts()
    event = {"type": "message", "subtype": subtype, "user": user, "text": text, "ts": ts, "event_ts": ts}
    _send(slack, channel, event | more)


def message_json(slack: Simulator, space: Workspace, message: Message) -> Json:
    """Return a message as in events and history: a person's text also as rich text."""
    out = messages.message_object(slack, space, message)
    out.pop("metadata", None)
    if message.author == space.bot_user_id:
        return out
    out["client_msg_id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, message.ts))
    if "blocks" not in out and message.text:
        out["blocks"] = rich_text(message.text, message.ts)
    person = space.people.get(message.author)
    if person is not None and person.stranger:
        out |= dict.fromkeys(("team", "user_team", "source_team"), home_team(space, person))
    if message.files:
        out |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
    return out


def _posted(slack: Simulator, space: Workspace, channel: Channel, message: Message) -> Json:
    event = message_json(slack, space, message) | {"event_ts": message.ts}
    parent = channel.messages.get(message.thread_ts or "")
    if parent is not None:
        event["parent_user_id"] = parent.author
    return event


def _hidden(slack: Simulator, subtype: str, changes: Json) -> Json:
    ts = slack.state.next_ts()
    return {"type": "message", "subtype": subtype, **changes, "hidden": True, "ts": ts, "event_ts": ts}


def _send(slack: Simulator, channel: Channel, event: Json) -> None:
    space, kind = slack.state.workspaces[channel.team_id], channel_type(channel)
    event |= {"channel": channel.id, "channel_type": kind}
    events.emit(slack, space, event, subscription=SUBSCRIPTIONS[kind])


def _mention(slack: Simulator, space: Workspace, channel: Channel, message: Message) -> None:
    """Send app_mention, except in a direct conversation."""
    in_sight = space.bot_user_id in channel.members and not (channel.is_direct and not channel.is_mpim)
    author = space.people.get(message.author)
    if not in_sight or author is None or author.is_bot:
        return
    if f"<@{space.bot_user_id}>" in message.text or f"<@{space.bot_user_id}|" in message.text:
        event = _posted(slack, space, channel, message) | {"type": "app_mention", "channel": channel.id}
        events.emit(slack, space, event)


def _shared_links(slack: Simulator, space: Workspace, channel: Channel, message: Message) -> None:
    """Send link_shared for links of the manifest's unfurl_domains and their subdomains."""
    domains = slack.manifest.raw.get("features", {}).get("unfurl_domains", [])
    shared = [
        {"url": address, "domain": domain}
        for address in links(message.text)
        for domain in domains
        if f".{urlsplit(address).hostname or ''}".endswith(f".{domain}")
    ]
    if not shared:
        return
    event = {
        "type": "link_shared",
        "channel": channel.id,
        "is_bot_user_member": space.bot_user_id in channel.members,
        "user": message.author,
        "message_ts": message.ts,
        "unfurl_id": unfurl_id(channel, message),
        "source": "conversations_history",
        "links": shared,
        "event_ts": slack.state.next_ts(),
    }
    events.emit(slack, space, event | ({"thread_ts": message.thread_ts} if message.thread_ts else {}))


def unfurl_id(channel: Channel, message: Message) -> str:
    """Return the id by which chat.unfurl finds the message of a link_shared event."""
    proof = hashlib.sha256(f"{channel.id}{message.ts}".encode()).hexdigest()
    return f"{channel.id}.{message.ts}.{proof}"
