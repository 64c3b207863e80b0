"""Events: only those the manifest subscribes to and has a scope for, tried again as Slack does."""

import asyncio
from typing import Any

from slackapp.sandbox.core.permissions import has_scope
from slackapp.sandbox.core.simulator import Ack, Retry, Simulator
from slackapp.sandbox.core.state import Channel, Message, Person, UserGroup, Workspace
from slackapp.sandbox.slack import payloads
from slackapp.sandbox.slack.directory_json import group_object, user_object

# A failed event is sent again at once, after a minute and five minutes after that, on the sandbox's clock.
RETRY_SECONDS = (0, 60, 360)
LOOK_SECONDS = 0.05


def is_subscribed(slack: Simulator, name: str, space: Workspace) -> bool:
    """Whether the app gets this event of this workspace."""
    scopes = slack.contract.events.get(name, ())
    return name in slack.manifest.events and (not scopes or has_scope(slack, space, *scopes))


def emit(slack: Simulator, space: Workspace, event: dict[str, Any], *, even_removed: bool = False) -> None:
    """Send an event in the background, if the app is installed and wants it."""
    if is_subscribed(slack, event["type"], space) and (space.installed or even_removed):
        slack.spawn(emit_now(slack, space, event))


async def emit_now(slack: Simulator, space: Workspace, event: dict[str, Any]) -> Ack:
    """Send an event and give the first answer; what failed is tried again in the background."""
    payload, begun = payloads.event_callback(slack, space, event), slack.clock.epoch()
    ack = await slack.send("event_callback", payload)
    if ack.failure:
        slack.spawn(_again(slack, payload, ack.failure, begun))
    return ack


async def _again(slack: Simulator, payload: dict[str, Any], reason: str, begun: float) -> None:
    for attempt, seconds in enumerate(RETRY_SECONDS, start=1):
        if reason == "no_retry":
            return
        while slack.clock.epoch() < begun + seconds:  # noqa: ASYNC110  # the clock may jump at any moment
            await asyncio.sleep(LOOK_SECONDS)
        ack = await slack.send("event_callback", payload, Retry(attempt, reason))
        if ack.failure is None:
            return
        reason = ack.failure


def home_opened(slack: Simulator, person: Person, tab: str, view: dict[str, Any] | None) -> dict[str, Any]:
    """The app_home_opened event."""
    space = slack.state.workspaces[person.team_id]
    event = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": slack.state.dm(space, person.id).id,
        "tab": tab,
        "event_ts": slack.state.next_ts(),
    }
    return event | ({"view": view} if view else {})


def joined(slack: Simulator, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Put someone into a channel and say so."""
    if user in channel.members:
        return
    channel.members.append(user)
    _membership(slack, channel, user, "member_joined_channel", {"inviter": inviter} if inviter else {})


def left(slack: Simulator, channel: Channel, user: str) -> None:
    """Take someone out of a channel and say so."""
    if user not in channel.members:
        return
    # The app hears of its own leaving too.
    _membership(slack, channel, user, "member_left_channel", {})
    channel.members.remove(user)


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
            "team": space.id,
            **extra,
            "event_ts": slack.state.next_ts(),
        }
        emit(slack, space, event)


def archived(slack: Simulator, channel: Channel, *, is_archived: bool) -> None:
    """Archive a channel or bring it back, and say so."""
    channel.archived = is_archived
    kind = "archive" if is_archived else "unarchive"
    _about_channel(slack, channel, kind, {"channel": channel.id, "user": _somebody(slack, channel)})


def renamed(slack: Simulator, channel: Channel, name: str) -> None:
    """Give a channel another name and say so."""
    channel.name = name
    what = {"id": channel.id, "name": name, "created": channel.created}
    _about_channel(slack, channel, "rename", {"channel": what})


def deleted(slack: Simulator, channel: Channel) -> None:
    """Delete a channel and say so."""
    _about_channel(slack, channel, "deleted", {"channel": channel.id, "actor_id": _somebody(slack, channel)})
    del slack.state.workspaces[channel.team_id].channels[channel.id]


def _somebody(slack: Simulator, channel: Channel) -> str:
    app = slack.state.workspaces[channel.team_id].bot_user_id
    return next((one for one in channel.members if one != app), app)


def _about_channel(slack: Simulator, channel: Channel, kind: str, what: dict[str, Any]) -> None:
    """An app hears this of every public channel, and of the private ones it is in."""
    space = slack.state.workspaces[channel.team_id]
    slack.state.touch()
    if channel.is_private and space.bot_user_id not in channel.members:
        return
    event = {"type": f"{'group' if channel.is_private else 'channel'}_{kind}", **what}
    emit(slack, space, event | {"event_ts": slack.state.next_ts()})


def reacted(  # a reaction is all of these
    slack: Simulator, channel: Channel, message: Message, user: str, emoji: str, *, remove: bool
) -> None:
    """Add or take back a reaction and say so."""
    space = slack.state.workspaces[channel.team_id]
    users = message.reactions.setdefault(emoji, [])
    if remove == (user not in users):
        if not users:
            del message.reactions[emoji]
        return
    (users.remove if remove else users.append)(user)
    if not users:
        del message.reactions[emoji]
    slack.state.touch()
    if space.bot_user_id not in channel.members or message.only_for:
        return
    event = {
        "type": "reaction_removed" if remove else "reaction_added",
        "user": user,
        "reaction": emoji,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.author,
        "event_ts": slack.state.next_ts(),
    }
    emit(slack, space, event)


def person_changed(slack: Simulator, person: Person) -> None:
    """Say that someone's profile changed."""
    space = slack.state.workspaces[person.team_id]
    person.updated = int(slack.clock.epoch())
    slack.state.touch()
    user = user_object(slack, space, person)
    event = {
        "type": "user_change",
        "user": user,
        "cache_ts": person.updated,
    }
    emit(slack, space, event)


def person_joined_team(slack: Simulator, person: Person) -> None:
    """Add a person to the workspace and say so."""
    space = slack.state.workspaces[person.team_id]
    space.people[person.id] = person
    slack.state.touch()
    user = user_object(slack, space, person)
    emit(slack, space, {"type": "team_join", "user": user})


def group_changed(slack: Simulator, space: Workspace, group: UserGroup, members: list[str]) -> None:
    """Give a user group new members and say so."""
    added = [one for one in members if one not in group.members]
    removed = [one for one in group.members if one not in members]
    group.members = list(members)
    slack.state.touch()
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": space.id,
        "date_previous_update": int(slack.clock.epoch()),
        "date_update": int(slack.clock.epoch()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": slack.state.next_ts(),
    }
    emit(slack, space, event)


def group_updated(slack: Simulator, space: Workspace, group: UserGroup, *, name: str, is_off: bool) -> None:
    """Give a user group another name or switch it off, and say so."""
    group.name = name
    if is_off:
        del space.usergroups[group.id]
    slack.state.touch()
    now = int(slack.clock.epoch())
    told = group_object(space, group, users=True, count=True) | {"date_update": now}
    told["date_delete"] = now if is_off else 0
    event = {"type": "subteam_updated", "subteam": told, "event_ts": slack.state.next_ts()}
    emit(slack, space, event)


def app_uninstalled(slack: Simulator, space: Workspace) -> None:
    """Remove the app from a workspace: its token opens nothing any more, and it is told."""
    if not space.installed:
        return
    space.installed = False
    for user in space.people:
        slack.state.modals.pop(user, None)
        slack.state.homes.pop(user, None)
    slack.index_tokens()
    slack.state.touch()
    tokens = {"oauth": [], "bot": [space.bot_user_id]}
    emit(slack, space, {"type": "tokens_revoked", "tokens": tokens}, even_removed=True)
    emit(slack, space, {"type": "app_uninstalled"}, even_removed=True)
