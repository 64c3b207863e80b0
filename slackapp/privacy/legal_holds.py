"""Legal holds: records that somebody has asked to keep. They never cover a ballot or a key."""

from datetime import datetime

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from slackapp.models import LegalHold, Member, Workspace


def place(session: Session, workspace: Workspace, member: Member | None, *, now: datetime) -> None:
    """Keep one person's records, or with None the whole workspace's, until it is lifted. Twice is once."""
    if session.scalar(_exactly(workspace, member)) is None:
        session.add(LegalHold(workspace_id=workspace.id, member_id=member.id if member else None, since=now))
        session.flush()


def lift(session: Session, workspace: Workspace, member: Member | None) -> bool:
    """End it; whether there was one."""
    found = session.scalar(_exactly(workspace, member))
    if found is None:
        return False
    session.execute(delete(LegalHold).where(LegalHold.id == found))
    return True


def covers(session: Session, workspace: Workspace, member: Member) -> bool:
    """Whether this person's records must stay."""
    whose = or_(LegalHold.member_id == member.id, LegalHold.member_id.is_(None))
    found = select(LegalHold.id).where(LegalHold.workspace_id == workspace.id, whose).limit(1)
    return session.scalar(found) is not None


def covers_all(session: Session, workspace: Workspace) -> bool:
    """Whether everything in this workspace must stay."""
    return session.scalar(_exactly(workspace, None)) is not None


def held_people(session: Session, workspace: Workspace) -> list[str]:
    """The ids of the people whose records must stay."""
    found = select(LegalHold.member_id).where(LegalHold.workspace_id == workspace.id)
    return [one for one in session.scalars(found.where(LegalHold.member_id.is_not(None))) if one]


def _exactly(workspace: Workspace, member: Member | None) -> Select[str]:
    whose = LegalHold.member_id.is_(None) if member is None else LegalHold.member_id == member.id
    return select(LegalHold.id).where(LegalHold.workspace_id == workspace.id, whose).limit(1)
