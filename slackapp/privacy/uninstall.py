"""Delete a workspace that removed the app, after a grace period."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from slackapp.core.db import Base
from slackapp.models import Installation, Member, Poll, PollState, Team, Workspace

_UNDER_WAY = (PollState.OPENING, PollState.OPEN, PollState.CLOSING)


def is_over(session: Session, workspace: Workspace, grace: timedelta, now: datetime) -> bool:
    """Whether the grace period has passed and no check-in is open: its key must be destroyed first."""
    if workspace.uninstalled_at is None or now - workspace.uninstalled_at < grace:
        return False
    waiting = select(Poll.id).where(Poll.workspace_id == workspace.id, Poll.state.in_(_UNDER_WAY)).limit(1)
    return session.scalar(waiting) is None


def delete_workspace(session: Session, workspace: Workspace) -> int:
    """Delete every row of a workspace in every table; return how many."""
    teams, people = Team.workspace_id == workspace.id, Member.workspace_id == workspace.id
    session.execute(update(Team).where(teams).values(parent_id=None, leader_id=None, deputy_id=None))
    session.execute(update(Member).where(people).values(team_id=None))
    session.execute(delete(Installation).where(Installation.key == workspace.slack_team_id))
    deleted = 0
    for table in reversed(Base.metadata.sorted_tables):
        in_workspace = rows_of(table, workspace)
        if in_workspace is not None:
            result: Any = session.execute(delete(table).where(in_workspace))
            deleted += result.rowcount
    session.expunge_all()
    return deleted


def rows_of(table: Table, workspace: Workspace) -> ColumnElement[bool] | None:
    """Return the condition for a workspace's rows of a table: by its own column, or by foreign keys.

    None for tables that belong to no workspace: installations, OAuth states, the key binding.
    """
    if table is Workspace.__table__:
        return table.c.id == workspace.id
    if "workspace_id" in table.columns:
        return table.c.workspace_id == workspace.id
    hangs_on = [
        key.parent.in_(select(key.column).where(above))
        for key in table.foreign_keys
        if key.column.table is not table and (above := rows_of(key.column.table, workspace)) is not None
    ]
    return or_(*hangs_on) if hangs_on else None
