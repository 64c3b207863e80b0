"""Workspaces that have installed the app."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from slackapp import audit
from slackapp.models import Installation, Workspace


def find(session: Session, slack_team_id: str) -> Workspace | None:
    """The workspace by Slack's id, or None when it never installed the app."""
    return session.scalar(select(Workspace).where(Workspace.slack_team_id == slack_team_id))


@dataclass(frozen=True, slots=True)
class Place:
    """As much of a workspace as every command needs."""

    id: str
    language: str
    time_zone: str


_PLACE = select(Workspace.id, Workspace.language, Workspace.time_zone).where(
    Workspace.slack_team_id == bindparam("slack_team_id")
)


def place(session: Session, slack_team_id: str) -> Place | None:
    """The same without loading the whole row as an object."""
    row = session.connection().execute(_PLACE, {"slack_team_id": slack_team_id}).first()
    return Place(*row) if row else None


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
    """Remember that a workspace took the app away: its token goes, and nothing is sent from now on."""
    workspace = find(session, slack_team_id)
    if workspace is not None and workspace.uninstalled_at is None:
        workspace.uninstalled_at = now
        session.execute(delete(Installation).where(Installation.key == slack_team_id))
        audit.note(session, workspace, audit.Entry("Slack", audit.Deed.UNINSTALLED), now=now)


def installed(session: Session) -> list[str]:
    """Our ids of the workspaces that have the app now."""
    found = select(Workspace.id).where(Workspace.uninstalled_at.is_(None)).order_by(Workspace.id)
    return list(session.scalars(found))
