"""Tables of data governance: retention, holds, erasures, audit log, tokens, team sources."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class Retention(Base):
    """How long a workspace keeps each kind of record. Without a row the defaults apply."""

    __tablename__ = "retention"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    recognitions_months: Mapped[int] = mapped_column(default=24)
    figures_months: Mapped[int] = mapped_column(default=36)
    comments_months: Mapped[int] = mapped_column(default=12)
    messages_months: Mapped[int] = mapped_column(default=3)
    """For records of sent messages; those about a thank-you stay as long as the thank-you."""
    audit_months: Mapped[int] = mapped_column(default=36)
    after_uninstall_days: Mapped[int] = mapped_column(default=30)
    """After the app has been removed for this time, all data of the workspace is deleted."""


class LegalHold(Base):
    """A legal hold on one person's or the workspace's records. Never on ballots or keys."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold_workspace_id", "workspace_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    since: Mapped[datetime]


class Tombstone(Base):
    """An erased person, stored as a pseudonym that needs KEY_DIR's secret."""

    __tablename__ = "tombstone"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    swept: Mapped[bool] = mapped_column(default=False)
    """Whether the database files have been rewritten since."""


class AuditEntry(Base):
    """An entry of the audit log: who changed what, never content. People are pseudonyms."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_workspace_id_at", "workspace_id", "at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    deed: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(64), default="")
    """A team's id, a setting's name, or a person's pseudonym."""
    before: Mapped[str | None] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(64))


class Installation(Base):
    """The app's encrypted token for one workspace or a whole organisation."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Slack's id of the workspace, or of the organisation for an organisation-wide install."""
    name: Mapped[str] = mapped_column(Text)
    sealed_token: Mapped[str] = mapped_column(Text)
    bot_user_id: Mapped[str] = mapped_column(String(32))
    bot_id: Mapped[str] = mapped_column(String(32), default="")
    scopes: Mapped[str] = mapped_column(Text)
    is_enterprise: Mapped[bool] = mapped_column(default=False)
    installed_at: Mapped[datetime]


class InstallTicket(Base):
    """A started OAuth install: the hash of its state, valid once until it expires."""

    __tablename__ = "install_ticket"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(index=True)


class Chore(Base):
    """The last night for which a nightly job ran, so that a missed night is caught up."""

    __tablename__ = "chore"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    night: Mapped[date]


class Clock(Base):
    """The newest trusted clock reading; one row, updated each minute."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    latest: Mapped[datetime]
    doubted_at: Mapped[datetime | None]
    """The clock reading that was not trusted; deletions wait until this is empty."""


class SourceKind(StrEnum):
    """The kind of source of a team's members."""

    CHANNEL = "channel"
    USER_GROUP = "user_group"


class ProposalKind(StrEnum):
    """What is proposed for a team."""

    LEADER = "leader"
    PARENT = "parent"


class TeamProposal(Base):
    """What a member proposed for a team they made: a leader, who accepts first, or a parent team."""

    __tablename__ = "team_proposal"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """Who was named as leader."""
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    proposed_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    proposed_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]
    """Since then the team waits for an admin: nobody joins it through its channel."""


class TeamSource(Base):
    """The channel or user group from which a team's members are synchronised."""

    __tablename__ = "team_source"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(12))
    slack_id: Mapped[str] = mapped_column(String(32))
    called: Mapped[str | None] = mapped_column(Text)
    """The name taken from the channel or group; while the team has it, it follows renames."""
    checked_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    """Since when the app is out of the channel: nobody comes or goes until it is invited again."""
