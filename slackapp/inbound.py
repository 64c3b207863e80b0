"""What Slack has already told us once: a repeat is recognised and answered with the same words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from slackapp.models import Inbound, Workspace
from slackapp.outbox import insert_for

KEPT_FOR = timedelta(days=7)
"""Slack repeats itself within minutes; a week leaves room for an app that was stopped meanwhile."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Slack's own key for one payload, and what it leads to: an id, never content."""

    key: str
    outcome: str


def is_new(session: Session, workspace: Workspace, entry: Entry, *, now: datetime) -> bool:
    """Whether this payload comes for the first time; it is written down in the caller's transaction.

    Another process that handles the same payload at this moment is waited for.
    """
    insert = insert_for(session)(Inbound).on_conflict_do_nothing().returning(Inbound.key)
    row = {"workspace_id": workspace.id, "key": entry.key, "received_at": now, "outcome": entry.outcome}
    return session.scalar(insert.values(row)) is not None


def outcome_of(session: Session, workspace: Workspace, key: str) -> str | None:
    """What a payload that came before led to."""
    entry = session.get(Inbound, (workspace.id, key))
    return entry.outcome if entry else None


def forget(session: Session, *, now: datetime) -> None:
    """Drop what Slack can no longer repeat: it retries for minutes, and a week is generous."""
    session.execute(delete(Inbound).where(Inbound.received_at < now - KEPT_FOR))
