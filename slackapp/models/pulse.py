"""Tables of the check-in. The shape of these tables keeps it anonymous.

`ballot`, `bundle_score` and `comment` have exactly the columns below; a test fails
when one is added. No table records who has answered.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class PollState(StrEnum):
    """`opening` has no key yet; `closing` takes no more answers; `lost` had its key destroyed too early."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    LOST = "lost"
    CANCELLED = "cancelled"


class Identity(Base):
    """The random identity that this database shares with its key directory. One row."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    value: Mapped[str] = mapped_column(String(64))


class Poll(Base):
    """One round of the pulse for a whole workspace, keyed by its opening date."""

    __tablename__ = "poll"
    __table_args__ = (
        UniqueConstraint("workspace_id", "opens_on"),
        Index("ix_poll_state", "state", "closes_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    opens_on: Mapped[date]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=PollState.OPENING)
    items: Mapped[list[str]] = mapped_column(JSON)
    """Keys of `pulse.questions`, frozen when the poll opened."""
    comments_on: Mapped[bool] = mapped_column(default=False)
    k: Mapped[int]
    c: Mapped[int]
    comment_threshold: Mapped[int]

    def is_open(self, now: datetime) -> bool:
        """Whether an answer would still be taken."""
        return self.state == PollState.OPEN and self.opens_at <= now < self.closes_at


class Question(Base):
    """An organisation's own rotating question. Its wording never changes: results belong to it."""

    __tablename__ = "question"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), index=True)
    wording: Mapped[str] = mapped_column(Text)
    place: Mapped[int]
    """Its turn among the organisation's own; they come before the built-in ones."""
    retired: Mapped[bool] = mapped_column(default=False)


class PollUnit(Base):
    """A team as of the poll's opening and, after its close, the turnout band."""

    __tablename__ = "poll_unit"

    poll_id: Mapped[str] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    invited: Mapped[int]
    turnout: Mapped[str | None] = mapped_column(String(24))
    """under_half, half_to_three_quarters or more; only from 8 invited on, only after the close."""


class PollMember(Base):
    """A person's unit for this poll: who was asked, never who answered; deleted at the close."""

    __tablename__ = "poll_member"

    poll_id: Mapped[str] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("team.id"))


class Ballot(Base):
    """An encrypted answer. This table must never have another column."""

    __tablename__ = "ballot"
    __table_args__: Any = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it from the class

    poll_id: Mapped[str] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    receipt: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary(2588))


class Bundle(Base):
    """A group of at least k answers that were counted together, after the close."""

    __tablename__ = "bundle"

    poll_id: Mapped[str] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    ballots: Mapped[int]


class BundleScore(Base):
    """One item's published cell: the rounded sum lies in sum_lo..sum_hi. No exact sum is ever stored."""

    __tablename__ = "bundle_score"

    poll_id: Mapped[str] = mapped_column(ForeignKey("poll.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]
    sum_lo: Mapped[int]
    sum_hi: Mapped[int]


class Comment(Base):
    """A comment, stored after the close: unit and month only, no poll, week, time or score."""

    __tablename__ = "comment"
    __table_args__: Any = (
        Index("ix_comment_unit_id_month", "unit_id", "month"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    unit_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    month: Mapped[str] = mapped_column(String(7))
    words: Mapped[str] = mapped_column(Text)


class HiddenComment(Base):
    """A comment that its team's leader has hidden. A table of its own, because `comment` never grows."""

    __tablename__ = "hidden_comment"

    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True)
