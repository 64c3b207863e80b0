"""Events that the manifest subscribes to and has a scope for, with Slack's retries."""

import asyncio
from typing import Any

from slackapp.sandbox.core.permissions import has_scope
from slackapp.sandbox.core.simulator import Ack, Retry, Simulator
from slackapp.sandbox.core.state import Channel, Message, Person, Workspace
from slackapp.sandbox.slack import payloads

# A failed event is retried at once, after one minute and after six, on the sandbox's clock.
RETRY_SECONDS = (0, 60, 360)
POLL_SECONDS = 0.05


def is_subscribed(slack: Simulator, name: str, space: Workspace) -> bool:
    """Whether the app receives this event from this workspace."""
    scopes = slack.contract.events.get(name, ())
    return name in slack.manifest.events and (not scopes or has_scope(slack, space, *scopes))


def emit(
    slack: Simulator,
    space: Workspace,
    event: dict[str, Any],
    *,
    subscription: str | None = None,
    even_removed: bool = False,
) -> None:
    """Send an event in the background, if the app is installed and subscribes to it.

    `subscription` is its name in the manifest if that differs from the event's type. Held events wait
    until they are released.
    """
    if is_subscribed(slack, subscription or event["type"], space) and (space.installed or even_removed):
        payload = payloads.event_callback(slack, space, event)
        if slack.event_hold.is_on:
            slack.event_hold.waiting.append(payload)
        else:
            slack.start_task(deliver(slack, payload))


async def emit_now(slack: Simulator, space: Workspace, event: dict[str, Any]) -> Ack:
    """Send an event and return the first answer; a failure is retried in the background."""
    return await deliver(slack, payloads.event_callback(slack, space, event))


async def deliver(slack: Simulator, payload: dict[str, Any]) -> Ack:
    """Send an event's payload; a failure is retried in the background."""
    started = slack.clock.epoch()
    ack = await slack.send("event_callback", payload)
    if ack.failure:
        slack.start_task(_retry(slack, payload, ack.failure, started))
    return ack


async def deliver_in_turn(slack: Simulator, waiting: list[dict[str, Any]]) -> None:
    """Send these payloads one after another."""
    for payload in waiting:
        await deliver(slack, payload)


async def _retry(slack: Simulator, payload: dict[str, Any], reason: str, started: float) -> None:
    for attempt, seconds in enumerate(RETRY_SECONDS, start=1):
        if reason == "no_retry":
            return
        while slack.clock.epoch() < started + seconds:  # noqa: ASYNC110  # the clock may jump at any moment
            await asyncio.sleep(POLL_SECONDS)
        ack = await slack.send("event_callback", payload, Retry(attempt, reason))
        if ack.failure is None:
            return
        reason = ack.failure


def home_opened(slack: Simulator, person: Person, tab: str, view: dict[str, Any] | None) -> dict[str, Any]:
    """Build the app_home_opened event."""
    space = slack.state.workspaces[person.team_id]
    event = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": slack.state.dm(space, person.id).id,
        "tab": tab,
        "event_ts": slack.state.next_ts(),
    }
    return event | ({"view": view} if view else {})


def set_reaction(  # a reaction is all of these
    slack: Simulator, channel: Channel, message: Message, user: str, emoji: str, *, remove: bool
) -> None:
    """Add or remove a reaction and send its event."""
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


def app_uninstalled(slack: Simulator, space: Workspace) -> None:
    """Uninstall the app from a workspace: revoke its token and send the events."""
    if not space.installed:
        return
    tokens_revoked(slack, space, [space.bot_user_id], [])
    emit(slack, space, {"type": "app_uninstalled"}, even_removed=True)


def tokens_revoked(slack: Simulator, space: Workspace, bots: list[str], users: list[str]) -> None:
    """Revoke the app's token (`bots`) or people's tokens (`users`), and send the event."""
    if bots and space.installed:
        space.installed = False
        for user in space.people:
            slack.state.modals.pop(user, None)
            slack.state.homes.pop(user, None)
        slack.index_tokens()
    slack.state.touch()
    tokens = {"oauth": users, "bot": bots}
    emit(slack, space, {"type": "tokens_revoked", "tokens": tokens}, even_removed=True)


def rate_limited(slack: Simulator, space: Workspace) -> None:
    """Send app_rate_limited, as after 30,000 events in an hour; it is not an event_callback."""
    payload = {
        "token": slack.app.verification_token,
        "type": "app_rate_limited",
        "team_id": space.id,
        "minute_rate_limited": int(slack.clock.epoch()) // 60 * 60,
        "api_app_id": slack.app.app_id,
    }
    slack.start_task(slack.send("app_rate_limited", payload))
