"""Workspaces that have installed the app."""

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
