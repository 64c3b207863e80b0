"""A press on a button of a message proves that the message arrived."""

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import App

from handlers.recognition import report_view, thanks_view
from handlers.shared.context import Context
from handlers.shared.payloads import Payload, press
from slackapp.outbox.queue import SlackMessageId
from slackapp.recognition import unconfirmed
from slackapp.workspace import members, registry

ON_THANKS = frozenset(
    {
        *(thanks_view.MEANT_A_LOT, thanks_view.SHARE, thanks_view.KEEP, thanks_view.HIDE),
        *(thanks_view.SETTINGS, thanks_view.MORE, thanks_view.ME_TOO, report_view.REPORT),
    }
)
"""Buttons below a thank-you or its post, with its id in their value. None is on a check-in's message."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Looks at presses on thank-yous of unknown outcome, before they are answered."""

    context: Context

    def note(self, body: Payload, next: Callable[[], None]) -> None:  # noqa: A002 - Bolt's name
        """Record that the message whose button was pressed has arrived, if nobody knew."""
        container = body.get("container") or {}
        is_message = container.get("type") == "message" and not container.get("is_ephemeral")
        if body.get("type") == "block_actions" and is_message and _action(body) in ON_THANKS:
            self._note(body, SlackMessageId(container.get("channel_id"), container.get("message_ts")))
        next()

    def _note(self, body: Payload, message: SlackMessageId) -> None:
        pressed = press(body)
        recognition_id = pressed.value.rpartition(":")[2]
        with self.context.sessions.read() as session:
            if not unconfirmed.has_doubts(session, recognition_id):
                return
        with self.context.sessions.begin() as session:
            workspace, now = registry.find(session, pressed.caller.team), self.context.now()
            if workspace is None:
                return
            if pressed.action_id == thanks_view.ME_TOO:
                unconfirmed.confirm_posted(session, workspace, recognition_id, message, now=now)
            elif member := members.find(session, workspace, pressed.caller.user):
                unconfirmed.confirm_received(session, recognition_id, member, message, now=now)


def _action(body: Payload) -> str:
    actions = body.get("actions") or [{}]
    return str(actions[0].get("action_id"))


def register(bolt: App, context: Context) -> None:
    """Look at every press before its listener does."""
    bolt.use(Arrivals(context).note)
