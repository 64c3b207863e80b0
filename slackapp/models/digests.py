"""Which digests have been made."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.db import Base, Id, new_id


class Digest(Base):
    """One team's month, made once for one reader."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("team_id", "month", "recipient_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    month: Mapped[str] = mapped_column(String(7))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
