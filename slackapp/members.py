"""People: who they are here, which team they belong to, who leads what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.i18n import Voice, voice
from slackapp.models import Member, Team, Workspace


def find(session: Session, workspace: Workspace, slack_user_id: str) -> Member | None:
    """A person by Slack's id, or None when we have not met them."""
    return session.scalar(
        select(Member).where(Member.workspace_id == workspace.id, Member.slack_user_id == slack_user_id)
    )


def voice_of(workspace: Workspace, member: Member | None) -> Voice:
    """The language this person reads: their own choice, else the workspace's."""
    return voice((member.language if member else None) or workspace.language)


def zone_of(workspace: Workspace, member: Member) -> str:
    """The time zone this person lives in: their own, else the workspace's."""
    return member.time_zone or workspace.time_zone


def teams_led_by(session: Session, member: Member) -> list[Team]:
    """The teams this person leads, by name."""
    return list(session.scalars(select(Team).where(Team.leader_id == member.id).order_by(Team.name)))
