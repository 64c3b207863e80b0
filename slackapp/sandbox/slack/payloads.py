"""Payloads that Slack sends to an app, with the keys of recorded payloads."""

import secrets
from collections.abc import Iterator
from typing import Any

from slackapp.sandbox.blocks.controls import STATE_KEYS, controls
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, Person, ResponseUrl, View, Workspace, new_id
from slackapp.sandbox.slack import messages
from slackapp.sandbox.slack.directory_json import ELSEWHERE, home_team, is_shared
from slackapp.sandbox.slack.views import view_object

RESPONSE_URL_SECONDS = 1800
# The fields of an element that its action repeats; others are only in the view or the message.
SENT_FIELDS = frozenset(
    {"action_id", "text", "value", "url", "style", "confirm", "placeholder", "min_query_length", "timezone"}
)
Json = dict[str, Any]


def slash_command(slack: Simulator, person: Person, channel: Channel, command: str, text: str) -> Json:
    """Build a slash command's payload."""
    space = slack.state.workspaces[person.team_id]
    return {
        "token": slack.app.verification_token,
        "team_id": space.id,
        "team_domain": space.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.handle,
        "command": command,
        "text": text,
        "api_app_id": slack.app.app_id,
        "is_enterprise_install": "false",
        **organisation_of(space),
        "response_url": response_url(slack, person, channel, "commands"),
        "trigger_id": slack.new_trigger(space.id, person.id),
    }


def message_press(slack: Simulator, person: Person, channel: Channel, message: Message, action: Json) -> Json:
    """Build block_actions from a message."""
    space = slack.state.workspaces[person.team_id]
    out = _interaction(slack, space, person, "block_actions") | {
        "container": container_of(channel, message, message.attachment_of(action["block_id"])),
        "trigger_id": slack.new_trigger(space.id, person.id),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": message.values.get(person.id, {})},
        "response_url": response_url(slack, person, channel, "actions", message.ts),
        "actions": [action],
    }
    if not message.only_for:
        out["message"] = messages.message_object(slack, space, message)
    return out


def container_of(channel: Channel, message: Message, attachment: int = 0) -> Json:
    """Return the container of an element in a message; `attachment` counts from 1, 0 for none."""
    where: Json = {
        "type": "message_attachment" if attachment else "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.only_for),
    }
    if attachment:
        where |= {"attachment_id": attachment, "is_app_unfurl": False}
    return where | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def view_press(slack: Simulator, person: Person, view: View, action: Json) -> Json:
    """Build block_actions from a modal or the Home tab."""
    space = slack.state.workspaces[person.team_id]
    return _interaction(slack, space, person, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "team": _actor_team(space, person),
        "trigger_id": slack.new_trigger(space.id, person.id, view_id=view.id),
        "view": view_object(slack, space, view),
        "actions": [action],
    }


def view_submission(slack: Simulator, person: Person, view: View) -> Json:
    """Build view_submission."""
    space = slack.state.workspaces[person.team_id]
    return _interaction(slack, space, person, "view_submission") | {
        "trigger_id": slack.new_trigger(space.id, person.id, view_id=view.id),
        "view": view_object(slack, space, view),
        "response_urls": list(_response_urls(slack, person, view)),
    }


def _response_urls(slack: Simulator, person: Person, view: View) -> Iterator[Json]:
    """Yield a response_url for each conversation chosen in an input that requests one."""
    space = slack.state.workspaces[person.team_id]
    for control in controls(view.body["blocks"]):
        if not (control.is_input and control.element.get("response_url_enabled")):
            continue
        chosen = view.values[control.block_id][control.action_id].get(STATE_KEYS[control.type])
        if not chosen:
            continue
        # For a chosen person the answer goes to the app's direct conversation with them.
        channel = space.channels.get(chosen) or slack.state.dm(space, chosen)
        yield {
            "response_url": response_url(slack, person, channel, "app"),
            "channel_id": channel.id,
            "block_id": control.block_id,
            "action_id": control.action_id,
        }


def view_closed(slack: Simulator, person: Person, view: View, *, is_cleared: bool) -> Json:
    """Build view_closed."""
    space = slack.state.workspaces[person.team_id]
    return _interaction(slack, space, person, "view_closed") | {
        "view": view_object(slack, space, view),
        "is_cleared": is_cleared,
    }


def shortcut(slack: Simulator, person: Person, callback_id: str) -> Json:
    """Build a global shortcut's payload."""
    space = slack.state.workspaces[person.team_id]
    return {
        "type": "shortcut",
        "token": slack.app.verification_token,
        "action_ts": slack.state.next_ts(),
        "team": team_of(space),
        "user": {"id": person.id, "username": person.handle, "team_id": space.id},
        "is_enterprise_install": False,
        "enterprise": enterprise_of(space),
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(space.id, person.id),
    }


def message_action(
    slack: Simulator, person: Person, channel: Channel, message: Message, callback_id: str
) -> Json:
    """Build a message shortcut's payload."""
    space = slack.state.workspaces[person.team_id]
    return {
        "type": "message_action",
        "token": slack.app.verification_token,
        "action_ts": slack.state.next_ts(),
        "team": team_of(space),
        "user": {"id": person.id, "username": person.handle, "team_id": space.id, "name": person.handle},
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "is_enterprise_install": False,
        "enterprise": enterprise_of(space),
        "callback_id": callback_id,
        "trigger_id": slack.new_trigger(space.id, person.id),
        "response_url": response_url(slack, person, channel, "app", message.ts),
        "message_ts": message.ts,
        "message": messages.message_object(slack, space, message),
    }


def event_callback(slack: Simulator, space: Workspace, event: Json) -> Json:
    """Build an event_callback with the event."""
    place = event.get("channel") or event.get("item", {}).get("channel")
    channel = space.channels.get(place) if isinstance(place, str) else None
    context = "-".join(["1", event["type"], space.id, *([place] if isinstance(place, str) else [])])
    authorization = {
        "enterprise_id": space.enterprise_id or None,
        "team_id": space.id,
        "user_id": space.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": slack.app.verification_token,
        "team_id": space.id,
        **({"enterprise_id": space.enterprise_id} if space.enterprise_id else {}),
        "api_app_id": slack.app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(slack.clock.epoch()),
        "authorizations": [authorization],
        "is_ext_shared_channel": channel is not None and is_shared(space, channel),
        "event_context": context,
    }


def _interaction(slack: Simulator, space: Workspace, person: Person, kind: str) -> Json:
    out: Json = {
        "type": kind,
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": home_team(space, person),
        },
        "api_app_id": slack.app.app_id,
        "token": slack.app.verification_token,
        "team": team_of(space) if kind == "block_actions" else _actor_team(space, person),
        "is_enterprise_install": False,
    }
    # The recorded payloads have the null only here; about views they leave the key out.
    return out | (
        {"enterprise": enterprise_of(space)} if kind == "block_actions" or space.enterprise_id else {}
    )


def organisation_of(space: Workspace) -> Json:
    """Return the organisation's two keys; empty for a workspace without one."""
    if not space.enterprise_id:
        return {}
    return {"enterprise_id": space.enterprise_id, "enterprise_name": space.enterprise_name}


def team_of(space: Workspace) -> Json:
    """Return a workspace as in interactions."""
    return {"id": space.id, "domain": space.domain, **organisation_of(space)}


def _actor_team(space: Workspace, person: Person) -> Json:
    """Return the acting person's workspace; view.app_installed_team_id is the app's."""
    return {"id": ELSEWHERE, "domain": "elsewhere"} if person.stranger else team_of(space)


def enterprise_of(space: Workspace) -> Json | None:
    """Return the organisation as in interactions and installations."""
    return {"id": space.enterprise_id, "name": space.enterprise_name} if space.enterprise_id else None


def channel_name(channel: Channel) -> str:
    """Return a channel's name as in payloads, which hide the names of private channels."""
    if channel.is_direct:
        return channel.name if channel.is_mpim else "directmessage"
    return "privategroup" if channel.is_private else channel.name


def response_url(slack: Simulator, person: Person, channel: Channel, kind: str, ts: str | None = None) -> str:
    """Create a response_url."""
    token = secrets.token_hex(12)
    expires = slack.clock.epoch() + RESPONSE_URL_SECONDS
    known = slack.state.response_urls
    for key in [key for key, entry in known.items() if entry.expires < expires - 2 * RESPONSE_URL_SECONDS]:
        del known[key]
    known[token] = ResponseUrl(person.team_id, person.id, channel.id, ts, expires)
    return f"{slack.url}/{kind}/{person.team_id}/{token}"


def action_of(element: Json, block_id: str, chosen: Json, ts: str) -> Json:
    """Return an entry of `actions[]`: fields of the element, and the chosen value."""
    described = {
        name: value for name, value in element.items() if name in SENT_FIELDS or name.startswith("initial_")
    }
    return {"type": element["type"], **described, "block_id": block_id, **chosen, "action_ts": ts}
