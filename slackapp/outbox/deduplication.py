"""What Slack has already told us once: a repeat is recognised and answered with the same words."""

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
"""Slack repeats itself within minutes; a week leaves room for an app that was stopped meanwhile."""


class NotYetKnown(Exception):  # noqa: N818 - not a failure: Slack is asked to tell it again
    """It came before what it is about was written down."""


# Built once: every payload asks.
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
    """A workspace, or as much of one as is needed to write a row for it."""

    @property
    def id(self) -> str:
        """Our id."""


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Slack's own key for one payload, and what it leads to: an id, never content."""

    key: str
    outcome: str


def id_for(slack_team_id: str, key: str) -> str:
    """An id for what a payload leads to, the same however often it comes.

    `key` must hold something of Slack's that nobody can guess: the id is kept longer than the key.
    """
    return hashlib.sha256(f"{slack_team_id}:{key}".encode()).hexdigest()[:ID_LENGTH]


def first_time(session: Session, workspace: HasId, entry: IdempotencyKey, *, now: datetime) -> bool:
    """Whether this payload comes for the first time; it is written down in the caller's transaction.

    Another process that handles the same payload at this moment is waited for.
    """
    row = {"workspace_id": workspace.id, "key": entry.key, "received_at": now, "outcome": entry.outcome}
    connection = session.connection()
    return connection.execute(_FIRST_TIME[connection.dialect.name], row).first() is not None


def is_newer(session: Session, workspace: HasId, entry: IdempotencyKey, *, now: datetime) -> bool:
    """Whether this tells of something later than all that came before under the same key.

    The outcome is Slack's own moment, as digits of one length: what comes late, or twice, is no news.
    """
    row = {"workspace_id": workspace.id, "key": entry.key, "received_at": now, "outcome": entry.outcome}
    connection = session.connection()
    return connection.execute(_NEWER[connection.dialect.name], row).first() is not None


def earlier_outcome(session: Session, workspace: HasId, key: str) -> str | None:
    """What a payload that came before led to."""
    entry = session.get(Inbound, (workspace.id, key))
    return entry.outcome if entry else None


def purge(session: Session, *, now: datetime) -> None:
    """Drop what Slack can no longer repeat: it retries for minutes, and a week is generous."""
    session.execute(delete(Inbound).where(Inbound.received_at < now - KEPT_FOR))
