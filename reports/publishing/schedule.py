"""Schedule the digests: on each month's first working day at nine, once for each team and reader."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from reports import queries
from reports.charts import side_by_side
from reports.charts.content import ChartContent
from reports.charts.renderer import ChartRenderer, find_browser
from reports.figures.team_month import TeamMonth
from reports.publishing import failures, level_notices
from reports.publishing.page import charts, page
from slackapp.core import calendar
from slackapp.core.batches import run_all_then_raise
from slackapp.core.db import Sessions, new_id
from slackapp.core.i18n import voice
from slackapp.digest import due_promises, reader_lists, sharing
from slackapp.models import Delivery, DeliveryState, Digest, Member, Poll, Recognition, Team, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, R, SecondCopy, Topic
from slackapp.outbox.queue import Method, NewDelivery, Priority
from slackapp.outbox.references import ChartRef, DigestRef
from slackapp.pulse import comments
from slackapp.workspace import members, permissions

AT = time(9, 0)
_declare = partial(Kind, priority=Priority.DIGEST, topic=Topic.DIGESTS, second_copy=SecondCopy.HARMLESS)
PICTURE = _declare("digest-picture", ChartRef, method=Method.UPLOAD)
MESSAGE = _declare("digest", DigestRef, patience=sharing.WAITS_FOR_CHARTS)
PAGE = _declare("digest-page", DigestRef, method=Method.SHARE)
SHEET = _declare("digest-sheet", DigestRef, method=Method.SHARE)
COMMENTS = _declare("digest-comments", DigestRef)
COMMENTS_AGAIN = Kind(
    "digest-comments-again", DigestRef, method=Method.UPDATE, second_copy=SecondCopy.HARMLESS
)
THREADED = _declare("digest-picture-thread", ChartRef, method=Method.SHARE)
KINDS = (PICTURE, MESSAGE, PAGE, SHEET, COMMENTS, THREADED)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One month's digest: the month it covers ("2025-11") and when it is due."""

    month: str
    due: datetime


def enqueue_due(sessions: Sessions, now: datetime) -> int:
    """Enqueue the digests that are due; return how many there were. Idempotent.

    After an outage only the latest month's digests are sent.
    """
    with sessions.read() as session:
        installed = session.scalars(select(Workspace.id).where(Workspace.uninstalled_at.is_(None))).all()
    counts: list[int] = []

    def owe(workspace_id: str) -> None:
        # One transaction for each workspace, so that none waits for all the others.
        with sessions.begin() as session:
            counts.append(_owe(session, session.get_one(Workspace, workspace_id), now))

    run_all_then_raise(partial(owe, workspace_id) for workspace_id in installed)
    return sum(counts)


def report_failures(sessions: Sessions, now: datetime) -> None:
    """Report at once what can never be delivered; `enqueue_due` reports what an outage left out."""
    with sessions.read() as session:
        workspace_ids = failures.workspaces_with_failures(session, now)

    def tell(workspace_id: str) -> None:
        with sessions.begin() as session:
            failures.report_failures(session, session.get_one(Workspace, workspace_id), now)

    run_all_then_raise(partial(tell, workspace_id) for workspace_id in workspace_ids)


def next_moment(session: Session, now: datetime) -> tuple[datetime, str] | None:
    """Return when the next digest or promise is due, and its label; None if there is none."""
    moments = (_next_digest(session, now), due_promises.next_moment(session, now))
    return min(filter(None, moments), default=None)


def _next_digest(session: Session, now: datetime) -> tuple[datetime, str] | None:
    upcoming = [
        (_next(workspace, now), workspace)
        for workspace in session.scalars(select(Workspace).where(Workspace.uninstalled_at.is_(None)))
        if _readers(session, workspace, now)
    ]
    if not upcoming:
        return None
    occurrence, workspace = min(upcoming, key=lambda pair: pair[0].due)
    say = voice(workspace.language)
    if (notice := occurrence.due - level_notices.BEFORE) > now and _has_levels(session, workspace):
        return notice, say("leaders read what the levels above will read")
    return occurrence.due, say(
        "digest for {month}", month=say.month(date.fromisoformat(f"{occurrence.month}-01"))
    )


def _has_levels(session: Session, workspace: Workspace) -> bool:
    below = select(Team.id).where(Team.workspace_id == workspace.id, Team.parent_id.is_not(None))
    return session.scalar(below.limit(1)) is not None


def preview(
    session: Session, team: Team, month: str, now: datetime, *, drawing: ChartRenderer | None = None
) -> str:
    """Return one team's digest for a month as a web page, whether or not it is due."""
    workspace = session.get_one(Workspace, team.workspace_id)
    this = calendar.month_of(now, workspace.time_zone)
    if month > this:
        raise ValueError("that month has not begun")
    team_month = queries.months(session, workspace, month, [team])[team.id]
    if month == this:
        # Nobody reads comments before the month's end.
        team_month = replace(team_month, comments=())
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    say = members.language_of(workspace, leader)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    if drawing is not None:
        return page(say, team_month, drawings(drawing, charts(say, team_month)), today)
    with ChartRenderer(find_browser(os.environ)) as own:
        return page(say, team_month, drawings(own, charts(say, team_month)), today)


def drawings(drawing: ChartRenderer, charts: Iterable[ChartContent]) -> dict[str, str]:
    """Draw charts as SVG for a page, by name; one that cannot be drawn is left out."""
    drawn = {chart.name: drawing.svg(chart.picture) for chart in charts}
    return {name: svg for name, svg in drawn.items() if svg is not None}


def send(session: Session, reader: Member, *, team: Team, month: str, now: datetime) -> bool:
    """Enqueue one digest for one reader, at once; False if it was enqueued before."""
    workspace = session.get_one(Workspace, team.workspace_id)
    new_digests = _new_digests(session, month, [(team, reader)], now)
    _publish(session, workspace, month, now, with_reach=month == latest(workspace, now).month)
    team_month = queries.months(session, workspace, month, [team])[team.id]
    for digest_id, _, _ in new_digests:
        queue.enqueue_many(session, workspace, _owed(workspace, digest_id, reader, team_month, now))
    return bool(new_digests)


def enqueue_page_again(session: Session, digest: Digest, now: datetime) -> None:
    """Owe a digest's page anew in its thread, with the first promise that answers it; once."""
    sent = select(Delivery).where(Delivery.kind == PAGE, Delivery.reference == str(DigestRef(digest.id)))
    first = session.scalars(sent.order_by(Delivery.id).limit(1)).first()
    if first is not None and first.state == DeliveryState.SENT:
        workspace = session.get_one(Workspace, first.workspace_id)
        key = f"{PAGE}:{DigestRef(digest.id)}:promised"
        queue.enqueue(session, workspace, PAGE.new(DigestRef(digest.id), first.target, now, key=key))


def enqueue_comments_update(session: Session, changed: Digest, now: datetime) -> None:
    """Enqueue an update of each message that shows this team's comments of this month."""
    team = session.get_one(Team, changed.team_id)
    same = select(Digest.id).where(Digest.team_id == team.id, Digest.month == changed.month)
    sent = select(Delivery).where(Delivery.kind == COMMENTS, Delivery.reference.in_(same))
    deliveries = [
        COMMENTS_AGAIN.new(
            DigestRef.parse(message.reference), message.target, now, key=f"{COMMENTS_AGAIN}:{new_id()}"
        )
        for message in session.scalars(sent)
    ]
    queue.enqueue_many(session, session.get_one(Workspace, team.workspace_id), deliveries)


def enqueue_thread_charts(
    session: Session, message: Delivery, now: datetime, charts: Sequence[ChartRef]
) -> None:
    """Enqueue charts as files in the thread of a message that went without them."""
    workspace = session.get_one(Workspace, message.workspace_id)
    queue.enqueue_many(session, workspace, [THREADED.new(chart, message.target, now) for chart in charts])


def count_pending(sessions: Sessions, now: datetime) -> tuple[int, int]:
    """Count the digests' messages, charts and files that are being sent, and those that are due later.

    What is due within a minute counts as being sent.
    """
    soon = or_(Delivery.state == DeliveryState.SENDING, Delivery.due <= now + timedelta(minutes=1))
    pending = Delivery.state.in_([DeliveryState.READY, DeliveryState.SENDING])
    with sessions.read() as session:
        query = select(soon, func.count()).where(Delivery.kind.in_(KINDS), pending).group_by(soon)
        counted = {bool(is_soon): count for is_soon, count in session.execute(query)}
    return counted.get(True, 0), counted.get(False, 0)


def published(workspace: Workspace, month: str) -> datetime:
    """Return when a month's digest is published."""
    return _due_in(workspace, calendar.month_after(month))


def enqueue_charts(session: Session, message: Delivery, now: datetime, charts: Sequence[ChartRef]) -> None:
    """Enqueue the charts that a message waits for. Idempotent."""
    workspace = session.get_one(Workspace, message.workspace_id)
    rows = [
        PICTURE.new(chart, message.target, now, key=f"{PICTURE}:{chart}", group=message.group_key)
        for chart in charts
    ]
    queue.enqueue_many(session, workspace, rows)


def latest(workspace: Workspace, now: datetime) -> Occurrence:
    """Return the newest digest that is due by now."""
    this = calendar.month_of(now, workspace.time_zone)
    due = _due_in(workspace, this)
    if now < due:
        this = calendar.month_before(this)
        due = _due_in(workspace, this)
    return Occurrence(calendar.month_before(this), due)


def _next(workspace: Workspace, now: datetime) -> Occurrence:
    this = calendar.month_of(now, workspace.time_zone)
    if now >= _due_in(workspace, this):
        this = calendar.month_after(this)
    if workspace.digests_from is not None:
        this = max(this, calendar.month_after(workspace.digests_from))
    return Occurrence(calendar.month_before(this), _due_in(workspace, this))


def _due_in(workspace: Workspace, month: str) -> datetime:
    first = date.fromisoformat(f"{month}-01")
    day = calendar.first_working_day(first.year, first.month, workspace.nation)
    return calendar.occurrence(day, AT, workspace.time_zone)


def _owe(session: Session, workspace: Workspace, now: datetime) -> int:
    failures.ask_to_hand_on(session, workspace, now)
    due_promises.enqueue_due(session, workspace, now)
    ahead = _next(workspace, now)
    level_notices.enqueue(session, workspace, ahead.month, due=ahead.due, now=now)
    occurrence = latest(workspace, now)
    if occurrence.month < _first_month(session, workspace):
        return 0
    _publish_missed(session, workspace, occurrence, now)
    _publish(session, workspace, occurrence.month, now)
    listed = reader_lists.month_readers(session, workspace, occurrence.month, now)
    has_digest = set(session.scalars(select(Digest.team_id).where(Digest.month == occurrence.month)))
    team_readers = [
        (team, reader)
        for team, reader in _readers(session, workspace, now)
        if (team.id, reader.id) in listed
        # What was told is not told once more when a deputy takes over in the middle of a month.
        and (reader.id == team.leader_id or team.id not in has_digest)
    ]
    new_digests = _new_digests(session, occurrence.month, team_readers, now)
    if new_digests:
        comments.collect_month(session, workspace.id, occurrence.month)
    team_months = (
        queries.months(session, workspace, occurrence.month, [team for _, team, _ in new_digests])
        if new_digests
        else {}
    )
    for digest_id, team, leader in new_digests:
        queue.enqueue_many(session, workspace, _owed(workspace, digest_id, leader, team_months[team.id], now))
    failures.report_missing_readers(session, workspace, occurrence.month, now)
    failures.report_failures(session, workspace, now)
    return len(new_digests)


def _publish(
    session: Session, workspace: Workspace, month: str, now: datetime, *, with_reach: bool = True
) -> None:
    """Fix a month's figures and who may read them, for all teams at once; what is out stays as it is."""
    if not queries.is_published(session, workspace, month):
        teams = _teams_in(session, workspace, month)
        comments.collect_month(session, workspace.id, month)
        queries.publish(session, workspace, month, teams, now=now, with_reach=with_reach)
        reader_lists.record_month(session, workspace, month, [team.id for team in teams], now)


def _publish_missed(session: Session, workspace: Workspace, occurrence: Occurrence, now: datetime) -> None:
    """Fix one month that never came out because the app was not running; the next is fixed a minute later.

    How far thanks reached is left out: who was in which team at that time is not known any more.
    """
    month = _first_month(session, workspace)
    published = queries.published_months(session, workspace)
    while month < occurrence.month:
        if month not in published:
            _publish(session, workspace, month, now, with_reach=False)
            return
        month = calendar.month_after(month)


def _teams_in(session: Session, workspace: Workspace, month: str) -> list[Team]:
    """The teams that there were in a month, as far as is known now."""
    start, _ = calendar.month_bounds(month, workspace.time_zone)
    is_open = or_(Team.closed_at.is_(None), Team.closed_at > start)
    statement = select(Team).where(Team.workspace_id == workspace.id, is_open).order_by(Team.id)
    return list(session.scalars(statement))


def _first_month(session: Session, workspace: Workspace) -> str:
    """Return the first month with a digest: as set, else the first in which anything happened."""
    if workspace.digests_from is not None:
        return workspace.digests_from
    began = [
        session.scalar(
            select(func.min(Recognition.given_at)).where(Recognition.workspace_id == workspace.id)
        ),
        session.scalar(select(func.min(Poll.opens_at)).where(Poll.workspace_id == workspace.id)),
    ]
    known = [moment for moment in began if moment is not None]
    return calendar.month_of(min(known), workspace.time_zone) if known else "9999-12"


def _readers(session: Session, workspace: Workspace, now: datetime) -> list[tuple[Team, Member]]:
    """Return each team with its acting leader: the deputy while the leader is away."""
    team_readers = permissions.readers(session, workspace.id, now)
    return [(team, reader) for team, reader in team_readers if reader is not None]


def _new_digests(
    session: Session, month: str, team_readers: Sequence[tuple[Team, Member]], now: datetime
) -> list[tuple[str, Team, Member]]:
    """Store the digests that do not exist yet; another process may do the same concurrently."""
    new_digests = []
    for team, leader in team_readers:
        row = {"id": new_id(), "team_id": team.id, "month": month, "recipient_id": leader.id, "made_at": now}
        insert = queue.insert_for(session)(Digest).on_conflict_do_nothing().values(row).returning(Digest.id)
        digest_id = session.scalar(insert)
        if digest_id is not None:
            new_digests.append((digest_id, team, leader))
    return new_digests


def _owed(
    workspace: Workspace, digest_id: str, leader: Member, team_month: TeamMonth, now: datetime
) -> list[NewDelivery]:
    """Return the deliveries of the charts, the message that shows them, and the files in its thread."""
    due = calendar.next_allowed(
        now,
        zone=members.time_zone_of(workspace, leader),
        quiet_from=leader.quiet_from,
        quiet_until=leader.quiet_until,
        days_off=calendar.days_in(leader.days_off),
    )

    group, about = sharing.group_of(digest_id), DigestRef(digest_id)

    def delivery(kind: Kind[R], about: R, step: int) -> NewDelivery:
        return kind.new(about, leader.slack_user_id, due, key=f"{kind}:{about}", group=group, step=step)

    chart = side_by_side.chart(members.language_of(workspace, leader), team_month)
    pictures = [delivery(PICTURE, ChartRef(digest_id, chart.name), 0)] if chart else []
    files = [delivery(kind, about, 2) for kind in (PAGE, SHEET)]
    wrote = [delivery(COMMENTS, about, 2)] if team_month.comments else []
    return [*pictures, delivery(MESSAGE, about, 1), *files, *wrote]
