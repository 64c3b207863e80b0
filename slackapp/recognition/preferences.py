"""A person's own settings for recognition, and the workspace's contact for reports."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.models import Blocking, Member, SharingChoice, Workspace


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's settings. `blocked` are our ids of people whose thanks they don't want."""

    sharing: SharingChoice
    nudges: bool
    accepts_thanks: bool
    blocked: frozenset[str]


def save(session: Session, member: Member, preferences: Preferences) -> None:
    """Store a person's settings; they hold for recognitions from now on."""
    member.sharing = preferences.sharing
    member.nudges, member.accepts_thanks = preferences.nudges, preferences.accepts_thanks
    session.execute(delete(Blocking).where(Blocking.member_id == member.id))
    blocked_ids = sorted(preferences.blocked - {member.id})
    session.add_all(Blocking(member_id=member.id, giver_id=giver) for giver in blocked_ids)
    session.flush()


def blocked_by(session: Session, member: Member) -> tuple[str, ...]:
    """Return the Slack ids of those whose thanks this person does not want."""
    query = select(Member.slack_user_id).join(Blocking, Blocking.giver_id == Member.id)
    return tuple(session.scalars(query.where(Blocking.member_id == member.id).order_by(Member.slack_user_id)))


def set_contact(session: Session, workspace: Workspace, slack_user_id: str | None) -> None:
    """Set who is notified of reports; None means the admins."""
    workspace.concerns_to = slack_user_id
    session.flush()
