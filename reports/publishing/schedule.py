"""Which month is told, to whom, and when: on the first working day at nine, once for each leader and team."""

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
from reports.publishing import failures as noticing
from reports.publishing.page import charts, page
from slackapp.core import calendar
from slackapp.core.batches import run_all_then_raise
from slackapp.core.db import Sessions, new_id
from slackapp.core.i18n import voice
from slackapp.digest import readers as rights
from slackapp.models import Delivery, DeliveryState, Digest, Member, Poll, Recognition, Team, Workspace
from slackapp.outbox import queue as outbox
from slackapp.outbox.queue import Method, NewDelivery, Priority
from slackapp.pulse import comments
from slackapp.workspace import members
from slackapp.workspace.permissions import readers as everybody

AT = time(9, 0)
PICTURE, MESSAGE, PAGE = "digest-picture", "digest", "digest-page"
SHEET, COMMENTS = "digest-sheet", "digest-comments"
COMMENTS_AGAIN = "digest-comments-again"
THREADED = "digest-picture-thread"
KINDS = (PICTURE, MESSAGE, PAGE, SHEET, COMMENTS, THREADED)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One month's digest: the month it tells of ("2025-11") and when it is due."""

    month: str
    due: datetime


def enqueue_due(sessions: Sessions, now: datetime) -> int:
    """Owe the digests that are due; gives how many there were. Asking again changes nothing.

    After a standstill only the latest month is made up for.
    """
    with sessions.read() as session:
        installed = session.scalars(select(Workspace.id).where(Workspace.uninstalled_at.is_(None))).all()
    made: list[int] = []

    def owe(workspace_id: str) -> None:
        # One transaction for each workspace, so that none waits for all the others.
        with sessions.begin() as session:
            made.append(_owe(session, session.get_one(Workspace, workspace_id), now))

    run_all_then_raise(partial(owe, workspace_id) for workspace_id in installed)
    return sum(made)


def report_failures(sessions: Sessions, now: datetime) -> None:
    """Tell at once of what can never arrive; `owe_due` makes up for what a standstill left untold."""
    with sessions.read() as session:
        found = noticing.workspaces_with_failures(session, now)

    def tell(workspace_id: str) -> None:
        with sessions.begin() as session:
            noticing.report_failures(session, session.get_one(Workspace, workspace_id), now)

    run_all_then_raise(partial(tell, workspace_id) for workspace_id in found)


def next_moment(session: Session, now: datetime) -> tuple[datetime, str] | None:
    """When the next digest is due and what it is called; None when nobody is to get one."""
    upcoming = [
        (_next(workspace, now), workspace)
        for workspace in session.scalars(select(Workspace).where(Workspace.uninstalled_at.is_(None)))
        if _readers(session, workspace, now)
    ]
    if not upcoming:
        return None
    found, workspace = min(upcoming, key=lambda pair: pair[0].due)
    say = voice(workspace.language)
    return found.due, say("digest for {month}", month=say.month(date.fromisoformat(f"{found.month}-01")))


def preview(
    session: Session, team: Team, month: str, now: datetime, *, drawing: ChartRenderer | None = None
) -> str:
    """One team's digest for a month as its web page, whether or not it is due."""
    workspace = session.get_one(Workspace, team.workspace_id)
    this = calendar.month_of(now, workspace.time_zone)
    if month > this:
        raise ValueError("that month has not begun")
    told = queries.months(session, workspace, month, [team])[team.id]
    if month == this:
        # Nobody reads comments before the month's end.
        told = replace(told, comments=())
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    say = members.language_of(workspace, leader)
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    if drawing is not None:
        return page(say, told, drawings(drawing, charts(say, told)), today)
    with ChartRenderer(find_browser(os.environ)) as own:
        return page(say, told, drawings(own, charts(say, told)), today)


def drawings(drawing: ChartRenderer, charts: Iterable[ChartContent]) -> dict[str, str]:
    """The charts as SVG for a page; one that cannot be drawn is left out."""
    drawn = {chart.name: drawing.svg(chart.picture) for chart in charts}
    return {name: svg for name, svg in drawn.items() if svg is not None}


def send(session: Session, reader: Member, *, team: Team, month: str, now: datetime) -> bool:
    """Owe one digest to one reader, at once; False when they were sent it before."""
    workspace = session.get_one(Workspace, team.workspace_id)
    made = _new_digests(session, month, [(team, reader)], now)
    queries.publish(session, workspace, month, [team], now=now)
    told = queries.months(session, workspace, month, [team])[team.id]
    for digest_id, _, _ in made:
        outbox.enqueue_many(session, workspace, _owed(workspace, digest_id, reader, told, now))
    return bool(made)


def enqueue_comments_update(session: Session, changed: Digest, now: datetime) -> None:
    """Owe the change of each message in which this team's comments of this month stand."""
    team = session.get_one(Team, changed.team_id)
    same = select(Digest.id).where(Digest.team_id == team.id, Digest.month == changed.month)
    sent = select(Delivery).where(Delivery.kind == COMMENTS, Delivery.reference.in_(same))
    owed = [
        NewDelivery(
            key=f"{COMMENTS_AGAIN}:{new_id()}",
            kind=COMMENTS_AGAIN,
            reference=one.reference,
            target=one.target,
            due=now,
            method=Method.UPDATE,
        )
        for one in session.scalars(sent)
    ]
    outbox.enqueue_many(session, session.get_one(Workspace, team.workspace_id), owed)


def enqueue_thread_charts(
    session: Session, message: Delivery, pictures: Sequence[str], now: datetime
) -> None:
    """Owe pictures, by their references, as files in the thread of a message that went without them."""
    owed = [(f"{THREADED}:{reference}:{message.target}", reference) for reference in pictures]
    _owe_with(session, message, owed, (THREADED, Method.SHARE), now)


def count_pending(sessions: Sessions, now: datetime) -> tuple[int, int]:
    """How many messages, pictures and files of digests are on their way, and how many wait for their time.

    What is due within a minute is on its way.
    """
    soon = or_(Delivery.state == DeliveryState.SENDING, Delivery.due <= now + timedelta(minutes=1))
    pending = Delivery.state.in_([DeliveryState.READY, DeliveryState.SENDING])
    with sessions.read() as session:
        found = select(soon, func.count()).where(Delivery.kind.in_(KINDS), pending).group_by(soon)
        counted = {bool(is_soon): count for is_soon, count in session.execute(found)}
    return counted.get(True, 0), counted.get(False, 0)


def published(workspace: Workspace, month: str) -> datetime:
    """When the digest of a month comes out."""
    return _due_in(workspace, calendar.month_after(month))


def picture_reference(digest_id: str, name: str, language: str = "") -> str:
    """What a picture's delivery refers to; `language` where it is not the reader's own."""
    return f"{digest_id}:{name}:{language}" if language else f"{digest_id}:{name}"


def enqueue_charts(session: Session, message: Delivery, references: Sequence[str], now: datetime) -> None:
    """Owe a message the pictures it shows, each once whoever asks for it again."""
    owed = [(f"{PICTURE}:{reference}", reference) for reference in references]
    _owe_with(session, message, owed, (PICTURE, Method.UPLOAD), now)


def _owe_with(
    session: Session,
    message: Delivery,
    owed: Iterable[tuple[str, str]],
    how: tuple[str, Method],
    now: datetime,
) -> None:
    """Owe what goes with a message, to the same target: keys and references, then their kind and method."""
    kind, method = how
    rows = [
        NewDelivery(key, kind, reference, message.target, now, priority=Priority.DIGEST, method=method)
        for key, reference in owed
    ]
    outbox.enqueue_many(session, session.get_one(Workspace, message.workspace_id), rows)


def latest(workspace: Workspace, now: datetime) -> Occurrence:
    """The last digest that has become due by now."""
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
    noticing.ask_to_hand_on(session, workspace, now)
    found = latest(workspace, now)
    if found.month < _first_month(session, workspace):
        return 0
    held = rights.withheld_teams(session, workspace, found.due)
    read = set(
        session.execute(select(Digest.team_id, Digest.recipient_id).where(Digest.month == found.month))
    )
    theirs = [
        (team, reader)
        for team, reader in _readers(session, workspace, now)
        # What the leader has had is not told once more when a deputy takes over in the middle of a month.
        if team.id not in held and (reader.id == team.leader_id or (team.id, team.leader_id) not in read)
    ]
    made = _new_digests(session, found.month, theirs, now)
    if made:
        comments.collect_month(session, workspace.id, found.month)
        queries.publish(session, workspace, found.month, [team for _, team, _ in made], now=now)
    told = queries.months(session, workspace, found.month, [team for _, team, _ in made]) if made else {}
    for digest_id, team, leader in made:
        outbox.enqueue_many(session, workspace, _owed(workspace, digest_id, leader, told[team.id], now))
    noticing.report_missing_readers(session, workspace, found.month, now)
    noticing.report_failures(session, workspace, now)
    return len(made)


def _first_month(session: Session, workspace: Workspace) -> str:
    """The first month that is told: as settled, else the one in which anything happened."""
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
    """Each team with who reads for it now: its leader, or the deputy while the leader is not there."""
    found = everybody(session, workspace.id, now)
    return [(team, reader) for team, reader in found if reader is not None]


def _new_digests(
    session: Session, month: str, readers: Sequence[tuple[Team, Member]], now: datetime
) -> list[tuple[str, Team, Member]]:
    """Write down those not yet made; another process may be doing the same."""
    made = []
    for team, leader in readers:
        row = {"id": new_id(), "team_id": team.id, "month": month, "recipient_id": leader.id, "made_at": now}
        insert = outbox.insert_for(session)(Digest).on_conflict_do_nothing().values(row).returning(Digest.id)
        digest_id = session.scalar(insert)
        if digest_id is not None:
            made.append((digest_id, team, leader))
    return made


def _owed(
    workspace: Workspace, digest_id: str, leader: Member, told: TeamMonth, now: datetime
) -> list[NewDelivery]:
    """The pictures, the message that shows them, and the page in its thread."""
    due = calendar.next_allowed(
        now,
        zone=members.time_zone_of(workspace, leader),
        quiet_from=leader.quiet_from,
        quiet_until=leader.quiet_until,
        days_off=calendar.days_in(leader.days_off),
    )

    def one(kind: str, reference: str, method: Method) -> NewDelivery:
        key = f"{kind}:{reference}"
        target = leader.slack_user_id
        return NewDelivery(key, kind, reference, target, due, priority=Priority.DIGEST, method=method)

    chart = side_by_side.chart(members.language_of(workspace, leader), told)
    pictures = [one(PICTURE, picture_reference(digest_id, chart.name), Method.UPLOAD)] if chart else []
    files = [one(kind, digest_id, Method.SHARE) for kind in (PAGE, SHEET)]
    wrote = [one(COMMENTS, digest_id, Method.POST)] if told.comments else []
    return [*pictures, one(MESSAGE, digest_id, Method.POST), *files, *wrote]
