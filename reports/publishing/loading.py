"""Load a digest's figures, its reader's language and its uploaded charts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports import queries
from reports.charts import side_by_side
from reports.figures.team_month import TeamMonth
from reports.publishing import schedule
from slackapp.core.i18n import Voice, voice
from slackapp.digest import readers
from slackapp.models import Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.outbox.queue import goes_without_pictures
from slackapp.outbox.references import ChartRef
from slackapp.outbox.rendered import FollowUp
from slackapp.pulse.notices import languages_in
from slackapp.workspace import members

NOT_THEIRS = "not_theirs"
"""Why a digest is not sent: its reader does not hold the right to it any more."""
PENDING = (DeliveryState.READY, DeliveryState.SENDING)


def today(session: Session, row: Delivery, now: datetime) -> date:
    """Return today's date in a delivery's workspace."""
    zone = session.get_one(Workspace, row.workspace_id).time_zone
    return now.astimezone(ZoneInfo(zone)).date()


def spoken(session: Session, row: Delivery) -> list[Voice]:
    """Return the voices of the languages read in a delivery's channel, Welsh first."""
    workspace = session.get_one(Workspace, row.workspace_id)
    return [voice(language) for language in languages_in(session, workspace, row.target)]


def load(session: Session, of: Digest) -> tuple[Voice, TeamMonth]:
    """Load a digest's figures and its reader's language."""
    team = session.get_one(Team, of.team_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    reader = session.get_one(Member, of.recipient_id)
    month = queries.months(session, workspace, of.month, [team])[team.id]
    return members.language_of(workspace, reader), month


def may_receive(session: Session, digest: Digest, now: datetime) -> bool:
    """Whether a digest's reader may receive it now; the right may have ended since it was enqueued."""
    return readers.may_receive(session, digest, now=now)


def chart_refs(say: Voice, month: TeamMonth, digest_id: str, language: str = "") -> list[ChartRef]:
    """Return what the charts' deliveries refer to; `language` as they have it."""
    chart = side_by_side.chart(say, month)
    return [ChartRef(digest_id, chart.name, language)] if chart else []


def uploaded_charts(session: Session, charts: Sequence[ChartRef]) -> dict[str, str]:
    """Return Slack's file ids by chart name, for the charts that are uploaded."""
    names = {str(chart): chart.chart for chart in charts}
    rows = session.scalars(
        select(Delivery).where(Delivery.reference.in_(names), Delivery.kind == schedule.PICTURE)
    )
    return {names[row.reference]: row.slack_file_id for row in rows if row.slack_file_id}


def thread_charts(row: Delivery, charts: Sequence[ChartRef], pictures: Mapping[str, str]) -> FollowUp | None:
    """Return a follow-up that sends uploaded charts as files, if Slack never made them ready."""
    if not goes_without_pictures(row):
        return None
    return partial(
        schedule.enqueue_thread_charts, charts=[chart for chart in charts if chart.chart in pictures]
    )
