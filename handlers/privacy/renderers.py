"""Render a member's export: a message, and two files in its thread."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from handlers.privacy import data_requests_view
from slackapp.core.i18n import Voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox.references import ExportRef
from slackapp.outbox.rendered import Message, Route, Skip, Upload, WaitUntil, by_kind
from slackapp.privacy import export
from slackapp.privacy.export_requests import Kind, member_of, message_of
from slackapp.workspace import members

_LOOK_AGAIN = timedelta(seconds=1)
_PENDING = (DeliveryState.READY, DeliveryState.SENDING)


def routes(pseudonyms: Pseudonyms) -> dict[str, Route[Any, Any]]:
    """Return the routes of an export's kinds."""
    load_file = partial(_load_file, pseudonyms)
    return by_kind(
        Route(Kind.MESSAGE, _load_message, _message),
        Route(Kind.PAGE, load_file, _page),
        Route(Kind.FILE, load_file, _file),
    )


@dataclass(frozen=True, slots=True)
class _Export:
    """The stored data about a member, and the thread of the export."""

    say: Voice
    collected: dict[str, object]
    created_at: datetime
    channel: str
    ts: str | None


def _load_message(session: Session, _about: ExportRef, row: Delivery, _now: datetime) -> Voice | Skip:
    member = member_of(session, row)
    if member is None:
        return Skip("erased")
    return members.language_of(session.get_one(Workspace, row.workspace_id), member)


def _message(say: Voice) -> Message:
    """Render the message that explains the files."""
    return Message(*data_requests_view.export_message(say))


def _load_file(
    pseudonyms: Pseudonyms, session: Session, _about: ExportRef, row: Delivery, now: datetime
) -> _Export | WaitUntil | Skip:
    member, sent = member_of(session, row), message_of(session, row)
    if member is None or sent is None:
        return Skip("erased")
    if sent.state in _PENDING:
        return WaitUntil(max(sent.due, now + _LOOK_AGAIN))
    if sent.state != DeliveryState.SENT or not sent.slack_channel_id:
        return Skip("no_message")
    workspace = session.get_one(Workspace, row.workspace_id)
    say = members.language_of(workspace, member)
    collected = export.collect(session, workspace, member, pseudonyms, now=now)
    return _Export(say, collected, now, sent.slack_channel_id, sent.slack_ts)


def _page(content: _Export) -> Upload:
    """Render the file for the person."""
    return _upload(content, "appreciate-about-me.html", partial(_page_bytes, content))


def _file(content: _Export) -> Upload:
    """Render the file for machines."""
    return _upload(content, "appreciate-about-me.json", partial(export.as_json, content.collected))


def _upload(content: _Export, filename: str, produce: partial[bytes]) -> Upload:
    title = content.say("What is kept about you")
    return Upload(
        filename=filename,
        title=title,
        alt=title,
        produce=produce,
        channel=content.channel,
        thread_ts=content.ts,
    )


def _page_bytes(content: _Export) -> bytes:
    return export.as_page(content.say, content.collected, created_at=content.created_at).encode()
