"""The assistant (agent) container: threads with the app, and the channel that is looked at meanwhile."""

from typing import Any

from slackapp.sandbox.core.responses import NotFound
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
    """Open a new thread with the app; `viewed` is the channel the person looks at meanwhile."""
    if not is_assistant(slack):
        raise NotFound(409, "The app's manifest has neither an assistant view nor an agent view.")
    space = slack.state.workspaces[person.team_id]
    channel = slack.state.dm(space, person.id)
    ts = slack.state.next_ts()
    root = Message(ts=ts, author=space.bot_user_id, text=ROOT_TEXT, thread_ts=ts, subtype=ROOT)
    message_events.post(slack, channel, root)
    _tell(slack, person, root.ts, "assistant_thread_started", viewed)
    return root


def change_context(slack: Simulator, person: Person, thread_ts: str, viewed: Channel | None) -> None:
    """The person goes to another channel while the thread is open."""
    space = slack.state.workspaces[person.team_id]
    root = slack.state.dm(space, person.id).messages.get(thread_ts)
    if root is None or root.subtype != ROOT:
        raise NotFound(404, f"There is no assistant thread {thread_ts}.")
    _tell(slack, person, thread_ts, "assistant_thread_context_changed", viewed)


def _tell(slack: Simulator, person: Person, thread_ts: str, kind: str, viewed: Channel | None) -> None:
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
