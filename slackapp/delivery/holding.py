"""Hold messages that Slack does not accept now: one row for each workspace, person or channel.

A workspace's hold lasts until `auth.test` succeeds and a message was sent; a target's hold is tested with
one of its own messages. The wait between tests grows from a minute to half an hour.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from slackapp.delivery import circuit
from slackapp.delivery.results import FEATURE_AGAIN
from slackapp.models import Delivery, DeliveryState, Hold, HoldScope, Workspace
from slackapp.outbox.queue import Method, insert_for

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
"""Before the first, second ... test; the last for all further ones."""

TARGET_WAITS: Final = (*WAITS, *(timedelta(hours=hours) for hours in (1, 2, 4)))
"""The same for a person or channel: somebody has to change something there first."""

VERSION: Final = version("appreciate")
"""A message that one version cannot say in a way that Slack takes is tried by the next."""

FILES: Final = "files"
"""The feature of pictures, pages and tables; messages go without them where it is off."""
UPLOADS: Final = (Method.UPLOAD, Method.SHARE)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What a hold applies to; `subject` is the Slack id of a target, empty for a workspace."""

    workspace_id: str
    scope: HoldScope
    subject: str = ""


def hold(session: Session, refused: Iterable[tuple[Place, str]], *, now: datetime) -> list[Place]:
    """Hold all messages to these places, each with its reason; return those that were not held before.

    Rows are locked in the order of the places, so that two processes cannot deadlock.
    """
    begun = []
    for place, reason in sorted(dict(refused).items()):
        row = {
            "workspace_id": place.workspace_id,
            "scope": place.scope,
            "subject": place.subject,
            "reason": reason,
            "since": now,
            "again": None if place.scope is HoldScope.MESSAGE else now + _first_wait(place.scope),
            "looks": 0,
            "version": VERSION if place.scope is HoldScope.MESSAGE else None,
        }
        insert = insert_for(session)(Hold).on_conflict_do_nothing().values(row).returning(Hold.since)
        if session.scalar(insert) is not None:
            begun.append(place)
        elif (held := locked(session, place)) and _is_on_trial(held, now):
            look_later(held, reason, now=now)
    session.flush()
    return begun


def look_later(held: Hold, reason: str, *, now: datetime) -> None:
    """Record a failed test: the next one comes after a longer wait."""
    held.looks += 1
    held.reason = reason
    if held.scope == HoldScope.MESSAGE:
        held.version = VERSION
    elif held.scope == HoldScope.POSTS:
        held.again = now + circuit.wait_after(held.looks)
    elif held.scope == HoldScope.FEATURE:
        held.again = now + FEATURE_AGAIN
    else:
        waits = TARGET_WAITS if held.scope == HoldScope.TARGET else WAITS
        held.again = now + waits[min(held.looks, len(waits) - 1)]


def is_over(held: Hold, now: datetime) -> bool:
    """Return whether the wait for the next test is over; `_is_over` is the same for the database."""
    return held.again is not None and (held.again <= now or held.again > now + TARGET_WAITS[-1])


def lift(session: Session, places: Iterable[Place]) -> list[Hold]:
    """Delete the holds of these places, and return them: Slack accepts messages there again."""
    lifted = [held for place in sorted(set(places)) if (held := locked(session, place))]
    for held in lifted:
        session.delete(held)
    session.flush()
    return lifted


def on_trial(session: Session, workspace_ids: Iterable[str], *, now: datetime) -> set[Place]:
    """Return the holds in these workspaces that end when one of their messages is sent now."""
    held = session.scalars(select(Hold).where(Hold.workspace_id.in_(set(workspace_ids))))
    return {_place_of(row) for row in held if _is_on_trial(row, now)}


def has_any(session: Session, workspace_id: str) -> bool:
    """Return whether a workspace has any hold; mostly it has none, and a claim needs no further query."""
    return session.scalar(select(Hold.scope).where(Hold.workspace_id == workspace_id).limit(1)) is not None


def is_trial_free(session: Session, workspace_id: str) -> bool | None:
    """Return whether a held workspace's one test message may be sent now; None when it is not held."""
    held = session.get(Hold, (workspace_id, HoldScope.WORKSPACE, ""))
    if held is None:
        return None
    if held.again is not None:
        return False
    out = select(Delivery.id).where(
        Delivery.state == DeliveryState.SENDING, Delivery.workspace_id == workspace_id
    )
    return session.scalar(out.limit(1)) is None


def due(session: Session, *, now: datetime) -> list[Place]:
    """Return the holds of workspaces and their posts for which `auth.test` is to be called now."""
    held = select(Hold).where(_of_workspace(), _is_over(now)).order_by(Hold.workspace_id, Hold.scope)
    return [_place_of(row) for row in session.scalars(held)]


def next_look(session: Session) -> datetime | None:
    """Return when `auth.test` is to be called next for any workspace."""
    looks = session.scalars(select(Hold.again).where(_of_workspace()))
    return min([again for again in looks if again is not None], default=None)


def next_trial(session: Session, workspace_id: str, *, now: datetime) -> list[datetime]:
    """Return when a message to each held target may be tried."""
    targets = (Hold.workspace_id == workspace_id, Hold.scope == HoldScope.TARGET, ~_is_over(now))
    return [again for again in session.scalars(select(Hold.again).where(*targets)) if again is not None]


def locked(session: Session, place: Place) -> Hold | None:
    """Return the hold of this place, locked by this transaction."""
    query = select(Hold).where(
        Hold.workspace_id == place.workspace_id, Hold.scope == place.scope, Hold.subject == place.subject
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def keeps_workspace() -> ColumnElement[bool]:
    """Select workspaces with a hold: the condition on the selected `Workspace`."""
    return exists().where(
        Hold.workspace_id == Workspace.id, Hold.scope == HoldScope.WORKSPACE, Hold.again.is_not(None)
    )


def keeps(now: datetime) -> ColumnElement[bool]:
    """Select deliveries with a hold of their own or their target's: the condition on the `Delivery`."""
    here = Hold.workspace_id == Delivery.workspace_id
    target = exists().where(
        here, Hold.scope == HoldScope.TARGET, Hold.subject == Delivery.target, ~_is_over(now)
    )
    message = exists().where(
        here, Hold.scope == HoldScope.MESSAGE, Hold.subject == Delivery.id, Hold.version == VERSION
    )
    return or_(target, message)


def feature_off(session: Session, workspace_id: str, feature: str, *, now: datetime) -> str | None:
    """Return why a feature is not to be had in a workspace; None if it may be tried."""
    held = session.get(Hold, (workspace_id, HoldScope.FEATURE, feature))
    return held.reason if held is not None and not _is_feature_over(held, now) else None


def places_of(row: Delivery) -> Iterator[Place]:
    """Yield the places whose holds apply to a message."""
    yield Place(row.workspace_id, HoldScope.WORKSPACE)
    yield Place(row.workspace_id, HoldScope.TARGET, row.target)
    yield Place(row.workspace_id, HoldScope.MESSAGE, row.id)
    if row.method in UPLOADS:
        yield Place(row.workspace_id, HoldScope.FEATURE, FILES)
    if row.method in circuit.POSTS:
        yield Place(row.workspace_id, HoldScope.POSTS)


def _of_workspace() -> ColumnElement[bool]:
    here = exists().where(Workspace.id == Hold.workspace_id, Workspace.uninstalled_at.is_(None))
    return and_(Hold.scope.in_([HoldScope.WORKSPACE, HoldScope.POSTS]), here)


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Select holds whose wait is over. A longer wait than any comes from a clock that was set back."""
    return or_(Hold.again <= now, Hold.again > now + TARGET_WAITS[-1])


def _is_on_trial(held: Hold, now: datetime) -> bool:
    if held.scope == HoldScope.POSTS:
        return True  # Also where posts were under way when the circuit opened.
    if held.scope == HoldScope.FEATURE:
        return _is_feature_over(held, now)
    return held.again is None or (held.scope == HoldScope.TARGET and is_over(held, now))


def _is_feature_over(held: Hold, now: datetime) -> bool:
    return held.again is None or held.again <= now or held.again > now + FEATURE_AGAIN


def _first_wait(scope: HoldScope) -> timedelta:
    return FEATURE_AGAIN if scope is HoldScope.FEATURE else WAITS[0]


def _place_of(held: Hold) -> Place:
    return Place(held.workspace_id, HoldScope(held.scope), held.subject)
