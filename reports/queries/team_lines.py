"""The lines that a level above reads about its teams: as many queries for forty teams as for one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.figures.stored import Figures
from reports.figures.team_line import Act, TeamLine
from reports.figures.team_month import CheckInStatus
from reports.queries import published
from slackapp.core import calendar
from slackapp.core.calendar import first_day
from slackapp.digest.leader_words import LINE
from slackapp.digest.promises import GOING_ON
from slackapp.models import (
    Delivery,
    DeliveryState,
    Digest,
    LeaderWords,
    Member,
    Promise,
    PromiseState,
    SharedDigest,
    Team,
    Workspace,
)
from slackapp.outbox.references import TeamMonthRef
from slackapp.workspace import permissions

WORKING_DAYS = 21
"""So long a leader has for an answer before anybody else hears that there is none."""
_SEEN_BEFORE = timedelta(days=6)
"""A week, less the hours until the leader's own time."""


@dataclass(frozen=True, slots=True)
class LevelMonth:
    """The digest of a level above: its month, when it comes out, and when the one before did."""

    month: str
    due: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class _Rows:
    leaders: Mapping[str, Member | None]
    promises: Mapping[str, Sequence[Promise]]
    shared: frozenset[tuple[str, str]]
    """Teams and months whose promises the team was told."""
    digests: Mapping[str, Sequence[Digest]]
    figures: Mapping[str, Figures]
    words: Mapping[str, str]
    seen: frozenset[tuple[str, str]]
    """Teams and readers who saw their line in time."""
    zone: ZoneInfo
    nation: str


def below(session: Session, level: Team, now: datetime) -> list[Team]:
    """The teams below a level that go on, in the order of the alphabet, without those its leader leads."""
    tree = permissions.teams(session, level.workspace_id)
    leader = permissions.acting_leader(session, level, now)
    teams = [
        team
        for team in tree.values()
        if team.id != level.id and team.closed_at is None and level.id in permissions.ancestors(tree, team.id)
    ]
    others = [team for team in teams if leader is None or team.leader_id != leader.id]
    return sorted(others, key=lambda team: (team.name.casefold(), team.id))


def lines(
    session: Session,
    workspace: Workspace,
    teams: Sequence[Team],
    level: LevelMonth,
    *,
    now: datetime,
    as_seen: bool = True,
) -> list[TeamLine]:
    """One line a team, in their order. With `as_seen` none says more than its leader saw a week before."""
    rows = _read(session, workspace, teams, level, now)
    return [_line(rows, team, level, now, as_seen=as_seen) for team in teams]


def _read(
    session: Session, workspace: Workspace, teams: Sequence[Team], level: LevelMonth, now: datetime
) -> _Rows:
    ids = [team.id for team in teams]
    promises: dict[str, list[Promise]] = defaultdict(list)
    for promise in session.scalars(select(Promise).where(Promise.team_id.in_(ids)).order_by(Promise.due)):
        promises[promise.team_id].append(promise)
    digests: dict[str, list[Digest]] = defaultdict(list)
    until = select(Digest).where(Digest.team_id.in_(ids), Digest.month <= level.month)
    for digest in session.scalars(until.order_by(Digest.month)):
        digests[digest.team_id].append(digest)
    columns = (SharedDigest.team_id, SharedDigest.month)
    shared = select(*columns).where(SharedDigest.team_id.in_(ids), SharedDigest.with_promises)
    words = select(LeaderWords).where(LeaderWords.team_id.in_(ids), LeaderWords.month == level.month)
    return _Rows(
        leaders=_leaders(session, teams, now),
        promises=promises,
        shared=frozenset((team, month) for team, month in session.execute(shared)),
        digests=digests,
        figures=published.read(session, level.month, ids),
        words={row.team_id: row.words for row in session.scalars(words)},
        seen=_seen(session, ids, level),
        zone=ZoneInfo(workspace.time_zone),
        nation=workspace.nation,
    )


def _leaders(session: Session, teams: Sequence[Team], now: datetime) -> dict[str, Member | None]:
    ids = {member for team in teams for member in (team.leader_id, team.deputy_id) if member}
    # Held until the end, so that none is asked for by itself.
    people = session.scalars(select(Member).where(Member.id.in_(ids))).all()
    return {team.id: permissions.acting_leader(session, team, now) if people else None for team in teams}


def _seen(session: Session, ids: Sequence[str], level: LevelMonth) -> frozenset[tuple[str, str]]:
    """Which leaders were shown the line about their team a week before the digest."""
    references = [str(TeamMonthRef(team, level.month)) for team in ids]
    sent = select(Delivery.reference, Delivery.target).where(
        Delivery.kind == LINE,
        Delivery.reference.in_(references),
        Delivery.state == DeliveryState.SENT,
        Delivery.last_try <= level.due - _SEEN_BEFORE,
    )
    return frozenset(
        (TeamMonthRef.parse(reference).team_id, target) for reference, target in session.execute(sent)
    )


def _line(rows: _Rows, team: Team, level: LevelMonth, now: datetime, *, as_seen: bool) -> TeamLine:
    leader = rows.leaders[team.id]
    line = TeamLine(
        team.id,
        team.name,
        Act.NOTHING if _had_earlier(rows, team, level) else Act.NO_DIGEST,
        leader=leader.slack_user_id if leader else "",
        own_words=rows.words.get(team.id, ""),
    )
    promises = rows.promises.get(team.id, ())
    public = [promise for promise in promises if (team.id, promise.month) in rows.shared]
    going_on = [promise for promise in public if promise.state in GOING_ON]
    if going_on:
        next_due = going_on[0]
        words = (
            next_due.reason
            if next_due.state == PromiseState.CHANGED and next_due.reason
            else next_due.we_will
        )
        line = replace(line, promise=words, due=next_due.due)
        if next_due.due < now.astimezone(rows.zone).date():
            return replace(line, act=Act.OVERDUE)
    elif (since := _unanswered_since(rows, team, leader, level, as_seen=as_seen)) is not None:
        return replace(line, act=Act.UNANSWERED, since=since)
    done = [promise for promise in public if _was_kept_since(promise, level.before)]
    if done:
        return replace(line, act=Act.KEPT, kept_promise=done[-1].we_will)
    if going_on:
        return replace(line, act=Act.PROMISED)
    joined = _joined(rows.figures.get(team.id))
    return replace(line, act=Act.JOINED, joined=joined) if joined else line


def _had_earlier(rows: _Rows, team: Team, level: LevelMonth) -> bool:
    return any(digest.month < level.month for digest in rows.digests.get(team.id, ()))


def _was_kept_since(promise: Promise, before: datetime) -> bool:
    is_done = promise.state == PromiseState.DONE
    return is_done and promise.settled_at is not None and promise.settled_at >= before


def _unanswered_since(
    rows: _Rows, team: Team, leader: Member | None, level: LevelMonth, *, as_seen: bool
) -> date | None:
    """The month of the first digest to which its present leader owes an answer for 21 working days or more.

    None where she has answered, has an open promise that her team was not told, or has not seen this line
    a week before.
    """
    promises = rows.promises.get(team.id, ())
    if leader is None or any(promise.state in GOING_ON for promise in promises):
        return None
    if as_seen and (team.id, leader.slack_user_id) not in rows.seen:
        return None
    answers = [moment for each in promises for moment in (each.made_at, each.settled_at) if moment]
    last_answer = max(answers, default=None)
    for digest in rows.digests.get(team.id, ()):
        is_answered = last_answer is not None and digest.made_at <= last_answer
        if digest.recipient_id != leader.id or is_answered:
            continue
        received, due = (moment.astimezone(rows.zone).date() for moment in (digest.made_at, level.due))
        is_long_ago = calendar.working_days(received, due, rows.nation) >= WORKING_DAYS
        return first_day(digest.month) if is_long_ago else None
    return None


def _joined(figures: Figures | None) -> str:
    """The level with which a team's answers are counted, where too few answered to show them."""
    if figures is None or figures.pulse.held is not CheckInStatus.TOO_FEW:
        return ""
    names = {missing.joined for missing in figures.pulse.missing}
    return (names.pop() or "") if len(names) == 1 else ""
