"""Options of a conversation menu by its `filter`: channels, group and direct conversations."""

from typing import Any

from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Person, Workspace
from slackapp.sandbox.slack.directory_json import is_shared

KINDS = ("public", "private", "mpim", "im")


def visible_channels(space: Workspace, person: Person) -> list[Channel]:
    """Return the channels this person can see: public ones and their private ones."""
    is_guest = person.is_guest or person.is_single_channel or person.stranger
    return [
        channel
        for channel in space.channels.values()
        if (channel.is_mpim or not channel.is_direct)
        and (person.id in channel.members or not (channel.is_private or is_guest))
    ]


def conversation_channels(space: Workspace, person: Person, element: dict[str, Any]) -> list[Channel]:
    """Return the channels and group conversations that this menu offers the person."""
    choice = element.get("filter") or {}
    kinds = choice.get("include") or KINDS
    return [
        channel
        for channel in visible_channels(space, person)
        if _kind(channel) in kinds
        and not (choice.get("exclude_external_shared_channels") and is_shared(space, channel))
    ]


def conversation_people(space: Workspace, element: dict[str, Any]) -> list[Person]:
    """Return the people whose direct conversations this menu offers."""
    choice = element.get("filter") or {}
    if "im" not in (choice.get("include") or KINDS):
        return []
    return [person for person in space.people.values() if not (person.deleted or person.is_bot)]


def direct_conversation(slack: Simulator, space: Workspace, person: Person, other: Person) -> Channel:
    """Return the direct conversation of two people, without the app."""
    return slack.state.conversation(space, [person.id, other.id], with_app=False)


def direct_value(space: Workspace, person: Person, other: Person) -> str:
    """Return its value in a menu: its id, or the other person's id before it exists."""
    members = sorted({person.id, other.id})
    pairs = (channel for channel in space.channels.values() if channel.pair == members)
    return next((channel.id for channel in pairs), other.id)


def _kind(channel: Channel) -> str:
    if channel.is_mpim:
        return "mpim"
    return "private" if channel.is_private else "public"
