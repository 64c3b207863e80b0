"""The circuit breaker: hold a workspace's posts while Slack answers them with errors.

Three posts in a row that may have arrived open the circuit: further posts would only be in doubt as well.
After 15, 30, 60 ... 300 seconds, and once `auth.test` succeeds, one post goes as a trial. What harms nobody
twice goes first, and of that what was tried least. Any post that Slack accepts closes the circuit.

It is a hold of the scope POSTS, whose `looks` are the unclear answers in a row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Delivery, DeliveryState, Hold, HoldScope
from slackapp.outbox.queue import Method, insert_for

OPENS_AFTER: Final = 3
"""Unclear answers in a row."""

POSTS: Final = (Method.POST, Method.SHARE)
"""What the circuit keeps back: people would see a second copy."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=15), timedelta(seconds=300)


class Circuit(Enum):
    """Whether posts may go in a workspace."""

    CLOSED = "closed"
    OPEN = "open"
    ON_TRIAL = "on trial"
    """One post may go."""


def wait_after(unclear: int) -> timedelta:
    """Return the wait before the next trial, after so many unclear answers in a row."""
    wait = _FIRST_WAIT
    for _ in range(OPENS_AFTER, unclear):
        wait = min(2 * wait, _LONGEST_WAIT)
    return wait


def count_unclear(session: Session, answers: Iterable[tuple[str, str]], *, now: datetime) -> list[str]:
    """Count posts that may have arrived, each with our id of its workspace and its reason.

    Returns the workspaces whose circuit has opened. Answers of calls that were under way when it opened
    do not lengthen its waits.
    """
    opened = []
    for workspace_id, reason in sorted(answers):
        held = _locked(session, workspace_id, reason, now)
        if is_open(held):
            if held.again is not None:
                continue
        elif held.looks + 1 == OPENS_AFTER:
            opened.append(workspace_id)
            held.since = now
        held.looks += 1
        held.reason = reason
        held.again = now + wait_after(held.looks) if held.looks >= OPENS_AFTER else None
    session.flush()
    return opened


def is_open(held: Hold) -> bool:
    """Return whether a hold of posts keeps them back."""
    return held.looks >= OPENS_AFTER


def state(session: Session, workspace_id: str) -> Circuit:
    """Return whether posts may go. Ask it after the workspace's limits are locked."""
    held = session.get(Hold, (workspace_id, HoldScope.POSTS, ""))
    if held is None or not is_open(held):
        return Circuit.CLOSED
    if held.again is not None or session.scalar(_POST_UNDER_WAY.where(Delivery.workspace_id == workspace_id)):
        return Circuit.OPEN
    return Circuit.ON_TRIAL


def open_among(session: Session, workspace_ids: Iterable[str]) -> set[str]:
    """Return those of these workspaces whose circuit is open."""
    held = select(Hold.workspace_id).where(
        Hold.workspace_id.in_(set(workspace_ids)),
        Hold.scope == HoldScope.POSTS,
        Hold.looks >= OPENS_AFTER,
    )
    return set(session.scalars(held))


def _locked(session: Session, workspace_id: str, reason: str, now: datetime) -> Hold:
    key = {"workspace_id": workspace_id, "scope": HoldScope.POSTS, "subject": ""}
    row = {**key, "reason": reason, "since": now, "again": None, "looks": 0}
    session.execute(insert_for(session)(Hold).on_conflict_do_nothing().values(row))
    query = select(Hold).filter_by(**key).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


_POST_UNDER_WAY = (
    select(Delivery.id).where(Delivery.state == DeliveryState.SENDING, Delivery.method.in_(POSTS)).limit(1)
)
