"""Tables of the outbox: deliveries, holds, rate limits, fan-outs and inbound ids."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class DeliveryState(StrEnum):
    """State of a delivery. `unknown`: it may have arrived and is not retried automatically."""

    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    EXPIRED = "expired"


class Delivery(Base):
    """One message to be sent. It holds a reference to its subject, never its text.

    `key` is deterministic, so that enqueuing twice is harmless; `target` is the Slack
    user or channel; `kind` and `reference` say what to render.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_due", "state", "workspace_id", "priority", "due", "id"),
        Index("ix_delivery_lease", "state", "lease_until"),
        Index("ix_delivery_reference", "reference"),
        # Finds the unsent rows of a group among all rows that were ever sent.
        Index(
            "ix_delivery_group",
            "group_key",
            "step",
            sqlite_where=text("group_key IS NOT NULL AND state IN ('ready', 'sending')"),
            postgresql_where=text("group_key IS NOT NULL AND state IN ('ready', 'sending')"),
        ),
        # Finds the post to which a reaction was added.
        Index(
            "ix_delivery_post",
            "slack_ts",
            sqlite_where=text("kind = 'recognition-post'"),
            postgresql_where=text("kind = 'recognition-post'"),
        ),
        # Finds messages whose time is over, at every look of the worker.
        Index(
            "ix_delivery_expires",
            "expires",
            sqlite_where=text("state = 'ready' AND expires IS NOT NULL"),
            postgresql_where=text("state = 'ready' AND expires IS NOT NULL"),
        ),
        # Finds what a giver was asked about.
        Index(
            "ix_delivery_notice",
            "notice_id",
            sqlite_where=text("notice_id IS NOT NULL"),
            postgresql_where=text("notice_id IS NOT NULL"),
        ),
        # Finds finished removals every hour.
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
    group_key: Mapped[str | None] = mapped_column(String(160))
    """Rows of one group go by `step`: none is claimed while a lower one is READY or SENDING."""
    step: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime | None]
    """When it goes even so; set when the first of the lower steps is tried."""
    state: Mapped[str] = mapped_column(String(8), default=DeliveryState.READY)
    lease_until: Mapped[float | None]
    """Seconds of the real clock, not of the sandbox's clock."""
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    first_try: Mapped[datetime | None]
    last_try: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(64))
    """Slack's error name or our own; never content."""
    doubts: Mapped[int] = mapped_column(default=0)
    """How often it may have arrived since a person last had it sent."""
    repeats: Mapped[int] = mapped_column(default=0)
    """How many copies were sent after it may have arrived, by itself or by a person. A copy sent while Slack
    answers everything with errors is not counted."""
    notice_id: Mapped[str | None] = mapped_column(Id)
    """The delivery of the message that asks its giver about it."""
    notice_state: Mapped[str | None] = mapped_column(String(8))
    """The state that this message tells."""
    slack_channel_id: Mapped[str | None] = mapped_column(String(32))
    slack_ts: Mapped[str | None] = mapped_column(String(32))
    slack_file_id: Mapped[str | None] = mapped_column(String(32))

    @property
    def is_to_channel(self) -> bool:
        """Whether the target is a channel, by the prefix of its id."""
        return self.target[:1] in {"C", "G"}


class HoldScope(StrEnum):
    """What a hold keeps back."""

    WORKSPACE = "workspace"
    """All messages of a workspace."""
    POSTS = "posts"
    """All new messages of a workspace, while Slack answers them with errors."""
    TARGET = "target"
    """All messages to one person or channel."""
    MESSAGE = "message"
    """One message that this version of the app cannot say in a way that Slack takes."""
    FEATURE = "feature"
    """What the app does beside messages; its messages go without it."""


class Hold(Base):
    """What Slack does not accept for now: its deliveries stay READY, in order.

    One row, however many messages it keeps back; to lift it is to delete it. `subject` is the Slack id of
    a target, our id of a message, the name of a feature, or empty.
    """

    __tablename__ = "hold"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    reason: Mapped[str] = mapped_column(String(64))
    """Slack's error name, or our own; never content."""
    since: Mapped[datetime]
    again: Mapped[datetime | None]
    """When it is checked again. None if `auth.test` succeeded: the next message is tried; or if too few
    answers were unclear to keep back posts."""
    looks: Mapped[int] = mapped_column(default=0)
    """Number of failed checks; of posts, of unclear answers in a row."""
    told: Mapped[datetime | None]
    """When a person was notified of it by a message."""
    version: Mapped[str | None] = mapped_column(String(32))
    """The version of the app for which it applies, if not for all."""


class Bucket(Base):
    """A rate limit shared by all processes: one row per workspace and method or channel."""

    __tablename__ = "bucket"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    free_at: Mapped[datetime]
    """GCRA's theoretical arrival time."""
    blocked_until: Mapped[datetime | None]
    fraction: Mapped[float] = mapped_column(default=1.0)
    """A method's pace, as a multiple of the one it begins with; 1 for a channel."""
    known_limit: Mapped[float | None]
    """Messages a second that Slack is believed to allow, since its first 429."""
    pace_since: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]


class FanOut(Base):
    """A message to many people, enqueued in chunks: `cursor` is the last member done."""

    __tablename__ = "fan_out"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    cursor: Mapped[str] = mapped_column(Id, default="")
    done: Mapped[bool] = mapped_column(default=False, index=True)


class Inbound(Base):
    """A request already received from Slack. Check-in presses and answers are never stored here."""

    __tablename__ = "inbound"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(64))
    """Its outcome, so that a repeat gets the same answer."""
