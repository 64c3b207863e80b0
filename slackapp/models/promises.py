"""Tables of promises: a leader's answers to a digest, and a team's check-in pace."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class PromiseState(StrEnum):
    """`changed` goes on in another form, and may still be done or dropped."""

    OPEN = "open"
    DONE = "done"
    CHANGED = "changed"
    DROPPED = "dropped"


class Promise(Base):
    """One "You said / we will". The three places of a month allow no fourth."""

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("team_id", "month", "place"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    month: Mapped[str] = mapped_column(String(7))
    """The month whose digest it answers, as in "2026-11"."""
    place: Mapped[int]
    you_said: Mapped[str] = mapped_column(Text)
    we_will: Mapped[str] = mapped_column(Text)
    who_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    written_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    due: Mapped[date]
    """The day by which it is promised: a working day that the leader chose."""
    state: Mapped[str] = mapped_column(String(8), default=PromiseState.OPEN)
    reason: Mapped[str | None] = mapped_column(Text)
    """What will be done instead, or why it was dropped."""
    obstacle: Mapped[str | None] = mapped_column(Text)
    """What is in the way, where it was put off; the team reads it."""
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Pace(StrEnum):
    """The share of the workspace's rounds in which a team is asked."""

    EVERY = "every"
    MONTHLY = "monthly"
    PAUSED = "paused"


class TeamPace(Base):
    """The pace that a team's leader chose for the check-in."""

    __tablename__ = "team_pace"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    pace: Mapped[str] = mapped_column(String(8), default=Pace.EVERY)
    chosen_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    chosen_at: Mapped[datetime]


class LeaderWords(Base):
    """What a team's leader says before the line about her team in a digest of the levels above."""

    __tablename__ = "leader_words"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    """The month of the digest in which the line stands."""
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
