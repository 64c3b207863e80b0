"""Changes of channels and their members, and their events.

For most of them Slack also posts a message in the channel, which an app with a history scope receives as a
message event with a subtype.
"""

from typing import Any

from slackapp.sandbox.core.permissions import has_scope
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, new_id
from slackapp.sandbox.slack import message_events
from slackapp.sandbox.slack.directory_json import home_team
from slackapp.sandbox.slack.events import emit


def add_member(slack: Simulator, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Add a person to a channel and send the events."""
    if user in channel.members:
        return
    channel.members.append(user)
    extra = {"inviter": inviter} if inviter else {}
    _send_membership_event(slack, channel, user, "member_joined_channel", extra)
    _send_message(slack, channel, "join", user, f"<@{user}> has joined the {_noun(channel)}", **extra)


def remove_member(slack: Simulator, channel: Channel, user: str) -> None:
    """Remove a person or the app from a channel and send the events."""
    if user not in channel.members:
        return
    _send_membership_event(slack, channel, user, "member_left_channel", {})
    _send_message(slack, channel, "leave", user, f"<@{user}> has left the {_noun(channel)}")
    app = slack.state.workspaces[channel.team_id].bot_user_id
    if user == app:
        _send_event(slack, channel, "left", {"channel": channel.id, "actor_id": app})
    channel.members.remove(user)


def create(slack: Simulator, channel: Channel) -> None:
    """Add a channel; send an event if it is public."""
    space = slack.state.workspaces[channel.team_id]
    space.channels[channel.id] = channel
    slack.state.touch()
    if channel.is_private:
        return
    described = {
        "id": channel.id,
        "name": channel.name,
        "created": channel.created,
        "creator": next(iter(channel.members), space.bot_user_id),
        "is_channel": True,
        "is_shared": bool(channel.shared_with),
        "is_org_shared": False,
        "context_team_id": space.id,
    }
    event = {"type": "channel_created", "channel": described, "event_ts": slack.state.next_ts()}
    emit(slack, space, event)


def set_archived(slack: Simulator, channel: Channel, *, is_archived: bool) -> None:
    """Archive or unarchive a channel and send the events."""
    channel.archived = is_archived
    kind, user = "archive" if is_archived else "unarchive", _somebody(slack, channel)
    _send_event(slack, channel, kind, {"channel": channel.id, "user": user})
    _send_message(slack, channel, kind, user, f"{kind}d the {_noun(channel)}")


def rename(slack: Simulator, channel: Channel, name: str) -> None:
    """Rename a channel and send the events."""
    old_name, channel.name = channel.name, name
    channel.previous_names = [
        old_name,
        *(previous for previous in channel.previous_names if previous != old_name),
    ]
    described = {"id": channel.id, "name": name, "created": channel.created}
    _send_event(slack, channel, "rename", {"channel": described})
    text = f'has renamed the {_noun(channel)} from "{old_name}" to "{name}"'
    _send_message(slack, channel, "name", _somebody(slack, channel), text, old_name=old_name, name=name)


def delete(slack: Simulator, channel: Channel) -> None:
    """Delete a channel and send the event."""
    _send_event(slack, channel, "deleted", {"channel": channel.id, "actor_id": _somebody(slack, channel)})
    del slack.state.workspaces[channel.team_id].channels[channel.id]


def convert(slack: Simulator, channel: Channel, *, is_private: bool) -> None:
    """Make a channel private or public; only a message in the channel reports it."""
    channel.is_private = is_private
    kind = "private" if is_private else "public"
    subtype = f"channel_convert_to_{kind}"
    text = f"converted this channel to a {kind} channel"
    slack.state.touch()
    message_events.send_channel_message(slack, channel, subtype, _somebody(slack, channel), text)


def share(slack: Simulator, channel: Channel, other_team: str, *, gets_new_id: bool = False) -> Channel:
    """Share a channel with another organisation; a new id is reported by an event before."""
    space = slack.state.workspaces[channel.team_id]
    if gets_new_id:
        old_id, channel.id = channel.id, new_id("C")
        del space.channels[old_id]
        space.channels[channel.id] = channel
        changed_ids = {"old_channel_id": old_id, "new_channel_id": channel.id}
        event = {"type": "channel_id_changed", **changed_ids, "event_ts": slack.state.next_ts()}
        emit(slack, space, event)
    channel.shared_with = sorted({*channel.shared_with, other_team})
    _send_sharing_event(slack, channel, {"type": "channel_shared", "connected_team_id": other_team})
    return channel


def unshare(slack: Simulator, channel: Channel, other_team: str) -> None:
    """End the sharing with an organisation and remove its people."""
    space = slack.state.workspaces[channel.team_id]
    channel.shared_with = [team for team in channel.shared_with if team != other_team]
    if not channel.shared_with:
        strangers = [user for user in channel.members if user in space.people and space.people[user].stranger]
        channel.members = [user for user in channel.members if user not in strangers]
    event = {
        "type": "channel_unshared",
        "previously_connected_team_id": other_team,
        "is_ext_shared": bool(channel.shared_with),
    }
    _send_sharing_event(slack, channel, event)


def set_topic(slack: Simulator, channel: Channel, user: str, topic: str) -> None:
    """Set a channel's topic and send the message."""
    channel.topic = topic
    slack.state.touch()
    _send_message(slack, channel, "topic", user, f"set the {_noun(channel)}'s topic: {topic}", topic=topic)


def set_purpose(slack: Simulator, channel: Channel, user: str, purpose: str) -> None:
    """Set a channel's description and send the message."""
    channel.purpose = purpose
    slack.state.touch()
    _send_message(
        slack, channel, "purpose", user, f"set the {_noun(channel)}'s description: {purpose}", purpose=purpose
    )


def _send_membership_event(
    slack: Simulator, channel: Channel, user: str, kind: str, extra: dict[str, Any]
) -> None:
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if space.bot_user_id not in channel.members:
        return
    scope = "groups:read" if channel.is_private else "channels:read"
    if has_scope(slack, space, scope):
        event = {
            "type": kind,
            "user": user,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": home_team(space, space.people[user]) if user in space.people else space.id,
            **extra,
            "event_ts": slack.state.next_ts(),
        }
        emit(slack, space, event)


def _noun(channel: Channel) -> str:
    return "group" if channel.is_private else "channel"


def _send_message(slack: Simulator, channel: Channel, kind: str, user: str, text: str, **more: Any) -> None:  # noqa: ANN401  # any JSON
    """Send Slack's message in the channel: channel_join, group_leave and so on."""
    message_events.send_channel_message(slack, channel, f"{_noun(channel)}_{kind}", user, text, **more)


def _somebody(slack: Simulator, channel: Channel) -> str:
    app = slack.state.workspaces[channel.team_id].bot_user_id
    return next((user for user in channel.members if user != app), app)


def _send_event(slack: Simulator, channel: Channel, kind: str, details: dict[str, Any]) -> None:
    """Send an event of a public channel, or of a private one that the app is in."""
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if channel.is_private and space.bot_user_id not in channel.members:
        return
    event = {"type": f"{_noun(channel)}_{kind}", **details}
    emit(slack, space, event | {"event_ts": slack.state.next_ts()})


def _send_sharing_event(slack: Simulator, channel: Channel, event: dict[str, Any]) -> None:
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if not channel.is_private or space.bot_user_id in channel.members:
        emit(slack, space, event | {"channel": channel.id, "event_ts": slack.state.next_ts()})
