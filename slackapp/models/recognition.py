"""Thanks: one recognition, and a row for each person thanked."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from slackapp.core.db import Base, Id, new_id


class Visibility(StrEnum):
    """Who the giver would like to see it; the receiver decides."""

    PRIVATE = "private"
    TEAM = "team"


class Sharing(StrEnum):
    """Sharing state of one receiver's thanks."""

    PRIVATE = "private"
    ASKED = "asked"
    SHARED = "shared"
    KEPT = "kept"
    HIDDEN = "hidden"
    """It was shared, and the receiver took it out of their team's channel again."""
    REPORTED = "reported"
    """Reported as unkind by the receiver: visible only to the contact for unkind thank-yous."""


class Recognition(Base):
    """A thank-you in the giver's words. `words` is empty after an undo."""

    __tablename__ = "recognition"
    __table_args__ = (
        Index("ix_recognition_giver", "giver_id", "given_at"),
        Index("ix_recognition_team_given", "workspace_id", "given_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    giver_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    giver_team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    """The giver's team at that moment, so that later moves change no figure."""
    behaviour: Mapped[str] = mapped_column(String(16))
    words: Mapped[str | None] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(8), default=Visibility.PRIVATE)
    link: Mapped[str | None] = mapped_column(Text)
    """The message it is about, when it began with one."""
    given_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0)

    recipients: Mapped[list["Recipient"]] = relationship(back_populates="recognition")


class Recipient(Base):
    """A person who was thanked, and their choice about sharing."""

    __tablename__ = "recipient"
    __table_args__ = (
        Index("ix_recipient_member", "member_id", "given_at"),
        Index("ix_recipient_team", "team_id", "given_at"),
    )

    recognition_id: Mapped[str] = mapped_column(ForeignKey("recognition.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    """The receiver's team at that moment."""
    given_at: Mapped[datetime]
    sharing: Mapped[str] = mapped_column(String(8), default=Sharing.PRIVATE)
    shared_in: Mapped[str | None] = mapped_column(String(32))
    """Slack id of the channel where it is shared; the team's channel may change later."""

    quoted_in: Mapped[str | None] = mapped_column(String(7))
    """The month whose digest quotes it, as in "2026-11"; none quotes it again."""
    meant_a_lot: Mapped[bool] = mapped_column(default=False)
    """Whether the receiver told the giver that it meant a lot; without a time, and shown to nobody else."""
    may_follow_link: Mapped[bool] = mapped_column(default=True)
    """False for whoever is not in the private channel of the message that it is about."""

    recognition: Mapped[Recognition] = relationship(back_populates="recipients")


class Boost(Base):
    """A person joined a thank-you. `how` is "button" or the reaction; each person counts once."""

    __tablename__ = "boost"

    recognition_id: Mapped[str] = mapped_column(ForeignKey("recognition.id"), primary_key=True)
    booster_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    how: Mapped[str] = mapped_column(String(100), primary_key=True)
    boosted_at: Mapped[datetime]


class Blocking(Base):
    """A person blocks thank-yous from another, who is not informed."""

    __tablename__ = "blocking"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    giver_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
