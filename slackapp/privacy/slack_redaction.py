"""Delete the app's own messages and files in Slack that contain somebody's words or name.

A row of `delivery` holds the address of each. The deletions enqueued here hold only Slack's ids of the
conversation, the message and the file, and their rows are deleted afterwards.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from slackapp.core.db import new_id
from slackapp.models import Delivery, DeliveryState, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.queue import Method, NewDelivery, Priority, enqueue_many
from slackapp.outbox.references import FileRef, MessageRef
from slackapp.outbox.rendered import Deletion, Route, by_kind

MESSAGE = Kind("removal-message", MessageRef, method=Method.DELETE, second_copy=SecondCopy.HARMLESS)
FILE = Kind("removal-file", FileRef, method=Method.DELETE_FILE, second_copy=SecondCopy.HARMLESS)

_NOWHERE = "-"
"""The target of a file in no conversation: it was uploaded for a message to show."""

# Written as in the partial index of removals, so that it is used.
_OUT = text("(delivery.kind IN ('removal-message', 'removal-file') OR delivery.target = '-')")
_ENDED = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.EXPIRED, DeliveryState.UNKNOWN)


def enqueue_deletions(
    session: Session, workspace: Workspace, rows: Iterable[Delivery], *, now: datetime
) -> None:
    """Enqueue the deletion of what these deliveries brought to Slack."""
    deletions = [deletion for row in rows for deletion in _deletions_for(workspace, row, now)]
    enqueue_many(session, workspace, deletions)


def enqueue_replacements(
    session: Session, workspace: Workspace, rows: Iterable[Delivery], *, now: datetime
) -> None:
    """Enqueue the deletion, and the same messages again with their current content."""
    rows = list(rows)
    enqueue_deletions(session, workspace, rows, now=now)
    replacements = [
        NewDelivery(
            key=f"{row.kind}:{row.reference}:{new_id()}",
            kind=row.kind,
            reference=row.reference,
            target=row.target,
            due=now,
            priority=Priority(row.priority),
            method=row.method,
            group=row.group_key,
            step=row.step,
        )
        for row in rows
    ]
    for row in rows:
        session.delete(row)
    session.flush()
    enqueue_many(session, workspace, replacements)


def when_sent(session: Session, workspace: Workspace, slack_user_id: str) -> None:
    """Clear the target of messages in flight to somebody; `delete_finished` deletes them once they arrive."""
    to_member = (Delivery.workspace_id == workspace.id, Delivery.target == slack_user_id)
    in_flight = update(Delivery).where(*to_member, Delivery.state == DeliveryState.SENDING)
    session.execute(in_flight.values(target=_NOWHERE))


def delete_finished(session: Session, now: datetime) -> None:
    """Delete the rows of finished deletions, and enqueue the deletion of what arrived late. Run rarely."""
    late = select(Delivery).where(_OUT, Delivery.target == _NOWHERE, Delivery.kind.not_in([MESSAGE, FILE]))
    for row in session.scalars(late.where(Delivery.state.in_(_ENDED))):
        if row.state == DeliveryState.SENT:
            enqueue_deletions(session, session.get_one(Workspace, row.workspace_id), [row], now=now)
        session.delete(row)
    session.flush()
    done = (_OUT, Delivery.kind.in_([MESSAGE, FILE]), Delivery.state.in_(_ENDED))
    session.execute(delete(Delivery).where(*done))


def _deletions_for(workspace: Workspace, row: Delivery, now: datetime) -> list[NewDelivery]:
    """Return the deletions for a delivery. A file's message goes with it; charts have their own rows."""
    place = row.slack_channel_id or _NOWHERE
    if row.slack_file_id:
        key = f"{FILE}:{workspace.id}:{row.slack_file_id}"
        return [FILE.new(FileRef(row.slack_file_id), place, now, key=key)]
    if row.slack_ts and row.slack_channel_id and row.method != Method.UPDATE:
        key = f"{MESSAGE}:{workspace.id}:{place}:{row.slack_ts}"
        return [MESSAGE.new(MessageRef(row.slack_ts), place, now, key=key)]
    return []


def _message(_session: Session, about: MessageRef, row: Delivery, _now: datetime) -> Deletion:
    return Deletion(channel=row.target, ts=about.ts)


def _file(_session: Session, about: FileRef, row: Delivery, _now: datetime) -> Deletion:
    return Deletion(channel=row.target, file=about.file_id)


def _as_loaded(deletion: Deletion) -> Deletion:
    return deletion


ROUTES: Final = by_kind(Route(MESSAGE, _message, _as_loaded), Route(FILE, _file, _as_loaded))
