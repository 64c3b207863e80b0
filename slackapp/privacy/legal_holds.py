"""Legal holds: records that must not be deleted. They never cover a ballot or a key."""

from datetime import datetime

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from slackapp.models import LegalHold, Member, Workspace


def place(session: Session, workspace: Workspace, member: Member | None, *, now: datetime) -> None:
    """Hold one person's records, or with None the whole workspace's, until it is lifted. Idempotent."""
    if session.scalar(_exactly(workspace, member)) is None:
        session.add(LegalHold(workspace_id=workspace.id, member_id=member.id if member else None, since=now))
        session.flush()


def lift(session: Session, workspace: Workspace, member: Member | None) -> bool:
    """Lift a hold; return whether there was one."""
    hold_id = session.scalar(_exactly(workspace, member))
    if hold_id is None:
        return False
    session.execute(delete(LegalHold).where(LegalHold.id == hold_id))
    return True


def covers(session: Session, workspace: Workspace, member: Member) -> bool:
    """Whether a hold covers this person's records."""
    applies = or_(LegalHold.member_id == member.id, LegalHold.member_id.is_(None))
    query = select(LegalHold.id).where(LegalHold.workspace_id == workspace.id, applies).limit(1)
    return session.scalar(query) is not None


def covers_all(session: Session, workspace: Workspace) -> bool:
    """Whether a hold covers the whole workspace."""
    return session.scalar(_exactly(workspace, None)) is not None


def held_people(session: Session, workspace: Workspace) -> list[str]:
    """Return our ids of the people with a hold of their own."""
    query = select(LegalHold.member_id).where(LegalHold.workspace_id == workspace.id)
    return [
        member_id for member_id in session.scalars(query.where(LegalHold.member_id.is_not(None))) if member_id
    ]


def _exactly(workspace: Workspace, member: Member | None) -> Select[str]:
    same_subject = LegalHold.member_id.is_(None) if member is None else LegalHold.member_id == member.id
    return select(LegalHold.id).where(LegalHold.workspace_id == workspace.id, same_subject).limit(1)
