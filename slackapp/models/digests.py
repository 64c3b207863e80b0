"""Tables of digests: digests made, who may read them, and benchmarks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base, Id, new_id


class Digest(Base):
    """One team's digest of a month for one reader."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("team_id", "month", "recipient_id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    month: Mapped[str] = mapped_column(String(7))
    recipient_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class MonthFigures(Base):
    """What was published of a team's month: figures that may be shown, and which questions its lines name.

    Written once, when the month's digests are made. It holds nobody's words and no person; sentences are
    made when they are read, in the reader's language.
    """

    __tablename__ = "month_figures"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    published_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


class TeamReader(Base):
    """Somebody who may read a team's results, as a leader, a deputy or an admin, and since when."""

    __tablename__ = "team_reader"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    since: Mapped[datetime | None]
    """None for those who were there when readers were first written down."""
    until: Mapped[datetime | None]
    """When they ceased to be one; the row stays until they are one again."""


class DigestReader(Base):
    """Somebody who may read a team's month, as long as they lead it or look after it still.

    Written once, when the month is published, from who could read the team's results as the month ended; and
    when earlier months are handed on. Whoever becomes a reader later has no row.
    """

    __tablename__ = "digest_reader"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    readable_from: Mapped[datetime]


class SharedDigest(Base):
    """A digest that the leader shared with the team, with or without promises."""

    __tablename__ = "shared_digest"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    shared_by_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    shared_at: Mapped[datetime]
    with_promises: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=0)
    """How often the posted promises have been updated."""


class Leadership(Base):
    """When a team's leader was first seen as its leader, and who led it before."""

    __tablename__ = "leadership"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    since: Mapped[datetime | None]
    """None for the first leader seen, who may read all digests."""
    before_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    handed_on: Mapped[bool] = mapped_column(default=False)
    """Whether this leader may read the digests of earlier months."""


class Benchmark(Base):
    """An official figure loaded by an admin; its method differs, so it is not directly comparable."""

    __tablename__ = "benchmark"
    __table_args__ = (UniqueConstraint("workspace_id", "item", "nation", "year", "source"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"))
    item: Mapped[str] = mapped_column(String(40))
    """One of the four: attending, understanding, empathising, helping."""
    value: Mapped[float]
    """On the scale of 0 to 10."""
    source: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    nation: Mapped[str] = mapped_column(String(8))
    loaded_at: Mapped[datetime]
