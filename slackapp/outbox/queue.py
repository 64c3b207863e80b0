"""The queue of messages: a rule enqueues in its own transaction, `delivery` sends afterwards.

A row goes READY -> SENDING -> SENT, or back to READY when it certainly did not
arrive, to UNKNOWN when it may have, to DEAD when it never can, to EXPIRED when
it is no longer needed. One that may have arrived and is harmless twice goes back
to READY, too, up to three times; a message that Slack does not accept for a while
ends only by `expires`. Every claim raises the row's fence, and only the claim
with the current fence may record the result.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from slackapp.core.db import after_commit
from slackapp.models import Delivery, DeliveryState, FanOut, Workspace

OUTBOX = "outbox"
"""Topic of a transaction that enqueued a message: after its commit the delivery worker is woken."""

PICTURE_NOT_READY = "slack_file"
"""Slack is still scanning an uploaded picture and does not show it yet."""

SCAN_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between tries while Slack scans a picture; after the last, the message is sent without."""


def goes_without_pictures(row: Delivery) -> bool:
    """Return whether a message has waited long enough for its pictures and is sent without them."""
    return row.reason == PICTURE_NOT_READY and row.attempts > len(SCAN_WAITS)


LEASE_SECONDS = 120.0
"""How long a claim may take: longer than all time-outs of a call together."""

REPEATED_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""When a message that may have arrived is sent again, if a second copy is harmless."""

LEFT, THEY_HAVE_IT = "left", "they_have_it"
"""Reasons of messages of unknown outcome that a person had not sent again."""

_CHUNK = 500
_DEATHS = 5
_LEASE_OVER = "lease_over"
_UNSENT = (DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Priority(IntEnum):
    """Order of sending: messages that a person waits for come first."""

    PERSON = 0
    REMINDER = 10
    POLL = 20
    DIGEST = 30


class Method(StrEnum):
    """Slack methods that send. REPEATABLE ones may be repeated; of the others people see a copy."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"
    UPLOAD = "files.upload"
    """A file that nobody sees until a message shows it."""
    SHARE = "files.share"
    """A file that appears in a channel or thread at once."""
    DELETE = "chat.delete"
    DELETE_FILE = "files.delete"


IN_GROUP = text("delivery.state IN ('ready', 'sending')")
"""Select rows that make higher steps of their group wait; written as in the index of groups."""

REPEATABLE = (Method.UPDATE, Method.UPLOAD, Method.DELETE, Method.DELETE_FILE)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One message to enqueue. `key` is made of random ids only, so enqueueing it twice is harmless.

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
    """Deliveries of one group are sent by `step`: none is claimed while a lower one is READY or SENDING."""
    step: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on one row: recording the result needs the fence of the claim."""

    id: str
    fence: int


@dataclass(frozen=True, slots=True)
class SlackMessageId:
    """Slack's ids of a message: the channel (of a direct message, too), the ts, the file."""

    channel: str | None = None
    ts: str | None = None
    file: str | None = None


def enqueue(session: Session, workspace: Workspace, delivery: NewDelivery) -> Delivery | None:
    """Enqueue one message; return None when its key was enqueued before."""
    written = enqueue_many(session, workspace, [delivery])
    return written[0] if written else None


def enqueue_many(session: Session, workspace: Workspace, deliveries: Sequence[NewDelivery]) -> list[Delivery]:
    """Enqueue many, 500 in a statement; return those whose keys are new."""
    written: list[Delivery] = []
    for start in range(0, len(deliveries), _CHUNK):
        rows = [_row(workspace, delivery) for delivery in deliveries[start : start + _CHUNK]]
        # A multi-row upsert's rowcount is negative on PostgreSQL, so the rows themselves are returned.
        insert = insert_for(session)(Delivery).on_conflict_do_nothing().returning(Delivery)
        written.extend(session.scalars(insert, rows))
    if written:
        after_commit(session, OUTBOX)
    return written


def fan_out(session: Session, workspace: Workspace, *, key: str, kind: str, reference: str) -> None:
    """Enqueue a message to many: `delivery` writes the rows in chunks, by the expander of `kind`."""
    row = {"key": key, "workspace_id": workspace.id, "kind": kind, "reference": reference}
    session.execute(insert_for(session)(FanOut).on_conflict_do_nothing().values(row))
    after_commit(session, OUTBOX)


def claim(delivery: Delivery, *, lease_until: float, now: datetime) -> Claim:
    """Claim a READY row, locked by this transaction, until `lease_until` (seconds of the real clock)."""
    delivery.state = DeliveryState.SENDING
    delivery.lease_until = lease_until
    delivery.fence += 1
    delivery.first_try = delivery.first_try or now
    delivery.last_try = now
    return Claim(delivery.id, delivery.fence)


def mark_sent(session: Session, receipt: Claim, arrived: SlackMessageId) -> bool:
    """Record that it arrived. False when the claim is no longer ours.

    A row that is READY again because our lease ended is ours until another process claims it.
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
    """Record that it did not arrive, and make it READY again at `due`.

    `attempts` counts consecutive tries that failed for the same reason; a message that only waits for
    another one is not `counted`.
    """
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    values: dict[str, Any] = {"state": DeliveryState.READY, "due": due}
    if counted:
        values |= {"reason": reason, "attempts": row.attempts + 1 if row.reason == reason else 1}
    return _end(session, receipt, values)


def hold_back(session: Session, receipt: Claim, *, due: datetime) -> bool:
    """Make it READY again after a rate limit or a hold, which delay it from now on."""
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    values: dict[str, Any] = {"state": DeliveryState.READY, "due": due}
    # The wait for its pictures is counted only while it could be sent.
    values |= {} if row.attempts else {"first_try": None}
    return _end(session, receipt, values)


def mark_failed(session: Session, receipt: Claim, *, reason: str) -> bool:
    """Record that it can never arrive: `reason` is Slack's error name or our short code."""
    return _end(session, receipt, {"state": DeliveryState.DEAD, "reason": reason[:64]})


def mark_unknown(
    session: Session,
    receipt: Claim,
    *,
    reason: str,
    now: datetime,
    is_harmless: bool = False,
    is_counted: bool = True,
) -> bool:
    """Record that it may have arrived. If a second copy `is_harmless`, it is sent again, up to 3 times.

    A try that is not `is_counted` leaves it in its place: the circuit breaker delays it.
    """
    row = session.get(Delivery, receipt.id, populate_existing=True)
    if row is None:
        return False
    if is_harmless and not is_counted:
        values: dict[str, Any] = {"state": DeliveryState.READY, "doubts": row.doubts + 1}
    else:
        values = _in_doubt(row, now, is_harmless=is_harmless)
    return _end(session, receipt, values | {"reason": reason[:64]})


def mark_skipped(session: Session, receipt: Claim, *, reason: str) -> bool:
    """Record that there was nothing to send."""
    return _end(session, receipt, {"state": DeliveryState.EXPIRED, "reason": reason[:64]})


def cancel(session: Session, reference: str, *, reason: str = "withdrawn") -> int:
    """Cancel the messages about `reference` that are not yet sent; return how many.

    A message that is being sent now is not cancelled.
    """
    withdrawn = session.scalars(
        update(Delivery)
        .where(Delivery.reference == reference, Delivery.state == DeliveryState.READY)
        .values(state=DeliveryState.EXPIRED, reason=reason[:64])
        .returning(Delivery.id)
    )
    return len(withdrawn.all())


def send_again(session: Session, delivery_id: str, *, now: datetime) -> bool:
    """Send an UNKNOWN or DEAD message once more, as a person decided, even after its `expires`."""
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
            # After a refusal there is no first copy.
            repeats=case((Delivery.state == DeliveryState.UNKNOWN, 1), else_=0),
            first_try=None,
            fence=Delivery.fence + 1,
        )
        .returning(Delivery.id)
    )
    is_due = again.first() is not None
    if is_due:
        after_commit(session, OUTBOX)
    return is_due


def repeat_once(
    session: Session,
    workspace_id: str,
    kinds: Collection[str],
    *,
    tried_before: datetime,
    reasons: ColumnElement[bool],
    now: datetime,
) -> list[str]:
    """Send direct messages of these kinds once more by themselves; return their ids.

    Only those whose outcome is unknown for one of these `reasons`, that were tried before another message
    which has arrived since, and about which nobody was asked. Their fence stays: if an answer to the first
    call still comes, no copy is sent.
    """
    again = session.scalars(
        update(Delivery)
        .where(
            Delivery.workspace_id == workspace_id,
            Delivery.state == DeliveryState.UNKNOWN,
            Delivery.kind.in_(kinds),
            Delivery.repeats == 0,
            Delivery.notice_id.is_(None),
            Delivery.last_try < tried_before,
            or_(Delivery.expires.is_(None), Delivery.expires > now),
            ~Delivery.target.startswith("C"),
            ~Delivery.target.startswith("G"),
            reasons,
        )
        .values(state=DeliveryState.READY, due=now, repeats=1, attempts=0)
        .returning(Delivery.id)
    )
    return list(again)


def prove(session: Session, delivery_id: str, arrived: SlackMessageId) -> bool:
    """Record that a message that may have arrived has: somebody has seen it. No copy is sent any more.

    Returns False when its outcome was known, or a copy is under way.
    """
    in_doubt = or_(
        Delivery.state == DeliveryState.UNKNOWN,
        and_(Delivery.state == DeliveryState.READY, or_(Delivery.doubts > 0, Delivery.repeats > 0)),
        and_(Delivery.state == DeliveryState.EXPIRED, Delivery.reason.in_([LEFT, THEY_HAVE_IT])),
    )
    proven = session.scalars(
        update(Delivery)
        .where(Delivery.id == delivery_id, in_doubt)
        .values(
            state=DeliveryState.SENT,
            reason=None,
            lease_until=None,
            slack_channel_id=arrived.channel,
            slack_ts=arrived.ts,
        )
        .returning(Delivery.id)
    )
    return proven.first() is not None


def dismiss(session: Session, delivery_ids: Collection[str], *, reason: str) -> int:
    """Send messages of unknown outcome no more, as a person decided; return how many."""
    dismissed = session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.UNKNOWN)
        .values(state=DeliveryState.EXPIRED, reason=reason)
        .returning(Delivery.id)
    )
    return len(dismissed.all())


def next_step(session: Session, group: str) -> int:
    """Return the step after all unsent messages of a group."""
    waiting = select(func.max(Delivery.step)).where(Delivery.group_key == group, IN_GROUP)
    return (session.scalar(waiting) or 0) + 1


def has_overdue(session: Session, *, now: datetime) -> bool:
    """Return whether the time of a message that waits is over."""
    return session.scalar(_overdue(now).limit(1)) is not None


def end_overdue(session: Session, *, now: datetime) -> int:
    """End messages whose time is over, 500 at most; one that may have arrived becomes UNKNOWN.

    Returns how many. Call it only if the clock is believed: this cannot be undone.
    """
    some = select(Delivery).where(Delivery.id.in_(_overdue(now).limit(_CHUNK)))
    rows = session.scalars(some.order_by(Delivery.id).with_for_update(skip_locked=True)).all()
    for row in rows:
        if row.doubts:
            row.state = DeliveryState.UNKNOWN
        else:
            row.state, row.reason = DeliveryState.EXPIRED, "too_late"
    session.flush()
    return len(rows)


def _overdue(now: datetime) -> Select[str]:
    # Written as in the index of messages that end.
    waiting = text("delivery.state = 'ready' AND delivery.expires IS NOT NULL")
    return select(Delivery.id).where(waiting, Delivery.expires <= now)


def release_expired_leases(
    session: Session, *, real_now: float, now: datetime, harmless: Callable[[Delivery], bool]
) -> int:
    """End claims whose lease is over, by the real clock; return how many.

    Their process died or froze. A repeatable message is READY again, up to five times, as it may be what
    kills the process; any other may have arrived, and `harmless` tells whether a second copy would be
    harmless. Rows that another process has locked are skipped.
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
    """Return the `insert` with ON CONFLICT for this session's database."""
    constructors: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return constructors[session.get_bind().dialect.name]


def _in_doubt(row: Delivery, now: datetime, *, is_harmless: bool) -> dict[str, Any]:
    """Return the state of a row that may have arrived: READY for a next copy, or UNKNOWN."""
    if is_harmless and row.repeats < len(REPEATED_AFTER):
        due = now + REPEATED_AFTER[row.repeats]
        if row.expires is None or due < row.expires:
            counts = {"doubts": row.doubts + 1, "repeats": row.repeats + 1}
            return {"state": DeliveryState.READY, "due": due, **counts}
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
    # UNKNOWN with the same fence is our own claim, whose lease ended while Slack was still
    # answering: now the result is known. Another claim would have raised the fence.
    ended = session.scalars(
        update(Delivery)
        .where(Delivery.id == receipt.id, Delivery.fence == receipt.fence, Delivery.state.in_(among))
        .values(lease_until=None, **values)
        .returning(Delivery.id)
    )
    return ended.first() is not None
