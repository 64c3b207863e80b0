"""What is owed to Slack, how fast it may go, and what has already come in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class DeliveryState(StrEnum):
    """`unknown` may have arrived and is never sent again by itself."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    EXPIRED = "expired"


class Delivery(Base):
    """One message owed. It holds what the message is about, never its text.

    `key` is deterministic, so that owing twice is harmless; `target` is the Slack
    user or channel; `kind` and `reference` say what to render.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "state", "workspace_id", "priority", "due", "id"),
        Index("ix_delivery_lease", "state", "lease_until"),
        Index("ix_delivery_reference", "reference"),
        # By which a reaction finds the post it is on, among messages that nobody reacts to.
        Index(
            "ix_delivery_post",
            "slack_ts",
            sqlite_where=text("kind = 'recognition-post'"),
            postgresql_where=text("kind = 'recognition-post'"),
        ),
        # By which removals that have ended are found every hour, among all that was ever sent.
        Index(
            "ix_delivery_removal",
            "state",
            sqlite_where=text("kind IN ('removal-message', 'removal-file') OR target = '-'"),
            postgresql_where=text("kind IN ('removal-message', 'removal-file') OR target = '-'"),
        ),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    token: Mapped[str] = mapped_column(Id, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    method: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    priority: Mapped[int]
    due: Mapped[datetime]
    expires: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(8), default=DeliveryState.READY)
    lease_until: Mapped[float | None]
    """Seconds of the real clock, not of a clock that a person may move."""
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    first_try: Mapped[datetime | None]
    last_try: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    """Slack's error name or our own; never content."""
    slack_channel_id: Mapped[str | None] = mapped_column(String(32))
    slack_ts: Mapped[str | None] = mapped_column(String(32))
    slack_file_id: Mapped[str | None] = mapped_column(String(32))


class Bucket(Base):
    """A rate limit shared by all processes: one row per workspace and method or channel."""

    __tablename__ = "bucket"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    free_at: Mapped[datetime]
    """GCRA's theoretical arrival time."""
    blocked_until: Mapped[datetime | None]
    fraction: Mapped[float] = mapped_column(default=1.0)


class FanOut(Base):
    """A message owed to many, written down in chunks: `cursor` is the last member done."""

    __tablename__ = "fan_out"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    cursor: Mapped[str] = mapped_column(Id, default="")
    done: Mapped[bool] = mapped_column(default=False, index=True)


class Inbound(Base):
    """What Slack has already told us once. Pulse presses and answers never stand here."""

    __tablename__ = "inbound"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(64))
    """What it led to, so that a repeat is answered with the same words."""
