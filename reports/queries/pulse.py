"""The check-in as rows: six months of published cells, and where answers went."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reports.figures import team_month as figures
from reports.figures.findings import CHECK_INS, WITHIN_DAYS, Evidence, findings
from reports.figures.significance import compared_month
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Missing, OtherQuestion, Pulse
from reports.queries.scope import Scope, ancestors, descendants, first_day
from slackapp.core import calendar
from slackapp.core.behaviours import Behaviour
from slackapp.models import Bundle, BundleScore, Poll, PollState, PollUnit, Team
from slackapp.pulse import disclosure, questions
from slackapp.pulse import question_rotation as asking
from slackapp.pulse.disclosure import Cell, Change
from slackapp.pulse.questions import SETS, Item

_ENDED = (PollState.CLOSED, PollState.LOST)
_QUARTER = 3
"""Months over which a question that rotates is looked at: it is asked too seldom for one."""


@dataclass(frozen=True, slots=True)
class _Polls:
    """The ended check-ins of six months, and how they stand to the asked teams."""

    shown: Mapping[str, Poll]
    cells: Mapping[tuple[str, str, str], Span]
    """By team, poll and item; the teams below are added in."""
    units: Mapping[tuple[str, str], PollUnit]
    bundled: frozenset[tuple[str, str]]
    """Polls and units that have a bundle of their own."""
    words: Mapping[str, Item]
    """The month's questions by key, an organisation's own among them."""
    four: str
    """Which wording of the four is told: the newest. Figures of two wordings never mix."""


def pulses(session: Session, asked: Scope, tree: Mapping[str, Team]) -> dict[str, Pulse]:
    """By team. Reads what was published, never an answer."""
    shown = _six_months(asked.month)
    start, end = asked.bounds(shown[0])[0], asked.bounds(asked.month)[1]
    during = (
        Poll.workspace_id == asked.workspace.id,
        Poll.state.in_(_ENDED),
        Poll.closes_at >= start,
        Poll.closes_at < end,
    )
    polls = {poll.id: poll for poll in session.scalars(select(Poll).where(*during).order_by(Poll.closes_at))}
    this_month = [poll.id for poll in polls.values() if asked.month_of(poll.closes_at) == asked.month]
    units, bundled = _units(session, this_month, asked.wider)
    words = {item.key: item for item in asking.items(session, _keys(polls, this_month))}
    newest = [*polls, *this_month][-1:]
    found = _Polls(
        shown=polls,
        cells=_cells(session, asked, during),
        units=units,
        bundled=bundled,
        words=words,
        four=questions.set_of(polls[newest[0]].items if newest else ()),
    )
    return {team: _pulse(asked, found, tree, team) for team in asked.teams}


def _keys(polls: Mapping[str, Poll], ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for one in ids for key in polls[one].items))


def _six_months(month: str) -> list[str]:
    found = [month]
    while len(found) < figures.MONTHS_SHOWN:
        found.insert(0, calendar.month_before(found[0]))
    return found


def _cells(session: Session, asked: Scope, during: tuple[Any, ...]) -> dict[tuple[str, str, str], Span]:
    inside = descendants(asked.teams)
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


def _pulse(asked: Scope, found: _Polls, tree: Mapping[str, Team], team: str) -> Pulse:
    by_month: dict[str, list[str]] = defaultdict(list)
    for poll in found.shown.values():
        by_month[asked.month_of(poll.closes_at)].append(poll.id)
    names = _six_months(asked.month)
    spans = {
        behaviour: [_added(found, team, item.key, by_month[name]) for name in names]
        for behaviour, item in zip(Behaviour, SETS[found.four], strict=True)
    }
    begins = _begins(found, [by_month[name] for name in names], spans)
    missing = _missing(asked, found, tree, team, by_month[asked.month])
    pulse = Pulse(
        held=_held(found, by_month[asked.month], any_shown=any(row[-1] for row in spans.values())),
        months=tuple(first_day(name) for name in names[begins:]),
        items={item: tuple(row[begins:]) for item, row in spans.items()},
        missing=tuple(missing),
        turnout=figures.turnout_bands(
            [unit.turnout for (_, unit_id), unit in found.units.items() if unit_id == team]
        ),
        labels=figures.SHORT_LABELS[found.four],
        source=SETS[found.four][0].source,
        also=tuple(_also(found, team, by_month[asked.month])),
    )
    if pulse.held is not CheckInStatus.SHOWN:
        return pulse
    return _with_findings(asked, found, team, pulse, [by_month[name] for name in names[-_QUARTER:]])


def _with_findings(
    asked: Scope, found: _Polls, team: str, pulse: Pulse, quarter: Sequence[Sequence[str]]
) -> Pulse:
    """What the lines may name: the four by the month or the last check-ins, the others by three months."""
    polls = _with_the_four(found, team, quarter[-1])
    is_short = len(polls) < CHECK_INS
    if is_short:
        end = asked.bounds(asked.month)[1]
        near = [poll.id for poll in found.shown.values() if poll.closes_at >= end - timedelta(WITHIN_DAYS)]
        polls = _with_the_four(found, team, near)[-CHECK_INS:]
    keys = dict(zip(Behaviour, (item.key for item in SETS[found.four]), strict=True))
    four = {item: _added(found, team, key, polls) for item, key in keys.items()}
    evidence = [
        Evidence(item, span, _answered(found, team, keys[item], polls), _change(pulse, item))
        for item, span in four.items()
        if span is not None
    ]
    asked_since = [poll for polls in quarter for poll in polls]
    for question in pulse.also:
        span = _turned(found, question.key, _added(found, team, question.key, asked_since))
        if span is not None:
            evidence.append(Evidence(question.key, span, _answered(found, team, question.key, asked_since)))
    made = replace(pulse, findings=findings(evidence))
    if is_short and len(polls) == CHECK_INS:
        made = replace(made, recent=four, recent_since=found.shown[polls[0]].opens_on)
    return made


def _with_the_four(found: _Polls, team: str, polls: Sequence[str]) -> list[str]:
    """Those check-ins in which any of the four can be shown."""
    keys = [item.key for item in SETS[found.four]]
    return [poll for poll in polls if any((team, poll, key) in found.cells for key in keys)]


def _answered(found: _Polls, team: str, key: str, polls: Sequence[str]) -> int:
    """In how many of these check-ins a question can be shown."""
    return sum((team, poll, key) in found.cells for poll in polls)


def _added(found: _Polls, team: str, key: str, polls: Sequence[str]) -> Span | None:
    return _together(found.cells.get((team, poll, key)) for poll in polls)


def _turned(found: _Polls, key: str, span: Span | None) -> Span | None:
    """A range so that higher is better, also where agreeing is bad news."""
    if span is None or not found.words[key].is_reversed:
        return span
    return Span(span.cell.turned, span.parts)


def _change(pulse: Pulse, item: Behaviour) -> Change | None:
    """Whether the month differs clearly from the last one before it that has figures."""
    place = compared_month(pulse)
    before, now = (pulse.items[item][place], pulse.items[item][-1]) if place is not None else (None, None)
    return before.differs(now) if before is not None and now is not None else None


def _begins(
    found: _Polls, months: Sequence[Sequence[str]], spans: Mapping[Behaviour, Sequence[Span | None]]
) -> int:
    """The place of the first month that is told: none that asked the four in other words comes after it."""
    others = [
        place
        for place, polls in enumerate(months)
        if polls and all(questions.set_of(found.shown[poll].items) != found.four for poll in polls)
    ]
    first = others[-1] + 1 if others else 0
    last = len(months) - 1
    return next((place for place in range(first, last) if any(row[place] for row in spans.values())), last)


def _also(found: _Polls, team: str, polls: Sequence[str]) -> Iterator[OtherQuestion]:
    four = {item.key for item in SETS[found.four]}
    for key in _keys(found.shown, polls):
        if key in four or key not in found.words:
            continue
        item = found.words[key]
        span = _turned(found, key, _added(found, team, key, polls))
        # The end of a sentence whose beginning is the stem would not stand alone.
        yield OtherQuestion(item.short if item.stem else item.wording, span, item.is_reversed, key)


def _together(spans: Iterable[Span | None]) -> Span | None:
    kept = [span for span in spans if span is not None]
    cell = disclosure.merge_cells(span.cell for span in kept)
    return Span(cell, sum(span.parts for span in kept)) if cell else None


def _held(found: _Polls, polls: Sequence[str], *, any_shown: bool) -> CheckInStatus:
    if any_shown:
        return CheckInStatus.SHOWN
    if not polls:
        return CheckInStatus.NONE
    states = {found.shown[poll].state for poll in polls}
    return CheckInStatus.LOST if states == {PollState.LOST} else CheckInStatus.TOO_FEW


def _missing(
    asked: Scope, found: _Polls, tree: Mapping[str, Team], team: str, polls: Sequence[str]
) -> list[Missing]:
    """The month's check-ins without a bundle for this team or any below it."""
    there = {poll for (top, poll, _) in found.cells if top == team}
    zone = ZoneInfo(asked.workspace.time_zone)
    gone = []
    for poll in polls:
        if poll in there or (poll, team) in found.bundled:
            continue
        joined = next((up for up in ancestors(tree, team) if (poll, up) in found.bundled), None)
        gone.append(
            Missing(
                closed_on=found.shown[poll].closes_at.astimezone(zone).date(),
                joined=tree[joined].name if joined else None,
                lost=found.shown[poll].state == PollState.LOST,
            )
        )
    return gone
