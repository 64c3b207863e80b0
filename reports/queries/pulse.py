"""Read six months of published check-in figures, and which team's figures include them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.figures import team_month
from reports.figures.findings import CHECK_INS, WITHIN_DAYS, Evidence, findings
from reports.figures.significance import compared_month
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Missing, OtherQuestion, Pulse
from reports.queries.scope import Scope, descendants
from slackapp.core import calendar
from slackapp.core.behaviours import Behaviour
from slackapp.models import Bundle, BundleScore, Poll, PollState, PollUnit, Team
from slackapp.pulse import disclosure, question_rotation, questions
from slackapp.pulse.disclosure import Cell, Change
from slackapp.pulse.questions import SETS, Item
from slackapp.workspace.permissions import ancestors

_ENDED = (PollState.CLOSED, PollState.LOST)
_QUARTER = 3
"""Months over which a question that rotates is looked at: it is asked too seldom for one."""


@dataclass(frozen=True, slots=True)
class _Polls:
    """The ended check-ins of six months, and the bundles of the requested teams."""

    polls: Mapping[str, Poll]
    cells: Mapping[tuple[str, str, str], Span]
    """By team, poll and item; the teams below are added in."""
    units: Mapping[tuple[str, str], PollUnit]
    bundled: frozenset[tuple[str, str]]
    """Polls and units that have a bundle of their own."""
    words: Mapping[str, Item]
    """The month's questions by key, an organisation's own among them."""
    four: str
    """The wording of the four items that is shown: the newest. Figures of two wordings never mix."""


def pulses(session: Session, scope: Scope, tree: Mapping[str, Team]) -> dict[str, Pulse]:
    """Return check-in figures by team. Reads published cells, never an answer."""
    months = _six_months(scope.month)
    start, end = scope.bounds(months[0])[0], scope.bounds(scope.month)[1]
    during = (
        Poll.workspace_id == scope.workspace.id,
        Poll.state.in_(_ENDED),
        Poll.closes_at >= start,
        Poll.closes_at < end,
    )
    polls = {poll.id: poll for poll in session.scalars(select(Poll).where(*during).order_by(Poll.closes_at))}
    this_month = [poll.id for poll in polls.values() if scope.month_of(poll.closes_at) == scope.month]
    units, bundled = _units(session, this_month, scope.wider)
    words = {item.key: item for item in question_rotation.items(session, _keys(polls, this_month))}
    newest = [*polls, *this_month][-1:]
    six_months = _Polls(
        polls=polls,
        cells=_cells(session, scope, during),
        units=units,
        bundled=bundled,
        words=words,
        four=questions.set_of(polls[newest[0]].items if newest else ()),
    )
    return {team: _pulse(scope, six_months, tree, team) for team in scope.teams}


def _keys(polls: Mapping[str, Poll], ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for poll_id in ids for key in polls[poll_id].items))


def _six_months(month: str) -> list[str]:
    months = [month]
    while len(months) < team_month.MONTHS_SHOWN:
        months.insert(0, calendar.month_before(months[0]))
    return months


def _cells(session: Session, scope: Scope, during: tuple[Any, ...]) -> dict[tuple[str, str, str], Span]:
    inside = descendants(scope.teams)
    score = BundleScore
    key = (inside.c.top, score.poll_id, score.item)
    rows = session.execute(
        select(*key, func.sum(score.n), func.sum(score.sum_lo), func.sum(score.sum_hi), func.count())
        .join(score, score.unit_id == inside.c.team)
        .join(Poll, Poll.id == score.poll_id)
        .where(*during)
        .group_by(*key)
    )
    # PostgreSQL adds integers up to its own decimal kind.
    return {
        (team, poll, item): Span(Cell(int(n), int(lo), int(hi)), parts)
        for team, poll, item, n, lo, hi, parts in rows
    }


def _units(
    session: Session, polls: Sequence[str], teams: Sequence[str]
) -> tuple[dict[tuple[str, str], PollUnit], frozenset[tuple[str, str]]]:
    rows = session.execute(
        select(PollUnit, Bundle.unit_id)
        .outerjoin(Bundle, (Bundle.poll_id == PollUnit.poll_id) & (Bundle.unit_id == PollUnit.unit_id))
        .where(PollUnit.poll_id.in_(polls), PollUnit.unit_id.in_(teams))
    ).all()
    units = {(unit.poll_id, unit.unit_id): unit for unit, _ in rows}
    return units, frozenset((unit.poll_id, unit.unit_id) for unit, has_bundle in rows if has_bundle)


def _pulse(scope: Scope, six_months: _Polls, tree: Mapping[str, Team], team: str) -> Pulse:
    by_month: dict[str, list[str]] = defaultdict(list)
    for poll in six_months.polls.values():
        by_month[scope.month_of(poll.closes_at)].append(poll.id)
    names = _six_months(scope.month)
    spans = {
        behaviour: [_added(six_months, team, item.key, by_month[name]) for name in names]
        for behaviour, item in zip(Behaviour, SETS[six_months.four], strict=True)
    }
    begins = _begins(six_months, [by_month[name] for name in names], spans)
    missing = _missing(scope, six_months, tree, team, by_month[scope.month])
    pulse = Pulse(
        held=_held(six_months, by_month[scope.month], any_shown=any(row[-1] for row in spans.values())),
        months=tuple(calendar.first_day(name) for name in names[begins:]),
        items={item: tuple(row[begins:]) for item, row in spans.items()},
        missing=tuple(missing),
        turnout=team_month.turnout_bands(
            [unit.turnout for (_, unit_id), unit in six_months.units.items() if unit_id == team]
        ),
        labels=team_month.SHORT_LABELS[six_months.four],
        source=SETS[six_months.four][0].source,
        also=tuple(_also(six_months, team, by_month[scope.month])),
    )
    if pulse.held is not CheckInStatus.SHOWN:
        return pulse
    return _with_findings(scope, six_months, team, pulse, [by_month[name] for name in names[-_QUARTER:]])


def _with_findings(
    scope: Scope, six_months: _Polls, team: str, pulse: Pulse, quarter: Sequence[Sequence[str]]
) -> Pulse:
    """What the lines may name: the four by the month or the last check-ins, the others by three months."""
    polls = _with_the_four(six_months, team, quarter[-1])
    is_short = len(polls) < CHECK_INS
    if is_short:
        end = scope.bounds(scope.month)[1]
        near = [
            poll.id for poll in six_months.polls.values() if poll.closes_at >= end - timedelta(WITHIN_DAYS)
        ]
        polls = _with_the_four(six_months, team, near)[-CHECK_INS:]
    keys = dict(zip(Behaviour, (item.key for item in SETS[six_months.four]), strict=True))
    four = {item: _added(six_months, team, key, polls) for item, key in keys.items()}
    evidence = [
        Evidence(item, span, _answered(six_months, team, keys[item], polls), _change(pulse, item))
        for item, span in four.items()
        if span is not None
    ]
    asked_since = [poll for polls in quarter for poll in polls]
    for question in pulse.also:
        span = _turned(six_months, question.key, _added(six_months, team, question.key, asked_since))
        if span is not None:
            evidence.append(
                Evidence(question.key, span, _answered(six_months, team, question.key, asked_since))
            )
    complete = replace(pulse, findings=findings(evidence))
    if is_short and len(polls) == CHECK_INS:
        complete = replace(complete, recent=four, recent_since=six_months.polls[polls[0]].opens_on)
    return complete


def _with_the_four(six_months: _Polls, team: str, polls: Sequence[str]) -> list[str]:
    """Return the check-ins in which any of the four items can be shown."""
    keys = [item.key for item in SETS[six_months.four]]
    return [poll for poll in polls if any((team, poll, key) in six_months.cells for key in keys)]


def _answered(six_months: _Polls, team: str, key: str, polls: Sequence[str]) -> int:
    """Count the check-ins in which a question can be shown."""
    return sum((team, poll, key) in six_months.cells for poll in polls)


def _added(six_months: _Polls, team: str, key: str, polls: Sequence[str]) -> Span | None:
    return _together(six_months.cells.get((team, poll, key)) for poll in polls)


def _turned(six_months: _Polls, key: str, span: Span | None) -> Span | None:
    """Return the range with higher as better; it is reversed where agreeing is bad news."""
    if span is None or not six_months.words[key].is_reversed:
        return span
    return Span(span.cell.turned, span.parts)


def _change(pulse: Pulse, item: Behaviour) -> Change | None:
    """Whether the month differs clearly from the last one before it that has figures."""
    place = compared_month(pulse)
    before, now = (pulse.items[item][place], pulse.items[item][-1]) if place is not None else (None, None)
    return before.differs(now) if before is not None and now is not None else None


def _begins(
    six_months: _Polls, months: Sequence[Sequence[str]], spans: Mapping[Behaviour, Sequence[Span | None]]
) -> int:
    """Return the index of the first month shown: from it on, the four items had the same wording."""
    others = [
        place
        for place, polls in enumerate(months)
        if polls and all(questions.set_of(six_months.polls[poll].items) != six_months.four for poll in polls)
    ]
    first = others[-1] + 1 if others else 0
    last = len(months) - 1
    return next((place for place in range(first, last) if any(row[place] for row in spans.values())), last)


def _also(six_months: _Polls, team: str, polls: Sequence[str]) -> Iterator[OtherQuestion]:
    four = {item.key for item in SETS[six_months.four]}
    for key in _keys(six_months.polls, polls):
        if key in four or key not in six_months.words:
            continue
        item = six_months.words[key]
        span = _turned(six_months, key, _added(six_months, team, key, polls))
        # The end of a sentence whose beginning is the stem would not stand alone.
        yield OtherQuestion(item.short if item.stem else item.wording, span, item.is_reversed, key)


def _together(spans: Iterable[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    cell = disclosure.merge_cells(span.cell for span in known)
    return Span(cell, sum(span.parts for span in known)) if cell else None


def _held(six_months: _Polls, polls: Sequence[str], *, any_shown: bool) -> CheckInStatus:
    if any_shown:
        return CheckInStatus.SHOWN
    if not polls:
        return CheckInStatus.NONE
    states = {six_months.polls[poll].state for poll in polls}
    return CheckInStatus.LOST if states == {PollState.LOST} else CheckInStatus.TOO_FEW


def _missing(
    scope: Scope, six_months: _Polls, tree: Mapping[str, Team], team: str, polls: Sequence[str]
) -> list[Missing]:
    """Return the month's check-ins without a bundle for this team or any below it."""
    with_figures = {poll for (top, poll, _) in six_months.cells if top == team}
    zone = ZoneInfo(scope.workspace.time_zone)
    gone = []
    for poll in polls:
        if poll in with_figures or (poll, team) in six_months.bundled:
            continue
        joined = next((up for up in ancestors(tree, team) if (poll, up) in six_months.bundled), None)
        gone.append(
            Missing(
                closed_on=six_months.polls[poll].closes_at.astimezone(zone).date(),
                joined=tree[joined].name if joined else None,
                lost=six_months.polls[poll].state == PollState.LOST,
            )
        )
    return gone
