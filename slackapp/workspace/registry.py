"""Workspaces that have installed the app."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Hold, Installation, Member, Workspace
from slackapp.workspace import audit_log


class NeverInstalled(UserError):  # noqa: N818 - it is told to a person
    """The app is not in this workspace."""

    def __init__(self) -> None:
        super().__init__(
            translatable("Appreciate is not set up in this workspace yet. Please ask whoever installed it.")
        )


def find(session: Session, slack_team_id: str) -> Workspace | None:
    """Return the workspace by Slack's id, or None if it never installed the app."""
    return session.scalar(select(Workspace).where(Workspace.slack_team_id == slack_team_id))


def installed_in(session: Session, slack_team_id: str) -> Workspace:
    """Return the workspace by Slack's id.

    Raises:
        NeverInstalled: It never installed the app.
    """
    workspace = find(session, slack_team_id)
    if workspace is None:
        raise NeverInstalled
    return workspace


def install(
    session: Session, *, slack_team_id: str, name: str, bot_user_id: str, enterprise_id: str | None = None
) -> Workspace:
    """Store a workspace that installed the app, or update it.

    `enterprise_id` is the organisation's, if the app was installed through it.
    """
    workspace = find(session, slack_team_id)
    if workspace is None:
        workspace = Workspace(slack_team_id=slack_team_id)
        session.add(workspace)
    workspace.name, workspace.bot_user_id, workspace.uninstalled_at = name, bot_user_id, None
    workspace.enterprise_id = enterprise_id
    session.flush()
    # What the old token was refused is tried again with the new one.
    session.execute(delete(Hold).where(Hold.workspace_id == workspace.id))
    return workspace


def uninstall(session: Session, slack_team_id: str, *, now: datetime) -> None:
    """Record that a workspace removed the app: delete its token; nothing is sent from now on."""
    workspace = find(session, slack_team_id)
    if workspace is not None and workspace.uninstalled_at is None:
        workspace.uninstalled_at = now
        session.execute(delete(Installation).where(Installation.key == slack_team_id))
        audit_log.record(
            session, workspace, audit_log.NewEntry("Slack", audit_log.Action.UNINSTALLED), now=now
        )


def of_organisation(session: Session, enterprise_id: str) -> list[Workspace]:
    """Return the workspaces that have the app through this organisation, by Slack's id."""
    with_app = (Workspace.enterprise_id == enterprise_id, Workspace.uninstalled_at.is_(None))
    return list(session.scalars(select(Workspace).where(*with_app).order_by(Workspace.slack_team_id)))


def leave_organisation(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """Record that an organisation removed the app: delete its token, uninstall its workspaces."""
    session.execute(delete(Installation).where(Installation.key == enterprise_id))
    for workspace in of_organisation(session, enterprise_id):
        uninstall(session, workspace.slack_team_id, now=now)


def without_members(session: Session) -> list[str]:
    """Return our ids of installed workspaces without any stored member."""
    has_members = select(Member.id).where(Member.workspace_id == Workspace.id).exists()
    return list(session.scalars(select(Workspace.id).where(Workspace.uninstalled_at.is_(None), ~has_members)))


def installed(session: Session) -> list[str]:
    """Return our ids of the workspaces that have the app now."""
    ids = select(Workspace.id).where(Workspace.uninstalled_at.is_(None)).order_by(Workspace.id)
    return list(session.scalars(ids))


def only_one(session: Session) -> str | None:
    """Return our id of the workspace that has the app, if there is exactly one."""
    workspace_ids = installed(session)
    return workspace_ids[0] if len(workspace_ids) == 1 else None
