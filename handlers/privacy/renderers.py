"""Renders a person's export: a message, and two files in its thread."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from handlers.privacy import data_requests_view
from slackapp.core.i18n import Voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip, Upload, WaitUntil
from slackapp.privacy import export
from slackapp.privacy.export_requests import Kind, member_of, message_of
from slackapp.workspace import members

_LOOK_AGAIN = timedelta(seconds=1)
_PENDING = (DeliveryState.READY, DeliveryState.SENDING)


def renderers(pseudonyms: Pseudonyms) -> dict[str, Renderer]:
    """By delivery kind."""
    export_renderers = _ExportRenderers(pseudonyms)
    return {
        Kind.MESSAGE: export_renderers.message,
        Kind.PAGE: export_renderers.page,
        Kind.FILE: export_renderers.file,
    }


@dataclass(frozen=True, slots=True)
class _ExportRenderers:
    pseudonyms: Pseudonyms

    def message(self, session: Session, row: Delivery, now: datetime) -> Rendered:  # noqa: ARG002 - a renderer
        """The message that explains the files."""
        member = member_of(session, row)
        if member is None:
            return Skip("erased")
        say = members.language_of(session.get_one(Workspace, row.workspace_id), member)
        text, blocks = data_requests_view.export_message(say)
        return Message(text=text, blocks=blocks)

    def page(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The page to read."""
        return self._file(session, row, now, readable=True)

    def file(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The file for machines."""
        return self._file(session, row, now, readable=False)

    def _file(self, session: Session, row: Delivery, now: datetime, *, readable: bool) -> Rendered:
        member, sent = member_of(session, row), message_of(session, row)
        if member is None or sent is None:
            return Skip("erased")
        if sent.state in _PENDING:
            return WaitUntil(max(sent.due, now + _LOOK_AGAIN))
        if sent.state != DeliveryState.SENT or not sent.slack_channel_id:
            return Skip("no_message")
        workspace = session.get_one(Workspace, row.workspace_id)
        say = members.language_of(workspace, member)
        collected = export.collect(session, workspace, member, self.pseudonyms)
        page = partial(_page, say, collected, now)
        return Upload(
            filename="appreciate-about-me.html" if readable else "appreciate-about-me.json",
            title=say("What is kept about you"),
            alt=say("What is kept about you"),
            produce=page if readable else partial(export.as_json, collected),
            channel=sent.slack_channel_id,
            thread_ts=sent.slack_ts,
        )


def _page(say: Voice, collected: dict[str, object], made_at: datetime) -> bytes:
    return export.as_page(say, collected, created_at=made_at).encode()
