"""chat.scheduleMessage, chat.deleteScheduledMessage and chat.scheduledMessages.list."""

import asyncio
from typing import Any, Final

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, ScheduledMessage, new_id
from slackapp.sandbox.slack import message_events, messages

FURTHEST_SECONDS: Final = 120 * 86_400
POLL_SECONDS: Final = 0.05


def schedule(call: Call) -> dict[str, Any]:
    """chat.scheduleMessage; the sandbox's clock decides when it is posted."""
    channel = messages.named_channel_for(call.slack, call.workspace, call.args["channel"])
    messages.check_may_post(call.slack, call.workspace, channel)
    post_at, now = call.args["post_at"], call.slack.clock.epoch()
    if post_at <= now:
        raise Refused("time_in_past")
    if post_at > now + FURTHEST_SECONDS:
        raise Refused("time_too_far")
    messages.check_metadata(call.args.get("metadata"))
    fields = messages.content(call.slack, call.args)
    scheduled = ScheduledMessage(
        id=new_id("Q"),
        team_id=call.workspace.id,
        channel=channel.id,
        post_at=post_at,
        created=int(now),
        thread_ts=call.args.get("thread_ts") or None,
        fields=fields,
    )
    call.slack.state.scheduled[scheduled.id] = scheduled
    call.slack.start_task(_post_when_due(call.slack, scheduled.id))
    preview = Message(ts="", author=call.workspace.bot_user_id, **fields)
    message = messages.message_object(call.slack, call.workspace, preview)
    message |= {"type": "delayed_message"}
    message.pop("ts")
    return {
        "scheduled_message_id": scheduled.id,
        "channel": channel.id,
        "post_at": post_at,
        "message": message,
    }


def delete(call: Call) -> dict[str, Any]:
    """chat.deleteScheduledMessage."""
    scheduled = call.slack.state.scheduled.get(call.args["scheduled_message_id"])
    if scheduled is None or scheduled.team_id != call.workspace.id:
        raise Refused("invalid_scheduled_message_id")
    if scheduled.channel != call.args["channel"]:
        raise Refused("channel_not_found")
    del call.slack.state.scheduled[scheduled.id]
    return {}


def list_scheduled(call: Call) -> dict[str, Any]:
    """chat.scheduledMessages.list."""
    channel = call.args.get("channel")
    entries = [
        {
            "id": scheduled.id,
            "channel_id": scheduled.channel,
            "post_at": scheduled.post_at,
            "date_created": scheduled.created,
            "text": scheduled.fields["text"],
        }
        for scheduled in sorted(call.slack.state.scheduled.values(), key=lambda entry: entry.post_at)
        if scheduled.team_id == call.workspace.id and channel in (None, scheduled.channel)
    ]
    return {"scheduled_messages": entries, "response_metadata": {"next_cursor": ""}}


async def _post_when_due(slack: Simulator, scheduled_id: str) -> None:
    while (scheduled := slack.state.scheduled.get(scheduled_id)) is not None:
        if slack.clock.epoch() >= scheduled.post_at:
            del slack.state.scheduled[scheduled_id]
            _post(slack, scheduled)
            return
        await asyncio.sleep(POLL_SECONDS)  # the clock may jump at any moment


def _post(slack: Simulator, scheduled: ScheduledMessage) -> None:
    """Post the message if the app may still post there."""
    space = slack.state.workspaces[scheduled.team_id]
    channel: Channel | None = space.channels.get(scheduled.channel)
    if channel is None or channel.archived or not space.installed:
        return
    message = Message(
        ts=slack.state.next_ts(),
        author=space.bot_user_id,
        thread_ts=scheduled.thread_ts,
        **scheduled.fields,
    )
    message_events.post(slack, channel, message)
