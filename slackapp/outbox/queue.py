"""Messages owed. A rule owes a message in its own transaction; `delivery` sends it afterwards.

A row goes READY -> SENDING -> SENT, or back to READY when it certainly did not
arrive, to UNKNOWN when it may have, to DEAD when it never can, to EXPIRED when
nobody needs it any more. One that may have arrived and harms nobody twice goes
back to READY, too, three times; only `expires` ends what Slack does not take for
a while. Every claim raises the row's fence, and only the claim that holds the
present fence may say how it ended.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from slackapp.core.db import after_commit
from slackapp.models import Delivery, DeliveryState, FanOut, Workspace

OUTBOX = "outbox"
"""Topic of a transaction that enqueued a message: after its commit the delivery worker is woken."""

PICTURE_NOT_READY = "slack_file"
"""Slack is still scanning an uploaded picture, and will not show it yet."""

SCAN_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between tries while Slack scans a picture; after the last, it goes without."""


def goes_without_pictures(row: Delivery) -> bool:
    """Whether a message has waited for its pictures as long as it may, and goes without them now."""
    return row.reason == PICTURE_NOT_READY and row.attempts > len(SCAN_WAITS)


LEASE_SECONDS = 120.0
"""How long a claim may take. Longer than every time-out of a call together."""

REPEATED_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""When a message that may have arrived is sent again, where a second copy harms nobody."""

_CHUNK = 500
_DEATHS = 5
_LEASE_OVER = "lease_over"
_UNSENT = (DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Priority(IntEnum):
    """What a person waits for goes before what goes to many."""

    PERSON = 0
    REMINDER = 10
    POLL = 20
    DIGEST = 30


class Method(StrEnum):
    """The ways out. A private upload, an update and a removal may be repeated; of others a copy is seen."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"
    UPLOAD = "files.upload"
    """A file that nobody sees until a message shows it."""
    SHARE = "files.share"
    """A file that appears in a channel or thread at once."""
    DELETE = "chat.delete"
    DELETE_FILE = "files.delete"


IN_GROUP = text("delivery.state IN ('ready', 'sending')")
"""Whether a row keeps higher steps of its group waiting; written as the index of groups has it."""

REPEATABLE = (Method.UPDATE, Method.UPLOAD, Method.DELETE, Method.DELETE_FILE)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to write down. `key` is made of random ids only, so owing it twice is harmless.

    `target` is a Slack user id (a direct message) or channel id. `kind` names the renderer
    and `reference` what it renders.
    """

    key: str
    kind: str
    reference: str
    target: str
    due: datetime
    priority: Priority = Priority.PERSON
    expires: datetime | None = None
    method: str = Method.POST
    group: str | None = None
    """Deliveries of one group go by `step`: none is claimed while a lower step is READY or SENDING."""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on one row: settling asks for the same fence that claiming gave."""

    id: str
    fence: int


@dataclass(frozen=True, slots=True)
class SlackMessageId:
    """Where Slack put it: the channel (a direct message's own id), the ts, the file."""

    channel: str | None = None
    ts: str | None = None
    file: str | None = None


def enqueue(session: Session, workspace: Workspace, delivery: NewDelivery) -> Delivery | None:
    """Write one owed message down; None when this key was owed before."""
    written = enqueue_many(session, workspace, [delivery])
    return written[0] if written else None


def enqueue_many(session: Session, workspace: Workspace, deliveries: Sequence[NewDelivery]) -> list[Delivery]:
    """Write many down, 500 in a statement; gives those that were not owed before."""
    written: list[Delivery] = []
    for start in range(0, len(deliveries), _CHUNK):
        rows = [_row(workspace, delivery) for delivery in deliveries[start : start + _CHUNK]]
        # A multi-row upsert's rowcount is negative on PostgreSQL, so the rows themselves are asked for.
        insert = insert_for(session)(Delivery).on_conflict_do_nothing().returning(Delivery)
        written.extend(session.scalars(insert, rows))
    if written:
        after_commit(session, OUTBOX)
    return written


def fan_out(session: Session, workspace: Workspace, *, key: str, kind: str, reference: str) -> None:
    """Owe a message to many: `delivery` writes the rows down in chunks, by the expander of `kind`."""
    row = {"key": key, "workspace_id": workspace.id, "kind": kind, "reference": reference}
    session.execute(insert_for(session)(FanOut).on_conflict_do_nothing().values(row))
    after_commit(session, OUTBOX)


def claim(session: Session, delivery: Delivery, *, lease_until: float, now: datetime) -> Claim:
    """Take a READY row, locked by this transaction, for sending until `lease_until` (real seconds)."""
    delivery.state = DeliveryState.SENDING
    delivery.lease_until = lease_until
    delivery.fence += 1
    delivery.first_try = delivery.first_try or now
    delivery.last_try = now
    session.flush()
    return Claim(delivery.id, delivery.fence)


def mark_sent(session: Session, receipt: Claim, arrived: SlackMessageId) -> bool:
    """It arrived. False when the claim is no longer ours to settle.

    A row that is READY for another copy, because our lease ran out, is ours until somebody takes it.
    """
    values: dict[str, Any] = {
        "state": DeliveryState.SENT,
        "reason": None,
        "slack_channel_id": arrived.channel,
    }
    values |= {"slack_ts": arrived.ts} if arrived.ts else {}
    values |= {"slack_file_id": arrived.file} if arrived.file else {}
    return _end(session, receipt, values, among=(*_UNSENT, DeliveryState.READY))


def retry_later(
    session: Session, receipt: Claim, *, due: datetime, reason: str, counted: bool = True
) -> bool:
    """It certainly did not arrive, and is READY again at `due`.

    `attempts` counts tries in a row that failed for the same reason; a message that only waits for
    another is not `counted`.
    """
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    values: dict[str, Any] = {"state": DeliveryState.READY, "due": due}
    if counted:
        values |= {"reason": reason, "attempts": row.attempts + 1 if row.reason == reason else 1}
    return _end(session, receipt, values)


def hold_back(session: Session, receipt: Claim, *, due: datetime) -> bool:
    """It did not arrive for no reason of its own: a limit, or a hold, which keep it back from now on."""
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    values: dict[str, Any] = {"state": DeliveryState.READY, "due": due}
    # How long it waits for its pictures is counted from a time at which it could go.
    values |= {} if row.attempts else {"first_try": None}
    return _end(session, receipt, values)


def mark_failed(session: Session, receipt: Claim, *, reason: str) -> bool:
    """It can never arrive: `reason` is Slack's error name or our own short code."""
    return _end(session, receipt, {"state": DeliveryState.DEAD, "reason": reason[:64]})


def mark_unknown(
    session: Session, receipt: Claim, *, reason: str, now: datetime, is_harmless: bool = False
) -> bool:
    """It may have arrived. Where a second copy `is_harmless`, it is sent again up to three times."""
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    return _end(session, receipt, _in_doubt(row, now, is_harmless=is_harmless) | {"reason": reason[:64]})


def mark_skipped(session: Session, receipt: Claim, *, reason: str) -> bool:
    """There turned out to be nothing to send."""
    return _end(session, receipt, {"state": DeliveryState.EXPIRED, "reason": reason[:64]})


def cancel(session: Session, reference: str, *, reason: str = "withdrawn") -> int:
    """Withdraw what was not yet sent about `reference`; gives how many rows that were.

    A message that is being sent at this moment is not among them.
    """
    withdrawn = session.scalars(
        update(Delivery)
        .where(Delivery.reference == reference, Delivery.state == DeliveryState.READY)
        .values(state=DeliveryState.EXPIRED, reason=reason[:64])
        .returning(Delivery.id)
    )
    return len(withdrawn.all())


def send_again(session: Session, delivery_id: str, *, now: datetime) -> bool:
    """A person decided that a message which is UNKNOWN or DEAD goes once more, even when its time is over."""
    again = session.scalars(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state.in_([DeliveryState.UNKNOWN, DeliveryState.DEAD]))
        .values(
            state=DeliveryState.READY,
            due=now,
            expires=case((Delivery.expires > now, Delivery.expires)),
            reason=None,
            attempts=0,
            doubts=0,
            first_try=None,
            fence=Delivery.fence + 1,
        )
        .returning(Delivery.id)
    )
    is_due = again.first() is not None
    if is_due:
        after_commit(session, OUTBOX)
    return is_due


def next_step(session: Session, group: str) -> int:
    """Return the step after everything in a group that is not yet sent."""
    waiting = select(func.max(Delivery.step)).where(Delivery.group_key == group, IN_GROUP)
    return (session.scalar(waiting) or 0) + 1


def overdue(session: Session, row: Delivery) -> None:
    """Its time is over. What may have arrived before stays in doubt."""
    if row.doubts:
        row.state = DeliveryState.UNKNOWN
    else:
        row.state, row.reason = DeliveryState.EXPIRED, "too_late"
    session.flush()


def release_expired_leases(
    session: Session, *, real_now: float, now: datetime, harmless: Callable[[Delivery], bool]
) -> int:
    """End claims whose lease is over, by the real clock; gives how many.

    Their process died or froze: what may be repeated is READY again, five times, for it may
    be what kills them; the rest may have arrived, and `harmless` says whether a second copy of it would
    harm nobody. Rows that another process is settling right now are left to it.
    """
    expired = select(Delivery).where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < real_now)
    rows = session.scalars(expired.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.attempts = row.attempts + 1 if row.reason == _LEASE_OVER else 1
        if row.method in REPEATABLE:
            row.state = DeliveryState.READY if row.attempts <= _DEATHS else DeliveryState.DEAD
        else:
            for name, value in _in_doubt(row, now, is_harmless=harmless(row)).items():
                setattr(row, name, value)
        row.lease_until, row.reason = None, _LEASE_OVER
    session.flush()
    return len(rows)


def insert_for(session: Session) -> Any:  # noqa: ANN401 - two dialects' constructors without a common type
    """The `insert` that knows ON CONFLICT on this session's database."""
    constructors: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return constructors[session.get_bind().dialect.name]


def _in_doubt(row: Delivery, now: datetime, *, is_harmless: bool) -> dict[str, Any]:
    """How a row stands that may have arrived: ready for its next copy, or unknown for good."""
    if is_harmless and row.doubts < len(REPEATED_AFTER):
        due = now + REPEATED_AFTER[row.doubts]
        if row.expires is None or due < row.expires:
            return {"state": DeliveryState.READY, "due": due, "doubts": row.doubts + 1}
    return {"state": DeliveryState.UNKNOWN, "doubts": row.doubts + 1}


def _row(workspace: Workspace, delivery: NewDelivery) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "workspace_id": workspace.id,
        "method": delivery.method,
        "target": delivery.target,
        "kind": delivery.kind,
        "reference": delivery.reference,
        "priority": int(delivery.priority),
        "due": delivery.due,
        "expires": delivery.expires,
        "group_key": delivery.group,
        "step": delivery.step,
    }


def _end(
    session: Session,
    receipt: Claim,
    values: dict[str, Any],
    *,
    among: Sequence[DeliveryState] = _UNSENT,
) -> bool:
    # UNKNOWN with the same fence is our own claim whose lease ran out while Slack was still
    # answering: now we know more. Anybody who took it up again has raised the fence.
    ended = session.scalars(
        update(Delivery)
        .where(Delivery.id == receipt.id, Delivery.fence == receipt.fence, Delivery.state.in_(among))
        .values(lease_until=None, **values)
        .returning(Delivery.id)
    )
    return ended.first() is not None
