"""Try to infer a colleague's answer from all published figures, and perhaps from one's own answer.

Exact, not sampled: r answers of 1 to 5 can have every sum from r to 5r, so whether an
answer is possible depends only on intervals.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import BundleScore, Team
from slackapp.pulse.disclosure import Cell
from slackapp.verify.figures import published
from slackapp.verify.findings import Checked

ANSWERS = range(6)
"""What somebody may have answered: 1 to 5, or 0 for "can't say"."""

_BEST = 5


def checked(session: Session) -> Checked:
    """Attack each figure alone, and each pair of consecutive check-ins of one group."""
    names = dict(session.execute(select(Team.id, Team.name)).all())
    findings = []
    series: dict[tuple[str, str], list[tuple[str, Cell]]] = defaultdict(list)
    for check_in in published(session):
        for score in check_in.scores:
            cell = Cell(score.n, score.sum_lo, score.sum_hi)
            name = names.get(score.unit_id, score.unit_id)
            if is_pinned(cell, check_in.bundles.get(score.unit_id, score.n)):
                findings.append(
                    f"In {check_in.name}, {name}: {_called(score)} pins down what somebody answered."
                )
            series[score.unit_id, score.item].append((check_in.name, cell))
    for (unit, _), cells in series.items():
        findings += [f"{names.get(unit, unit)}: {words}" for words in _leavers(cells)]
    return Checked(
        "Working backwards",
        "From all published figures together nobody's answer can be worked out, not even by a colleague who "
        "knows their own.",
        tuple(findings),
    )


def possible(cell: Cell, ballots: int, known: Iterable[int] = ()) -> set[int]:
    """Return the possible answers of one more person in a group of `ballots`, given the `known` ones."""
    answers = list(known)
    return {answer for answer in ANSWERS if _fits(cell, ballots, [*answers, answer])}


def is_pinned(cell: Cell, ballots: int) -> bool:
    """Return whether an outsider, or a member with their own answer, can infer another's answer."""
    insiders = possible(cell, ballots)
    return len(insiders) < 2 or any(len(possible(cell, ballots, [own])) < 2 for own in insiders)  # noqa: PLR2004 - one possible answer is a certain one


def left(before: Cell, after: Cell) -> set[int]:
    """Return the possible answers of a person who left, if all others answered the same again."""
    sums = range(max(after.lo, after.n), min(after.hi, _BEST * after.n) + 1)
    return {
        answer for answer in ANSWERS[1:] if any(before.lo <= total + answer <= before.hi for total in sums)
    }


def _fits(cell: Cell, ballots: int, answers: list[int]) -> bool:
    """Return whether answers of the others exist that give this figure."""
    scored = [answer for answer in answers if answer]
    others, missing = ballots - len(answers), cell.n - len(scored)
    if not 0 <= missing <= others:
        return False
    low, high = cell.lo - sum(scored), cell.hi - sum(scored)
    return max(low, missing) <= min(high, _BEST * missing)


def _leavers(cells: list[tuple[str, Cell]]) -> Iterator[str]:
    for (_, before), (name, after) in pairwise(cells):
        smaller, larger = sorted((before, after), key=lambda cell: cell.n)
        if larger.n == smaller.n + 1 and len(left(larger, smaller)) == 1:
            yield f"comparing {name} with the one before pins down what somebody who came or left answered."


def _called(score: BundleScore) -> str:
    return f"the figure for “{score.item}”"
