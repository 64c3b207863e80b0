"""A workspace that took the app away: after its days of grace everything of it goes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.orm import Session

from slackapp.core.db import Base
from slackapp.models import Installation, Member, Poll, PollState, Team, Workspace

_UNDER_WAY = (PollState.OPENING, PollState.OPEN, PollState.CLOSING)


def is_over(session: Session, workspace: Workspace, grace: timedelta, now: datetime) -> bool:
    """Whether the days of grace have passed, and no check-in still waits for its close and its key's end."""
    if workspace.uninstalled_at is None or now - workspace.uninstalled_at < grace:
        return False
    waiting = select(Poll.id).where(Poll.workspace_id == workspace.id, Poll.state.in_(_UNDER_WAY)).limit(1)
    return session.scalar(waiting) is None


def delete_workspace(session: Session, workspace: Workspace) -> int:
    """Delete every row that belongs to a workspace, in every table there is; gives how many rows."""
    teams, people = Team.workspace_id == workspace.id, Member.workspace_id == workspace.id
    session.execute(update(Team).where(teams).values(parent_id=None, leader_id=None, deputy_id=None))
    session.execute(update(Member).where(people).values(team_id=None))
    session.execute(delete(Installation).where(Installation.key == workspace.slack_team_id))
    gone = 0
    for table in reversed(Base.metadata.sorted_tables):
        ours = rows_of(table, workspace)
        if ours is not None:
            found: Any = session.execute(delete(table).where(ours))
            gone += found.rowcount
    session.expunge_all()
    return gone


def rows_of(table: Table, workspace: Workspace) -> ColumnElement[bool] | None:
    """A table's rows of a workspace: by its own column, or by what it hangs on.

    None for tables that belong to no workspace: installations, begun ones, and what binds the keys.
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
