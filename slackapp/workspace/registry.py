"""Workspaces that have installed the app."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Hold, Installation, Member, Workspace
from slackapp.workspace import audit_log as audit


class NeverInstalled(UserError):  # noqa: N818 - it is told to a person
    """The app is not in this workspace."""

    def __init__(self) -> None:
        super().__init__(
            translatable("Appreciate is not set up in this workspace yet. Please ask whoever installed it.")
        )


def find(session: Session, slack_team_id: str) -> Workspace | None:
    """The workspace by Slack's id, or None when it never installed the app."""
    return session.scalar(select(Workspace).where(Workspace.slack_team_id == slack_team_id))


def installed_in(session: Session, slack_team_id: str) -> Workspace:
    """The workspace by Slack's id.

    Raises:
        UserError: It never installed the app.
    """
    found = find(session, slack_team_id)
    if found is None:
        raise NeverInstalled
    return found


def install(
    session: Session, *, slack_team_id: str, name: str, bot_user_id: str, enterprise_id: str | None = None
) -> Workspace:
    """Remember a workspace, or bring what we know of it up to date.

    `enterprise_id` is the organisation's through whose install the app is there.
    """
    workspace = find(session, slack_team_id)
    if workspace is None:
        workspace = Workspace(slack_team_id=slack_team_id)
        session.add(workspace)
    workspace.name, workspace.bot_user_id, workspace.uninstalled_at = name, bot_user_id, None
    workspace.enterprise_id = enterprise_id
    session.flush()
    # Whatever the old token was not allowed, the new one is tried with.
    session.execute(delete(Hold).where(Hold.workspace_id == workspace.id))
    return workspace


def uninstall(session: Session, slack_team_id: str, *, now: datetime) -> None:
    """Remember that a workspace took the app away: its token goes, and nothing is sent from now on."""
    workspace = find(session, slack_team_id)
    if workspace is not None and workspace.uninstalled_at is None:
        workspace.uninstalled_at = now
        session.execute(delete(Installation).where(Installation.key == slack_team_id))
        audit.record(session, workspace, audit.NewEntry("Slack", audit.Action.UNINSTALLED), now=now)


def of_organisation(session: Session, enterprise_id: str) -> list[Workspace]:
    """The workspaces in which the app is through this organisation's install, by Slack's id."""
    there = (Workspace.enterprise_id == enterprise_id, Workspace.uninstalled_at.is_(None))
    return list(session.scalars(select(Workspace).where(*there).order_by(Workspace.slack_team_id)))


def leave_organisation(session: Session, enterprise_id: str, *, now: datetime) -> None:
    """The organisation took the app away: its token goes, and every workspace that was there through it."""
    session.execute(delete(Installation).where(Installation.key == enterprise_id))
    for one in of_organisation(session, enterprise_id):
        uninstall(session, one.slack_team_id, now=now)


def without_members(session: Session) -> list[str]:
    """Our ids of workspaces that have the app now, and of whose people none is known yet."""
    known = select(Member.id).where(Member.workspace_id == Workspace.id).exists()
    return list(session.scalars(select(Workspace.id).where(Workspace.uninstalled_at.is_(None), ~known)))


def installed(session: Session) -> list[str]:
    """Our ids of the workspaces that have the app now."""
    found = select(Workspace.id).where(Workspace.uninstalled_at.is_(None)).order_by(Workspace.id)
    return list(session.scalars(found))
