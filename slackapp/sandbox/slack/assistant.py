"""The assistant (agent) container: threads with the app, and the channel viewed beside them."""

from typing import Any

from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Message, Person
from slackapp.sandbox.slack import events, message_events

ROOT_TEXT = "New Assistant Thread"
ROOT = "assistant_app_thread"


def is_assistant(slack: Simulator) -> bool:
    """Whether the manifest has the assistant or agent view."""
    features = slack.manifest.raw.get("features", {})
    return bool(features.get("assistant_view") or features.get("agent_view"))


def start_thread(slack: Simulator, person: Person, viewed: Channel | None) -> Message:
    """Open a new thread with the app; `viewed` is the channel that the person views."""
    if not is_assistant(slack):
        raise RequestError(409, "The app's manifest has neither an assistant view nor an agent view.")
    space = slack.state.workspaces[person.team_id]
    channel = slack.state.dm(space, person.id)
    ts = slack.state.next_ts()
    root = Message(ts=ts, author=space.bot_user_id, text=ROOT_TEXT, thread_ts=ts, subtype=ROOT)
    message_events.post(slack, channel, root)
    _send_event(slack, person, root.ts, "assistant_thread_started", viewed)
    return root


def change_context(slack: Simulator, person: Person, thread_ts: str, viewed: Channel | None) -> None:
    """Send the event of viewing another channel while the thread is open."""
    space = slack.state.workspaces[person.team_id]
    root = slack.state.dm(space, person.id).messages.get(thread_ts)
    if root is None or root.subtype != ROOT:
        raise RequestError(404, f"There is no assistant thread {thread_ts}.")
    _send_event(slack, person, thread_ts, "assistant_thread_context_changed", viewed)


def _send_event(slack: Simulator, person: Person, thread_ts: str, kind: str, viewed: Channel | None) -> None:
    space = slack.state.workspaces[person.team_id]
    context: dict[str, Any] = {}
    if viewed is not None:
        context = {"channel_id": viewed.id, "team_id": space.id, "enterprise_id": space.enterprise_id or None}
    thread = {
        "user_id": person.id,
        "context": context,
        "channel_id": slack.state.dm(space, person.id).id,
        "thread_ts": thread_ts,
    }
    event = {"type": kind, "assistant_thread": thread, "event_ts": slack.state.next_ts()}
    events.emit(slack, space, event)
