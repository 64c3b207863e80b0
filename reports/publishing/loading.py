"""What every letter about a digest starts from: its figures, its reader's voice, its pictures so far."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports import queries
from reports.charts import side_by_side
from reports.figures.team_month import TeamMonth
from reports.publishing import schedule as digest
from slackapp.core.i18n import Voice
from slackapp.models import Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.outbox.queue import goes_without_pictures
from slackapp.workspace import members


def today(session: Session, row: Delivery, now: datetime) -> date:
    """The day by the calendar of a delivery's workspace."""
    zone = session.get_one(Workspace, row.workspace_id).time_zone
    return now.astimezone(ZoneInfo(zone)).date()


PENDING = (DeliveryState.READY, DeliveryState.SENDING)
_PICTURES_AT_MOST = timedelta(minutes=15)
"""A digest does not wait longer for its pictures, from when it could first have gone."""


def load(session: Session, found: Digest) -> tuple[Voice, TeamMonth]:
    """A digest's figures, and the voice of the person it is for."""
    team = session.get_one(Team, found.team_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    reader = session.get_one(Member, found.recipient_id)
    month = queries.months(session, workspace, found.month, [team])[team.id]
    return members.language_of(workspace, reader), month


def picture_names(say: Voice, month: TeamMonth, digest_id: str, language: str = "") -> dict[str, str]:
    """What the pictures' deliveries refer to, each with its chart's name; `language` as they have it."""
    chart = side_by_side.chart(say, month)
    return {digest.picture_reference(digest_id, chart.name, language): chart.name} if chart else {}


def still_waiting(row: Delivery, now: datetime) -> bool:
    """Whether a message still waits for pictures that are on their way."""
    return now - (row.first_try or now) < _PICTURES_AT_MOST


def uploaded_charts(session: Session, names: Mapping[str, str]) -> dict[str, str] | None:
    """Slack's file ids by chart name, or None while one is still on its way."""
    rows = session.scalars(
        select(Delivery).where(Delivery.reference.in_(names), Delivery.kind == digest.PICTURE)
    ).all()
    if any(row.state in PENDING for row in rows):
        return None
    return {names[row.reference]: row.slack_file_id for row in rows if row.slack_file_id}


def follow_in_thread(session: Session, row: Delivery, names: Mapping[str, str], now: datetime) -> None:
    """Where Slack never made the pictures ready, those it took follow the message as files in its thread."""
    if goes_without_pictures(row):
        there = uploaded_charts(session, names) or {}
        digest.enqueue_thread_charts(session, row, [one for one, name in names.items() if name in there], now)
