"""Where Slack's id of a person still stands, in whatever table, and making the database forget old copies."""

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
    """Who was erased, as they were called."""

    slack_user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One place: a table, a column, and in how many rows."""

    table: str
    column: str
    rows: int


def find(session: Session, text: str) -> list[Trace]:
    """Every column of every table in which this text stands."""
    counted = ((table, column, session.scalar(_count(table, column, text))) for table, column in _columns())
    return [Trace(table.name, column.name, rows) for table, column, rows in counted if rows]


def remove(
    session: Session, workspace: Workspace, gone: ErasedPerson, former: str, told: OnProgress = no_progress
) -> None:
    """Take somebody out of every column of this workspace's rows where one of our rules has left them.

    A row whose key names them goes: Slack's limits are learned anew, no more. Their name is looked for
    in free text only, and only when it has two parts: one word may mean anything.
    """
    if workspace.concerns_to == gone.slack_user_id:
        workspace.concerns_to = None
        session.flush()
    places = list(_columns())
    for done, (table, column) in enumerate(places, start=1):
        told(done, len(places))
        ours = rows_of(table, workspace)
        if ours is None:
            continue
        named = column.contains(gone.slack_user_id, autoescape=True)
        if column.primary_key:
            session.execute(delete(table).where(ours, named))
            continue
        _replace(session, (column, ours), gone.slack_user_id, former)
        if isinstance(column.type, Text) and " " in gone.name:
            _replace(session, (column, ours), gone.name, former)
    session.expire_all()


def _replace(
    session: Session, place: tuple[Column[str], ColumnElement[bool]], text: str, former: str
) -> None:
    column, ours = place
    written: ColumnElement[str] = func.replace(column, text, former)
    longest = column.type.length if isinstance(column.type, String) else None
    if longest is not None:
        written = func.substr(written, 1, longest)
    holds = column.contains(text, autoescape=True)
    session.execute(update(column.table).where(ours, holds).values({column.key: written}))


def sweep(sessions: Sessions) -> bool:
    """After erasures, rewrite the database without old copies of rows; whether there was anything to do."""
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
