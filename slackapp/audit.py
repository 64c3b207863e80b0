"""Who changed what: settings, teams, rights. Never what anyone said, and people only as marks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import AuditEntry, Workspace

COMMAND_LINE = "command line"
"""The actor where somebody with access to the server did it."""

THE_APP = "the app"
"""The actor where nobody did it: the daily retention."""


class Deed(StrEnum):
    """What there is to write down."""

    EXPORTED = "exported a person"
    ERASED = "erased a person"
    HELD = "placed a legal hold"
    RELEASED = "lifted a legal hold"
    SETTING = "changed a setting"
    TEAM_MADE = "made a team"
    TEAM_CHANGED = "changed a team"
    TEAMS_IMPORTED = "imported teams"
    INSTALLED = "installed the app"
    UNINSTALLED = "took the app away"
    RETAINED = "deleted what was kept long enough"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `subject` is an id of ours, a setting's name or a mark; never words."""

    actor: str
    deed: Deed
    subject: str = ""
    before: str | None = None
    after: str | None = None


def note(session: Session, workspace: Workspace, entry: Entry, *, now: datetime) -> None:
    """Write one change down, in the transaction that makes it."""
    session.add(
        AuditEntry(
            workspace_id=workspace.id,
            at=now,
            actor=entry.actor,
            deed=entry.deed,
            subject=entry.subject,
            before=entry.before,
            after=entry.after,
        )
    )
    session.flush()


def latest(session: Session, workspace: Workspace, *, most: int = 20, skip: int = 0) -> list[AuditEntry]:
    """The newest entries first."""
    found = select(AuditEntry).where(AuditEntry.workspace_id == workspace.id)
    newest = found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return list(session.scalars(newest.limit(most).offset(skip)))
