"""What happens to channels: who comes and goes, and what becomes of the channel itself.

Beside the events of their own kind Slack posts a line of its own for most of it, which an app with a history
scope gets as a message event with a subtype.
"""

from typing import Any

from slackapp.sandbox.core.permissions import has_scope
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, new_id
from slackapp.sandbox.slack import message_events
from slackapp.sandbox.slack.directory_json import home_team
from slackapp.sandbox.slack.events import emit


def joined(slack: Simulator, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Put someone into a channel and say so."""
    if user in channel.members:
        return
    channel.members.append(user)
    extra = {"inviter": inviter} if inviter else {}
    _membership(slack, channel, user, "member_joined_channel", extra)
    _line(slack, channel, "join", user, f"<@{user}> has joined the {_noun(channel)}", **extra)


def left(slack: Simulator, channel: Channel, user: str) -> None:
    """Take someone out of a channel and say so. The app hears of its own leaving too."""
    if user not in channel.members:
        return
    _membership(slack, channel, user, "member_left_channel", {})
    _line(slack, channel, "leave", user, f"<@{user}> has left the {_noun(channel)}")
    app = slack.state.workspaces[channel.team_id].bot_user_id
    if user == app:
        _about_channel(slack, channel, "left", {"channel": channel.id, "actor_id": app})
    channel.members.remove(user)


def created(slack: Simulator, channel: Channel) -> None:
    """Add a channel; apps hear of new public ones only."""
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


def archived(slack: Simulator, channel: Channel, *, is_archived: bool) -> None:
    """Archive a channel or bring it back, and say so."""
    channel.archived = is_archived
    kind, user = "archive" if is_archived else "unarchive", _somebody(slack, channel)
    _about_channel(slack, channel, kind, {"channel": channel.id, "user": user})
    _line(slack, channel, kind, user, f"{kind}d the {_noun(channel)}")


def renamed(slack: Simulator, channel: Channel, name: str) -> None:
    """Give a channel another name and say so."""
    old_name, channel.name = channel.name, name
    channel.previous_names = [old_name, *(known for known in channel.previous_names if known != old_name)]
    described = {"id": channel.id, "name": name, "created": channel.created}
    _about_channel(slack, channel, "rename", {"channel": described})
    text = f'has renamed the {_noun(channel)} from "{old_name}" to "{name}"'
    _line(slack, channel, "name", _somebody(slack, channel), text, old_name=old_name, name=name)


def deleted(slack: Simulator, channel: Channel) -> None:
    """Delete a channel and say so."""
    _about_channel(slack, channel, "deleted", {"channel": channel.id, "actor_id": _somebody(slack, channel)})
    del slack.state.workspaces[channel.team_id].channels[channel.id]


def converted(slack: Simulator, channel: Channel, *, is_private: bool) -> None:
    """Make a public channel private, or the other way round. Only the line in the channel tells of it."""
    channel.is_private = is_private
    kind = "private" if is_private else "public"
    subtype = f"channel_convert_to_{kind}"
    text = f"converted this channel to a {kind} channel"
    slack.state.touch()
    message_events.happened(slack, channel, subtype, _somebody(slack, channel), text)


def shared(slack: Simulator, channel: Channel, other_team: str, *, gets_new_id: bool = False) -> Channel:
    """Share a channel with another organisation. Slack may give it a new id then, and says so first."""
    space = slack.state.workspaces[channel.team_id]
    if gets_new_id:
        old_id, channel.id = channel.id, new_id("C")
        del space.channels[old_id]
        space.channels[channel.id] = channel
        changed_ids = {"old_channel_id": old_id, "new_channel_id": channel.id}
        event = {"type": "channel_id_changed", **changed_ids, "event_ts": slack.state.next_ts()}
        emit(slack, space, event)
    channel.shared_with = sorted({*channel.shared_with, other_team})
    _sharing(slack, channel, {"type": "channel_shared", "connected_team_id": other_team})
    return channel


def unshared(slack: Simulator, channel: Channel, other_team: str) -> None:
    """End the sharing: the strangers of that organisation are not in it any more."""
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
    _sharing(slack, channel, event)


def topic_changed(slack: Simulator, channel: Channel, user: str, topic: str) -> None:
    """Give a channel another topic and say so."""
    channel.topic = topic
    slack.state.touch()
    _line(slack, channel, "topic", user, f"set the {_noun(channel)}'s topic: {topic}", topic=topic)


def purpose_changed(slack: Simulator, channel: Channel, user: str, purpose: str) -> None:
    """Give a channel another description and say so."""
    channel.purpose = purpose
    slack.state.touch()
    _line(
        slack, channel, "purpose", user, f"set the {_noun(channel)}'s description: {purpose}", purpose=purpose
    )


def _membership(slack: Simulator, channel: Channel, user: str, kind: str, extra: dict[str, Any]) -> None:
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


def _line(slack: Simulator, channel: Channel, kind: str, user: str, text: str, **more: Any) -> None:  # noqa: ANN401  # any JSON
    """Slack's own line in the channel: channel_join, group_leave and so on."""
    message_events.happened(slack, channel, f"{_noun(channel)}_{kind}", user, text, **more)


def _somebody(slack: Simulator, channel: Channel) -> str:
    app = slack.state.workspaces[channel.team_id].bot_user_id
    return next((user for user in channel.members if user != app), app)


def _about_channel(slack: Simulator, channel: Channel, kind: str, details: dict[str, Any]) -> None:
    """An app hears this of every public channel, and of the private ones it is in."""
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if channel.is_private and space.bot_user_id not in channel.members:
        return
    event = {"type": f"{_noun(channel)}_{kind}", **details}
    emit(slack, space, event | {"event_ts": slack.state.next_ts()})


def _sharing(slack: Simulator, channel: Channel, event: dict[str, Any]) -> None:
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if not channel.is_private or space.bot_user_id in channel.members:
        emit(slack, space, event | {"channel": channel.id, "event_ts": slack.state.next_ts()})
