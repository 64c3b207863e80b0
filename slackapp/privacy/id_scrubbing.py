"""Remove a person's Slack id and name from every table, and purge old copies of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Select, String, Table, Text, delete, func, select, update
from sqlalchemy.orm import Session

from slackapp.core.batches import OnProgress, no_progress
from slackapp.core.db import Base, Sessions, purge_nightly
from slackapp.models import Tombstone, Workspace
from slackapp.privacy.uninstall import rows_of


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """An erased person's Slack id and former name."""

    slack_user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A column that contains a text, and in how many rows."""

    table: str
    column: str
    rows: int


def find(session: Session, text: str) -> list[Trace]:
    """Return every column of every table that contains this text."""
    counted = ((table, column, session.scalar(_count(table, column, text))) for table, column in _columns())
    return [Trace(table.name, column.name, rows) for table, column, rows in counted if rows]


def remove(
    session: Session,
    workspace: Workspace,
    person: ErasedPerson,
    former: str,
    on_progress: OnProgress = no_progress,
) -> None:
    """Remove a person from every column of this workspace's rows that the other rules have left.

    A row whose primary key contains the id is deleted: it holds only a rate limit. The name is replaced
    in free text only, and only if it has two parts: a single word may mean anything.
    """
    if workspace.concerns_to == person.slack_user_id:
        workspace.concerns_to = None
        session.flush()
    places = list(_columns())
    for done, (table, column) in enumerate(places, start=1):
        on_progress(done, len(places))
        in_workspace = rows_of(table, workspace)
        if in_workspace is None:
            continue
        named = column.contains(person.slack_user_id, autoescape=True)
        if column.primary_key:
            session.execute(delete(table).where(in_workspace, named))
            continue
        _replace(session, column, in_workspace, person.slack_user_id, former)
        if isinstance(column.type, Text) and " " in person.name:
            _replace(session, column, in_workspace, person.name, former)
    session.expire_all()


def _replace(
    session: Session, column: Column[str], in_workspace: ColumnElement[bool], text: str, former: str
) -> None:
    replaced: ColumnElement[str] = func.replace(column, text, former)
    longest = column.type.length if isinstance(column.type, String) else None
    if longest is not None:
        replaced = func.substr(replaced, 1, longest)
    contains = column.contains(text, autoescape=True)
    session.execute(update(column.table).where(in_workspace, contains).values({column.key: replaced}))


def sweep(sessions: Sessions) -> bool:
    """Rewrite the database without old copies of rows after erasures; return whether there were any."""
    with sessions.read() as session:
        waiting = list(
            session.execute(select(Tombstone.workspace_id, Tombstone.mark).where(~Tombstone.swept))
        )
    if not waiting:
        return False
    purge_nightly(sessions)
    with sessions.begin() as session:
        for row in waiting:
            tombstone = session.get(Tombstone, (row.workspace_id, row.mark))
            if tombstone:
                tombstone.swept = True
    return True


def _columns() -> Iterator[tuple[Table, Column[str]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String):
                yield table, column


def _count(table: Table, column: Column[str], text: str) -> Select[int]:
    return select(func.count()).select_from(table).where(column.contains(text, autoescape=True))
