"""What Slack takes no message for just now: one row for each workspace, person or channel.

A workspace's hold lasts until `auth.test` is well again and a message went through; a target's is tried
again by one of its own messages. Either wait grows from a minute to half an hour.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from slackapp.models import Delivery, DeliveryState, Hold, HoldScope, Workspace
from slackapp.outbox.queue import insert_for

WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
"""Before the first, second ... look; the last for all further ones."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """What a hold keeps back; `subject` is the Slack id of a target, empty for a workspace."""

    workspace_id: str
    scope: HoldScope
    subject: str = ""


def hold(session: Session, refused: Iterable[tuple[Place, str]], *, now: datetime) -> None:
    """Keep back what goes to these places, each for the reason beside it.

    In the order of the places, so that two processes never wait for each other in a circle.
    """
    for place, reason in sorted(dict(refused).items()):
        row = {
            "workspace_id": place.workspace_id,
            "scope": place.scope,
            "subject": place.subject,
            "reason": reason,
            "since": now,
            "again": now + WAITS[0],
            "looks": 0,
        }
        insert = insert_for(session)(Hold).on_conflict_do_nothing().values(row).returning(Hold.since)
        if session.scalar(insert) is None and (held := locked(session, place)) and _is_on_trial(held, now):
            look_later(held, reason, now=now)
    session.flush()


def look_later(held: Hold, reason: str, *, now: datetime) -> None:
    """It was looked at in vain: the next look comes after a longer wait."""
    held.looks += 1
    held.again = now + WAITS[min(held.looks, len(WAITS) - 1)]
    held.reason = reason


def is_over(held: Hold, now: datetime) -> bool:
    """Whether the wait for the next look is over, as `_is_over` asks the database."""
    return held.again is not None and (held.again <= now or held.again > now + WAITS[-1])


def lift(session: Session, places: Iterable[Place]) -> None:
    """Slack takes messages for these places again."""
    for place in sorted(set(places)):
        if held := locked(session, place):
            session.delete(held)
    session.flush()


def on_trial(session: Session, workspace_ids: Iterable[str], *, now: datetime) -> set[Place]:
    """The holds in these workspaces that end when a message of theirs goes through now."""
    held = session.scalars(select(Hold).where(Hold.workspace_id.in_(set(workspace_ids))))
    return {_place_of(row) for row in held if _is_on_trial(row, now)}


def has_any(session: Session, workspace_id: str) -> bool:
    """Whether anything at all is held in a workspace: mostly nothing is, and no claim need ask further."""
    return session.scalar(select(Hold.scope).where(Hold.workspace_id == workspace_id).limit(1)) is not None


def is_trial_free(session: Session, workspace_id: str) -> bool | None:
    """Whether a workspace's one message on trial may go now; None when nothing holds the workspace."""
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
    """The workspaces of which `auth.test` is to be asked now."""
    held = select(Hold).where(_of_workspace(), _is_over(now)).order_by(Hold.workspace_id)
    return [_place_of(row) for row in session.scalars(held)]


def next_look(session: Session) -> datetime | None:
    """When `auth.test` is to be asked next of any workspace."""
    looks = session.scalars(select(Hold.again).where(_of_workspace()))
    return min([again for again in looks if again is not None], default=None)


def next_trial(session: Session, workspace_id: str, *, now: datetime) -> list[datetime]:
    """When a message to each held target may be tried."""
    targets = (Hold.workspace_id == workspace_id, Hold.scope == HoldScope.TARGET, ~_is_over(now))
    return [again for again in session.scalars(select(Hold.again).where(*targets)) if again is not None]


def locked(session: Session, place: Place) -> Hold | None:
    """The hold there, locked by this transaction."""
    query = select(Hold).where(
        Hold.workspace_id == place.workspace_id, Hold.scope == place.scope, Hold.subject == place.subject
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def keeps_workspace() -> ColumnElement[bool]:
    """Whether a hold keeps back everything of the `Workspace` that is selected."""
    return exists().where(
        Hold.workspace_id == Workspace.id, Hold.scope == HoldScope.WORKSPACE, Hold.again.is_not(None)
    )


def keeps_target(now: datetime) -> ColumnElement[bool]:
    """Whether a hold keeps back the `Delivery` that is selected because of whom it goes to."""
    return exists().where(
        Hold.workspace_id == Delivery.workspace_id,
        Hold.scope == HoldScope.TARGET,
        Hold.subject == Delivery.target,
        ~_is_over(now),
    )


def places_of(workspace_id: str, target: str) -> Iterator[Place]:
    """The places through which a message to `target` goes."""
    yield Place(workspace_id, HoldScope.WORKSPACE)
    yield Place(workspace_id, HoldScope.TARGET, target)


def _of_workspace() -> ColumnElement[bool]:
    here = exists().where(Workspace.id == Hold.workspace_id, Workspace.uninstalled_at.is_(None))
    return and_(Hold.scope == HoldScope.WORKSPACE, here)


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Whether its wait is over. A longer one than any was written by a clock that has been set back since."""
    return or_(Hold.again <= now, Hold.again > now + WAITS[-1])


def _is_on_trial(held: Hold, now: datetime) -> bool:
    return held.again is None or (held.scope == HoldScope.TARGET and is_over(held, now))


def _place_of(held: Hold) -> Place:
    return Place(held.workspace_id, HoldScope(held.scope), held.subject)
