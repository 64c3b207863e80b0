"""Tables of what teams send up: an obstacle, its answer, and the levels it has passed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class ObstacleState(StrEnum):
    """Whether it still waits for an answer."""

    OPEN = "open"
    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


class Obstacle(Base):
    """What is in a team's way, sent to whoever leads the level above. It comes from the team; no figures."""

    __tablename__ = "obstacle"
    __table_args__ = (
        Index("ix_obstacle_workspace_id_state", "workspace_id", "state"),
        Index("ix_obstacle_team_id", "team_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    level_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    """The level above at which it waits or was answered."""
    in_our_way: Mapped[str] = mapped_column(Text)
    would_help: Mapped[str] = mapped_column(Text)
    needed_by: Mapped[date]
    sent_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    sent_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by each change of its words: an answer to an older wording is asked for again."""
    state: Mapped[str] = mapped_column(String(12), default=ObstacleState.OPEN)
    asked_at: Mapped[datetime]
    """Since when it waits at this level."""
    asked_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    """Who was last asked to answer it."""
    warned_at: Mapped[datetime | None]
    """When they were told that it will soon be passed up."""
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    answered_at: Mapped[datetime | None]
    promise_id: Mapped[str | None] = mapped_column(ForeignKey("promise.id", ondelete="SET NULL"))
    """The promise that a "yes" became."""
    promise_state: Mapped[str | None] = mapped_column(String(12))
    """The promise's state that the team has last read of."""


class ObstacleStep(Base):
    """One level that passed an obstacle up. Without a person it was passed up for want of an answer."""

    __tablename__ = "obstacle_step"
    __table_args__ = (Index("ix_obstacle_step_obstacle_id", "obstacle_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    obstacle_id: Mapped[str] = mapped_column(ForeignKey("obstacle.id"))
    level_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    passed_by_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    words: Mapped[str | None] = mapped_column(Text)
    passed_at: Mapped[datetime]
