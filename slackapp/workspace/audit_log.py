"""The audit log: who changed settings, teams or permissions, and what stood there before and after.

People stand in it only as pseudonyms. It holds no words but the names of teams and the questions that
everybody is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import AuditEntry, Workspace

_NO_SETTINGS = frozenset({"id", "slack_team_id", "name", "bot_user_id", "pulse_since", "uninstalled_at"})
_WORDS_OR_PEOPLE = frozenset({"contact", "concerns_to"})
"""Settings whose values are not recorded: they are somebody's words, or a person."""
_LONGEST = 64

COMMAND_LINE = "command line"
"""The actor of changes made on the server."""

THE_APP = "the app"
"""The actor of changes made by no person, such as the daily retention."""


class Action(StrEnum):
    """The actions that are recorded."""

    EXPORTED = "exported a person"
    ERASED = "erased a person"
    HELD = "placed a legal hold"
    RELEASED = "lifted a legal hold"
    SETTING = "changed a setting"
    COMMENT_HIDDEN = "hid a comment"
    COMMENT_SHOWN = "showed a comment again"
    TEAM_MADE = "made a team"
    TEAM_CHANGED = "changed a team"
    PROPOSAL_ACCEPTED = "accepted a proposal about a team"
    PROPOSAL_DECLINED = "declined a proposal about a team"
    OBSTACLE_SENT = "sent an obstacle up"
    OBSTACLE_CHANGED = "changed an obstacle"
    OBSTACLE_WITHDRAWN = "took an obstacle back"
    OBSTACLE_ANSWERED = "answered an obstacle"
    OBSTACLE_PASSED = "passed an obstacle up"
    HANDED_ON = "handed on earlier digests"
    QUESTION_ADDED = "added a question"
    QUESTION_MOVED = "moved a question"
    QUESTION_RETIRED = "took a question away"
    FIGURES_LOADED = "loaded official figures"
    TEAM_PEOPLE = "changed who belongs to a team"
    TEAM_ENDED = "ended a team"
    TEAMS_MERGED = "merged two teams"
    TEAMS_IMPORTED = "imported teams"
    INSTALLED = "installed the app"
    UNINSTALLED = "took the app away"
    ADMIN_NAMED = "named an admin"
    ADMIN_UNNAMED = "named an admin no more"
    SENT_AGAIN = "sent a message again"
    LEFT = "let a message be"
    RETAINED = "deleted what was kept long enough"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One change. `subject` is one of our ids, a setting's name or a pseudonym; never words."""

    actor: str
    deed: Action
    subject: str = ""
    before: str | None = None
    after: str | None = None


def record(session: Session, workspace: Workspace, entry: NewEntry, *, now: datetime) -> None:
    """Record one change in the transaction that makes it."""
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


def settings(workspace: Workspace) -> dict[str, str]:
    """Return every setting of a workspace, to be compared after a change."""
    names = [column.key for column in Workspace.__table__.columns if column.key not in _NO_SETTINGS]
    return {name: str(getattr(workspace, name)) for name in names}


def record_settings(
    session: Session, workspace: Workspace, before: dict[str, str], *, actor: str, now: datetime
) -> None:
    """Record each setting that has changed since `before`."""
    for name, after in settings(workspace).items():
        if after == before[name]:
            continue
        values = (None, None) if name in _WORDS_OR_PEOPLE else (before[name][:_LONGEST], after[:_LONGEST])
        record(session, workspace, NewEntry(actor, Action.SETTING, name, *values), now=now)


def record_fields(
    session: Session,
    workspace: Workspace,
    entry: NewEntry,
    fields: tuple[Mapping[str, str], Mapping[str, str]],
    *,
    now: datetime,
) -> None:
    """Record one entry like `entry` for each field that is another now than before, with both values."""
    before, after = fields
    for name, value in after.items():
        if value != before.get(name):
            values = [f"{name}: {side}"[:_LONGEST] for side in (before.get(name, ""), value)]
            changed = NewEntry(entry.actor, entry.deed, entry.subject, *values)
            record(session, workspace, changed, now=now)


def latest(session: Session, workspace: Workspace, *, most: int = 20, skip: int = 0) -> list[AuditEntry]:
    """Return entries, newest first."""
    query = select(AuditEntry).where(AuditEntry.workspace_id == workspace.id)
    newest = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return list(session.scalars(newest.limit(most).offset(skip)))
