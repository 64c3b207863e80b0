"""Recognise payloads that Slack sends again, so that a repeat gets the same answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from slackapp.core.db import ID_LENGTH
from slackapp.models import Inbound

KEPT_FOR = timedelta(days=7)
"""Slack retries within minutes; a week covers an app that was stopped meanwhile."""


class NotYetKnown(Exception):  # noqa: N818 - not a failure: Slack is asked to send it again
    """The payload came before the row that it is about."""


# Built once: every payload runs one.
_FIRST_TIME: Mapping[str, Any] = {
    name: constructor(Inbound).on_conflict_do_nothing().returning(Inbound.key)
    for name, constructor in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def _newer(dialect: Any) -> Any:  # noqa: ANN401 - two dialects' constructors without a common type
    insert = dialect.insert(Inbound)
    return insert.on_conflict_do_update(
        index_elements=[Inbound.workspace_id, Inbound.key],
        set_={"outcome": insert.excluded.outcome, "received_at": insert.excluded.received_at},
        where=Inbound.outcome < insert.excluded.outcome,
    ).returning(Inbound.key)


_NEWER: Mapping[str, Any] = {"sqlite": _newer(sqlite), "postgresql": _newer(postgresql)}


class HasId(Protocol):
    """A workspace, or the part of one that is needed to write a row for it."""

    @property
    def id(self) -> str:
        """Our id."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Slack's own key for one payload, and what it leads to: an id, never content."""

    key: str
    outcome: str


def id_for(slack_team_id: str, key: str) -> str:
    """Return an id for what a payload leads to, the same however often the payload comes.

    `key` must contain a value of Slack's that nobody can guess: the id is stored longer than the key.
    """
    return hashlib.sha256(f"{slack_team_id}:{key}".encode()).hexdigest()[:ID_LENGTH]


def first_time(session: Session, workspace: HasId, entry: IdempotencyKey, *, now: datetime) -> bool:
    """Return whether this payload comes for the first time; record it in the caller's transaction.

    Waits for another process that handles the same payload.
    """
    row = {"workspace_id": workspace.id, "key": entry.key, "received_at": now, "outcome": entry.outcome}
    connection = session.connection()
    return connection.execute(_FIRST_TIME[connection.dialect.name], row).first() is not None


def is_newer(session: Session, workspace: HasId, entry: IdempotencyKey, *, now: datetime) -> bool:
    """Return whether this payload is later than all others with the same key; record it if so.

    The outcome is Slack's timestamp, as digits of one length: a late or repeated payload is not newer.
    """
    row = {"workspace_id": workspace.id, "key": entry.key, "received_at": now, "outcome": entry.outcome}
    connection = session.connection()
    return connection.execute(_NEWER[connection.dialect.name], row).first() is not None


def earlier_outcome(session: Session, workspace: HasId, key: str) -> str | None:
    """Return the outcome of an earlier payload with this key, or None."""
    entry = session.get(Inbound, (workspace.id, key))
    return entry.outcome if entry else None


def purge(session: Session, *, now: datetime) -> None:
    """Delete the keys of payloads that Slack can no longer repeat."""
    session.execute(delete(Inbound).where(Inbound.received_at < now - KEPT_FOR))
