"""Which questions a digest's lines name, by fixed rules on ranges that may be shown anyway.

A line rests on at least three check-ins, and on the middle of the printed range: with one check-in the
head count alone decides what is praised (docs/measurements.md).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from reports.figures.spans import Span
from slackapp.pulse.disclosure import STEP, Change

CHECK_INS = 3
"""A line rests on at least so many check-ins."""
WITHIN_DAYS = 60
"""The four reach back so far where the month alone has fewer."""
GOING_WELL, NEEDED = 6.5, 5.0
"""On the scale of 0 to 10: from where a line praises, and below which it names a need."""
AT_MOST = 2
FROM_ABOVE = frozenset({"time_pressures", "demands_on_time", "burnt_out", "make_improvements"})
"""What a ward's leader cannot change alone: a ward manager is not blamed for staffing."""
_TOP, _POINTS = 10.0, 2.5
"""The scale's end, and how many of its points one step of an answer is."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One question's range over some check-ins; higher is better. `change` is against the month before."""

    key: str
    span: Span
    check_ins: int
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A question that a line names, and whether it changed clearly.

    `is_low` when the whole printed range lies below the middle of the scale.
    """

    key: str
    change: Change | None = None
    is_low: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """What the lines name, in their order. `is_early` when no question has had three check-ins yet."""

    going_well: tuple[Finding, ...] = ()
    needs: tuple[Finding, ...] = ()
    from_above: tuple[Finding, ...] = ()
    is_early: bool = True


NOTHING = Findings()
"""Before there is enough to say anything."""


def middle(span: Span) -> float:
    """The middle of the range as it is printed; an open end counts as one step wide."""
    step = STEP * span.parts / span.cell.n * _POINTS
    low, high = span.low, span.high
    if low is None and high is None:
        return _TOP / 2
    if low is None and high is not None:
        return (max(0.0, one_place(high) - step) + one_place(high)) / 2
    if high is None and low is not None:
        return (one_place(low) + min(_TOP, one_place(low) + step)) / 2
    return (one_place(low or 0.0) + one_place(high or _TOP)) / 2


def one_place(value: float) -> float:
    """The value as it is printed, to one decimal."""
    # A half goes up: the third decimal is only there because of binary fractions.
    return math.floor(value * 10 + 0.5 + 1e-9) / 10


def findings(evidence: Iterable[Evidence]) -> Findings:
    """Sort what has enough evidence into the lines."""
    enough = [item for item in evidence if item.check_ins >= CHECK_INS]
    low = [item for item in enough if _is_need(item)]
    return Findings(
        going_well=_first([item for item in enough if _is_going_well(item)], best=True),
        needs=_first([item for item in low if item.key not in FROM_ABOVE], best=False),
        from_above=_first([item for item in low if item.key in FROM_ABOVE], best=False),
        is_early=not enough,
    )


def _is_going_well(evidence: Evidence) -> bool:
    height = middle(evidence.span)
    return height >= GOING_WELL or (evidence.change is Change.HIGHER and height >= NEEDED)


def _is_need(evidence: Evidence) -> bool:
    height = middle(evidence.span)
    return height < NEEDED or (evidence.change is Change.LOWER and height < GOING_WELL)


def _first(several: list[Evidence], *, best: bool) -> tuple[Finding, ...]:
    """The clearest: what changed comes first, then the highest or the lowest."""
    sign = -1 if best else 1
    ordered = sorted(several, key=lambda evidence: (evidence.change is None, sign * middle(evidence.span)))
    return tuple(
        Finding(evidence.key, evidence.change, is_low=_is_low(evidence.span))
        for evidence in ordered[:AT_MOST]
    )


def _is_low(span: Span) -> bool:
    return span.high is not None and one_place(span.high) < _TOP / 2
