"""Workspaces, teams and the people in them."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class Cadence(StrEnum):
    """How often a check-in opens. Monthly is the month's first day that is the opening's weekday."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class Workspace(Base):
    """One Slack workspace and its settings."""

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    slack_team_id: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[str | None] = mapped_column(String(32))
    """Slack's id of the organisation through whose install the app is here; None with one of its own."""
    name: Mapped[str] = mapped_column(Text)
    bot_user_id: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    nation: Mapped[str] = mapped_column(String(8), default="ENG")
    """The GB subdivision whose bank holidays apply: ENG, WLS, SCT or NIR."""
    pulse_on: Mapped[bool] = mapped_column(default=False)
    """Nothing about the pulse reaches staff until an admin turns it on."""
    pulse_weekday: Mapped[int] = mapped_column(default=0)
    """Common opening day, Monday is 0."""
    pulse_time: Mapped[time] = mapped_column(default=time(9, 0))
    """Common opening and close, in the workspace's zone."""
    pulse_days_open: Mapped[int] = mapped_column(default=7)
    pulse_cadence: Mapped[str] = mapped_column(String(12), default=Cadence.WEEKLY)
    pulse_pauses: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    """Days without an opening: pairs of first and last, as in ["2026-12-21", "2027-01-03"]."""
    question_set: Mapped[str] = mapped_column(String(16), default="appreciate")
    """The question set for the four behaviours; see `pulse.questions`."""
    rotating_a_poll: Mapped[int] = mapped_column(default=1)
    """How many rotating questions come with the four: 1 to 3."""
    contact: Mapped[str | None] = mapped_column(Text)
    """Whom to contact with urgent concerns, in the organisation's own words."""
    pulse_since: Mapped[datetime | None]
    """Rounds due before this time are not caught up."""
    comments_on: Mapped[bool] = mapped_column(default=False)
    k: Mapped[int] = mapped_column(default=5)
    """Smallest group of answers that is shown. May be raised, never below 5."""
    c: Mapped[int] = mapped_column(default=1)
    """How much the ends of the scale are merged. May be raised, never below 1."""
    comment_threshold: Mapped[int] = mapped_column(default=8)
    concerns_to: Mapped[str | None] = mapped_column(String(32))
    """Slack id of the contact for unkind thank-yous; without one, the admins."""
    digests_from: Mapped[str | None] = mapped_column(String(7))
    """First month with a digest, as yyyy-mm."""
    admins_read_digests: Mapped[bool] = mapped_column(default=False)
    """Whether admins may read every team's digest, or only shared ones."""
    uninstalled_at: Mapped[datetime | None]


class Team(Base):
    """A unit of the organisation; its pulse is bundled here or in its parent."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    slack_channel_id: Mapped[str | None] = mapped_column(String(32))
    leader_id: Mapped[str | None] = mapped_column(
        ForeignKey("member.id", use_alter=True, name="fk_team_leader_id_member"), index=True
    )
    deputy_id: Mapped[str | None] = mapped_column(
        ForeignKey("member.id", use_alter=True, name="fk_team_deputy_id_member"), index=True
    )
    """The deputy who acts for the leader during leave."""
    closed_at: Mapped[datetime | None]
    """When the team was closed. Its figures stay visible to leaders above it."""


class SharingChoice(StrEnum):
    """A person's default for thanks that the giver wants to share with the team."""

    ASK = "ask"
    ALWAYS = "always"
    NEVER = "never"


class Member(Base):
    """A person in a workspace. `team_id` is the one unit their answers belong to.

    A leader's own unit is the parent of the team they lead; whoever leads the top
    belongs to no unit and does not answer.
    """

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("workspace_id", "slack_user_id"),
        Index("ix_member_team_id", "team_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    slack_user_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(Text)
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    """The language the person chose; without one, the workspace's."""
    time_zone: Mapped[str | None] = mapped_column(String(64))
    is_bot: Mapped[bool] = mapped_column(default=False)
    is_stranger: Mapped[bool] = mapped_column(default=False)
    """Belongs to a connected organisation, not to this one."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    """Whether Slack lists the person as an admin or owner of the workspace."""
    named_admin: Mapped[bool] = mapped_column(default=False)
    """Named by an admin to look after Appreciate, whatever they are in Slack."""
    left: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[time] = mapped_column(default=time(20, 0))
    quiet_until: Mapped[time] = mapped_column(default=time(8, 0))
    days_off: Mapped[int] = mapped_column(default=0)
    """Bits for weekdays without messages: 1 is Monday, 64 is Sunday."""
    pulse_messages: Mapped[bool] = mapped_column(default=True)
    welcomed: Mapped[bool] = mapped_column(default=False)
    """Whether they were sent the welcome that comes before a person's first check-in."""
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    """First and last day of leave: the person is sent no requests."""
    sharing: Mapped[str] = mapped_column(String(8), default=SharingChoice.ASK)
    accepts_thanks: Mapped[bool] = mapped_column(default=True)
    """False if the person does not want to be recognised."""
    nudges: Mapped[bool] = mapped_column(default=False)
    """Whether they want a question on Fridays, and a hint at most once a week."""
    hinted_at: Mapped[datetime | None]

    @property
    def administers(self) -> bool:
        """Whether they are an admin here, from Slack or named."""
        return self.is_admin or self.named_admin

    @property
    def can_be_reached(self) -> bool:
        """Whether a message to this person can arrive and is meant for them."""
        return not (self.left or self.is_bot or self.is_stranger)
