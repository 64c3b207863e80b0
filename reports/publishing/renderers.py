"""Load and render a digest's deliveries: its charts, the message, and the files in its thread."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reports.charts import side_by_side
from reports.charts.content import ChartContent
from reports.charts.renderer import ChartRenderer
from reports.figures.team_month import TeamMonth
from reports.publishing import (
    failures,
    levels,
    obstacles_in_digest,
    promise_renderers,
    schedule,
    team_renderers,
)
from reports.publishing.csv_export import sheet
from reports.publishing.loading import (
    NOT_THEIRS,
    PENDING,
    chart_refs,
    load,
    may_receive,
    thread_charts,
    today,
    uploaded_charts,
)
from reports.publishing.message import comments, comments_withdrawn, message
from reports.publishing.obstacles_in_digest import Beside
from reports.publishing.page import NO_EDITION, Edition, charts, page
from reports.queries.extras import promise_details
from reports.text import sentences
from slackapp.blocks import shortened
from slackapp.core.i18n import Voice, voice
from slackapp.digest import promises, sharing
from slackapp.models import Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.outbox.references import ChartRef, DigestRef
from slackapp.outbox.rendered import FollowUp, Message, Route, Skip, Upload, WaitUntil, by_kind

_LOOK_AGAIN = timedelta(seconds=2)
_ALT_OF_A_FILE = 1_000
"""Slack takes this much with an upload; the message's image block carries all of it."""


def routes(drawing: ChartRenderer) -> dict[str, Route[Any, Any]]:
    """Return the routes of a digest's kinds; `drawing` is used when a chart or page is produced."""
    return by_kind(
        Route(schedule.PICTURE, _load_chart, partial(_chart, drawing)),
        Route(schedule.MESSAGE, _load_message, _message),
        Route(schedule.PAGE, _load_page, partial(_page, drawing)),
        Route(schedule.SHEET, _load_in_thread, _sheet),
        Route(schedule.THREADED, _load_threaded, partial(_threaded, drawing)),
        Route(schedule.COMMENTS, _load_comments, _comments),
        Route(schedule.COMMENTS_AGAIN, _load_comments_again, _comments_again),
        *team_renderers.ROUTES,
        *promise_renderers.ROUTES,
        *levels.ROUTES,
    )


@dataclass(frozen=True, slots=True)
class _Chart:
    """One chart and its month."""

    chart: ChartContent
    month: str


@dataclass(frozen=True, slots=True)
class _Thread:
    """The thread for a digest's files and comments, and their content."""

    say: Voice
    month: TeamMonth
    digest: Digest
    today: date
    channel: str | None
    ts: str
    is_theirs: bool = True
    """Whether the reader still holds the right to it."""
    edition: Edition = NO_EDITION
    """What stands around the figures on the page."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """The content of a digest's message."""

    say: Voice
    month: TeamMonth
    digest_id: str
    today: date
    pictures: dict[str, str]
    follow_up: FollowUp | None
    beside: Beside


def _load_chart(session: Session, about: ChartRef, _row: Delivery, _now: datetime) -> _Chart | Skip:
    digest = session.get(Digest, about.digest_id)
    if digest is None:
        return Skip("gone")
    readers, month = load(session, digest)
    say = voice(about.language) if about.language else readers
    chart = side_by_side.chart(say, month)
    if chart is None or chart.name != about.chart:
        return Skip("no_picture")
    return _Chart(chart, digest.month)


def _chart(drawing: ChartRenderer, content: _Chart) -> Upload:
    """One chart as an upload that nobody sees until the message shows it."""
    chart = content.chart
    return Upload(
        filename=f"{chart.name}-{content.month}.png",
        title=chart.title,
        alt=shortened(chart.alt, _ALT_OF_A_FILE),
        produce=partial(drawing.png, chart.picture),
    )


def _load_message(session: Session, about: DigestRef, row: Delivery, now: datetime) -> _Figures | Skip:
    digest = session.get(Digest, about.digest_id)
    if digest is None:
        return Skip("gone")
    if not may_receive(session, digest, now):
        return Skip(NOT_THEIRS, failures.report_lost_reader)
    say, month = load(session, digest)
    month = _with_teams(session, digest, month, now)
    charts = chart_refs(say, month, digest.id)
    pictures = uploaded_charts(session, charts)
    follow_up = thread_charts(row, charts, pictures)
    beside = obstacles_in_digest.load(session, digest, now)
    return _Figures(say, month, digest.id, today(session, row, now), pictures, follow_up, beside)


def _with_teams(session: Session, digest: Digest, month: TeamMonth, now: datetime) -> TeamMonth:
    """The month with the lines about the teams below, for a level above and its leader."""
    team, reader = session.get_one(Team, digest.team_id), session.get_one(Member, digest.recipient_id)
    return replace(month, teams=levels.lines_of(session, team, reader, digest.month, now))


def _message(content: _Figures) -> Message:
    """The message with the charts that were uploaded: it is claimed when none is still waiting."""
    post = message(
        content.say,
        content.month,
        digest_id=content.digest_id,
        pictures=content.pictures,
        today=content.today,
    )
    post = obstacles_in_digest.placed(content.say, post, content.beside)
    return replace(post, follow_up=content.follow_up)


@dataclass(frozen=True, slots=True)
class _ChartInThread:
    chart: _Chart
    thread: _Thread


def _load_threaded(
    session: Session, about: ChartRef, row: Delivery, now: datetime
) -> _ChartInThread | WaitUntil | Skip:
    shows = Delivery.kind.in_([schedule.MESSAGE, sharing.SHARED]) & (Delivery.target == row.target)
    messages = select(Delivery).where(Delivery.reference == str(DigestRef(about.digest_id)), shows)
    thread = _thread(session, messages, now)
    if not isinstance(thread, _Thread):
        return thread
    chart = _load_chart(session, about, row, now)
    return _ChartInThread(chart, thread) if isinstance(chart, _Chart) else chart


def _threaded(drawing: ChartRenderer, content: _ChartInThread) -> Upload:
    """A chart as a file in the thread of the message in which Slack did not show it."""
    thread = content.thread
    return replace(_chart(drawing, content.chart), channel=thread.channel, thread_ts=thread.ts)


def _load_in_thread(
    session: Session, about: DigestRef, _row: Delivery, now: datetime
) -> _Thread | WaitUntil | Skip:
    return _thread(session, _message_of(about), now)


def _load_page(
    session: Session, about: DigestRef, row: Delivery, now: datetime
) -> _Thread | WaitUntil | Skip:
    thread = _load_in_thread(session, about, row, now)
    return (
        replace(thread, edition=_edition(session, thread.digest)) if isinstance(thread, _Thread) else thread
    )


def _edition(session: Session, digest: Digest) -> Edition:
    """Where the page is from, for whom it is, and what was promised in answer to its digest."""
    team, reader = session.get_one(Team, digest.team_id), session.get_one(Member, digest.recipient_id)
    above = session.get(Team, team.parent_id) if team.parent_id else None
    names = [session.get_one(Workspace, team.workspace_id).name, *([above.name] if above else [])]
    answers = promises.of_month(session, team.id, digest.month)
    details = promise_details(session, answers)
    return Edition(", ".join(names), reader.name, [details[promise.id] for promise in answers])


def _page(drawing: ChartRenderer, thread: _Thread) -> Upload:
    """The page as a file in the digest's thread."""
    say, month = thread.say, thread.month
    return Upload(
        filename=f"digest-{thread.digest.month}.pdf",
        title=say("{heading}: a page to keep or print", heading=sentences.heading(say, month)),
        alt=sentences.heading(say, month),
        produce=partial(_page_bytes, drawing, thread),
        channel=thread.channel,
        thread_ts=thread.ts,
    )


def _page_bytes(drawing: ChartRenderer, thread: _Thread) -> bytes | None:
    say, month = thread.say, thread.month
    drawn = schedule.drawings(drawing, charts(say, month))
    return drawing.pdf(page(say, month, drawn, thread.today, edition=thread.edition))


def _sheet(thread: _Thread) -> Upload:
    """The figures as a CSV file in the digest's thread."""
    heading = sentences.heading(thread.say, thread.month)
    return Upload(
        filename=f"digest-{thread.digest.month}.csv",
        title=thread.say("{heading}: the figures", heading=heading),
        alt=heading,
        produce=partial(sheet, thread.say, thread.month),
        channel=thread.channel,
        thread_ts=thread.ts,
    )


def _load_comments(
    session: Session, about: DigestRef, _row: Delivery, now: datetime
) -> _Thread | WaitUntil | Skip:
    thread = _thread(session, _message_of(about), now)
    if isinstance(thread, _Thread) and not thread.month.comments:
        return Skip("no_comments")
    return thread


def _comments(thread: _Thread) -> Message:
    """The comments as a message in the digest's thread."""
    text, blocks = comments(thread.say, thread.month, thread.digest.id)
    return Message(text=text, blocks=blocks, channel=thread.channel, thread_ts=thread.ts)


def _load_comments_again(
    session: Session, about: DigestRef, row: Delivery, now: datetime
) -> _Thread | WaitUntil | Skip:
    before = select(Delivery).where(Delivery.reference == str(about), Delivery.kind == schedule.COMMENTS)
    first, digest = session.scalar(before), session.get(Digest, about.digest_id)
    if first is None or digest is None:
        return Skip("gone")
    if first.state == DeliveryState.SENDING:
        return WaitUntil(now + _LOOK_AGAIN)
    if first.state != DeliveryState.SENT or not first.slack_ts:
        # While it waits, it will be rendered with the newest content.
        return Skip("not_sent")
    say, month = load(session, digest)
    is_theirs = may_receive(session, digest, now)
    day = today(session, row, now)
    return _Thread(say, month, digest, day, first.slack_channel_id, first.slack_ts, is_theirs)


def _comments_again(stands: _Thread) -> Message:
    """The same message as an update, without the comments hidden since.

    A reader who may not read them any more is shown none: an update could show new ones.
    """
    if stands.is_theirs:
        text, blocks = comments(stands.say, stands.month, stands.digest.id)
    else:
        text, blocks = comments_withdrawn(stands.say, stands.month)
    return Message(text=text, blocks=blocks, channel=stands.channel, replaces=stands.ts)


def _thread(session: Session, before: Select[Delivery], now: datetime) -> _Thread | WaitUntil | Skip:
    """Return the thread of the digest's message, once that has arrived."""
    sent = session.scalar(before)
    digest = session.get(Digest, DigestRef.parse(sent.reference).digest_id) if sent else None
    if sent is None or digest is None:
        return Skip("gone")
    if sent.state in PENDING:
        # The message is READY again, so the group did not hold this one back.
        return WaitUntil(max(sent.due, now + _LOOK_AGAIN))
    if sent.state != DeliveryState.SENT or not sent.slack_ts:
        return Skip("no_message")
    if not (sent.is_to_channel or may_receive(session, digest, now)):
        return Skip(NOT_THEIRS)
    say, month = load(session, digest)
    return _Thread(say, month, digest, today(session, sent, now), sent.slack_channel_id, sent.slack_ts)


def _message_of(about: DigestRef) -> Select[Delivery]:
    return select(Delivery).where(Delivery.reference == str(about), Delivery.kind == schedule.MESSAGE)
