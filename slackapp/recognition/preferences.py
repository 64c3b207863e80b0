"""What people settle for themselves about thanks."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.models import Blocking, Member, SharingChoice, Workspace


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody wants. `blocked` are our ids of people whose thanks they don't want."""

    sharing: SharingChoice
    nudges: bool
    accepts_thanks: bool
    blocked: frozenset[str]


def save(session: Session, member: Member, choice: Preferences) -> None:
    """Take in what somebody chose; it holds for thanks from now on."""
    member.sharing = choice.sharing
    member.nudges, member.accepts_thanks = choice.nudges, choice.accepts_thanks
    session.execute(delete(Blocking).where(Blocking.member_id == member.id))
    wanted = sorted(choice.blocked - {member.id})
    session.add_all(Blocking(member_id=member.id, giver_id=giver) for giver in wanted)
    session.flush()


def blocked_by(session: Session, member: Member) -> tuple[str, ...]:
    """Slack ids of those whose thanks this person doesn't want."""
    query = select(Member.slack_user_id).join(Blocking, Blocking.giver_id == Member.id)
    return tuple(session.scalars(query.where(Blocking.member_id == member.id).order_by(Member.slack_user_id)))


def set_contact(session: Session, workspace: Workspace, slack_user_id: str | None) -> None:
    """Name who hears about an unkind thank-you; None leaves it to the admins."""
    workspace.concerns_to = slack_user_id
    session.flush()
