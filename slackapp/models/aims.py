"""What a team is for: up to three aims."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base


class Term(StrEnum):
    """How far ahead an aim looks. There is no date and no target."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class TeamAim(Base):
    """One aim of a team, and who decides what about it, as its leader wrote it with the team."""

    __tablename__ = "team_aim"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)
    term: Mapped[str] = mapped_column(String(8), default=Term.SHORT)
    decides: Mapped[str] = mapped_column(Text, default="")
    written_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    looked_at: Mapped[datetime]
    """When the leader last looked at it with the team."""
