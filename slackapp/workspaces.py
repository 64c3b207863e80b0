"""Workspaces that have installed the app."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Workspace


def find(session: Session, slack_team_id: str) -> Workspace | None:
    """The workspace by Slack's id, or None when it never installed the app."""
    return session.scalar(select(Workspace).where(Workspace.slack_team_id == slack_team_id))


def install(session: Session, *, slack_team_id: str, name: str, bot_user_id: str) -> Workspace:
    """Remember a workspace, or bring what we know of it up to date."""
    workspace = find(session, slack_team_id)
    if workspace is None:
        workspace = Workspace(slack_team_id=slack_team_id)
        session.add(workspace)
    workspace.name, workspace.bot_user_id, workspace.uninstalled_at = name, bot_user_id, None
    session.flush()
    return workspace


def uninstall(session: Session, slack_team_id: str, *, now: datetime) -> None:
    """Remember that a workspace took the app away: nothing is sent there from now on."""
    workspace = find(session, slack_team_id)
    if workspace is not None and workspace.uninstalled_at is None:
        workspace.uninstalled_at = now
        session.flush()
