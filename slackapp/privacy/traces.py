"""Where Slack's id of a person still stands, in whatever table, and making the database forget old copies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, String, Table, delete, func, select, update
from sqlalchemy.orm import Session

from slackapp.db import Base, Sessions
from slackapp.models import Bucket, Inbound, Tombstone, Workspace
from slackapp.pulse.storage import sweep_nightly

_PASSING: tuple[tuple[type[Base], Any], ...] = ((Bucket, Bucket.name), (Inbound, Inbound.key))
"""Tables whose keys name people in passing: without them Slack's limits are learned anew, no more."""


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


def remove(session: Session, workspace: Workspace, slack_user_id: str, former: str) -> None:
    """Take an id out of every column of this workspace's rows where one of our rules has left it."""
    for model, key in _PASSING:
        ours = key.class_.workspace_id == workspace.id
        session.execute(delete(model).where(ours, key.contains(slack_user_id, autoescape=True)))
    if workspace.concerns_to == slack_user_id:
        workspace.concerns_to = None
        session.flush()
    for table, column in _columns():
        if "workspace_id" in table.columns and not column.primary_key:
            session.execute(
                update(table)
                .where(table.c.workspace_id == workspace.id, column.contains(slack_user_id, autoescape=True))
                .values({column: func.replace(column, slack_user_id, former)})
            )


def sweep(sessions: Sessions) -> bool:
    """After erasures, rewrite the database without old copies of rows; whether there was anything to do."""
    with sessions.read() as session:
        waiting = list(
            session.execute(select(Tombstone.workspace_id, Tombstone.mark).where(~Tombstone.swept))
        )
    if not waiting:
        return False
    if not sessions.is_sqlite:
        with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
    sweep_nightly(sessions)
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
