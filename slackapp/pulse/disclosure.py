"""Which figures may be shown. Pure: numbers in, numbers out.

Everything that anyone sees of a poll is calculated from the cells made here. The
rules as told to staff stand in `handlers.pulse.anonymity_view`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

STEP = 5
LOWEST_K = 5
LOWEST_C = 1
SMALLEST_FOR_TURNOUT = 8
FEWEST_FOR_COMMENTS = 8
_BEST = 5
_MIDDLE = 6
_CHANGE = 1.96 * 1.1

Unit = TypeVar("Unit", bound=str)
Paper = TypeVar("Paper")


class Turnout(StrEnum):
    """How much of a team answered, as coarse as it is ever told."""

    UNDER_HALF = "under_half"
    HALF_TO_THREE_QUARTERS = "half_to_three_quarters"
    MORE = "more"


class Change(StrEnum):
    """A difference between two months that is more than chance."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Cell:
    """The sum of `n` answers of 1 to 5 lies in lo..hi. The exact sum is not known any more."""

    n: int
    lo: int
    hi: int

    @property
    def is_open_low(self) -> bool:
        """Whether this is to be read as "hi or lower"."""
        return self.lo == self.n

    @property
    def is_open_high(self) -> bool:
        """Whether this is to be read as "lo or higher"."""
        return self.hi == _BEST * self.n

    @property
    def turned(self) -> "Cell":
        """The same result of a reversed item, for drawing only; it is never stored this way."""
        return Cell(self.n, _MIDDLE * self.n - self.hi, _MIDDLE * self.n - self.lo)


def bundles(
    parents: Mapping[Unit, Unit | None], papers: Mapping[Unit, Sequence[Paper]], k: int
) -> dict[Unit, list[Paper]]:
    """Put each paper into exactly one bundle of at least `k`, in its unit or the next above that has enough.

    `parents` names each unit's parent, None at the top. What is left at the top is
    dropped. Looks at how many papers there are, never into them.
    """
    waiting = {unit: list(papers.get(unit, ())) for unit in parents}
    bundled: dict[Unit, list[Paper]] = {}
    for unit in _deepest_first(parents):
        pool, parent = waiting[unit], parents[unit]
        if len(pool) >= k:
            bundled[unit] = pool
        elif parent is not None:
            waiting[parent].extend(pool)
    return bundled


def publish(n: int, total: int, c: int = LOWEST_C) -> Cell | None:
    """The cell in which the sum of `n` answers is shown; None when there is nothing to show.

    Cells are five wide; `c` says how much of the scale's ends is merged into
    "or lower" and "or higher".
    """
    margin = 4 * c + 2
    low = math.ceil((n + margin - STEP // 2) / STEP)
    high = (_BEST * n - margin + STEP // 2) // STEP
    if high <= low:
        return None
    cell = (total + STEP // 2) // STEP
    if cell <= low:
        return Cell(n, n, STEP * low + STEP // 2)
    if cell >= high:
        return Cell(n, STEP * high - STEP // 2, _BEST * n)
    return Cell(n, STEP * cell - STEP // 2, STEP * cell + STEP // 2)


def publish_item(scores: Iterable[int], *, k: int, c: int) -> Cell | None:
    """One item of one bundle: `scores` are the answers that count; None is "not enough answers"."""
    counted = list(scores)
    return publish(len(counted), sum(counted), c) if len(counted) >= k else None


def turnout(invited: int, answered: int) -> Turnout | None:
    """The band for a team, or None when it is too small to tell."""
    if invited < SMALLEST_FOR_TURNOUT:
        return None
    if 2 * answered < invited:
        return Turnout.UNDER_HALF
    return Turnout.HALF_TO_THREE_QUARTERS if 4 * answered <= 3 * invited else Turnout.MORE


def scale_to_ten(n: int, lo: int, hi: int) -> tuple[float, float]:
    """Both ends of a cell on the scale of 0 to 10 that people read."""
    return (lo / n - 1) * 2.5, (hi / n - 1) * 2.5


def merge_cells(cells: Iterable[Cell]) -> Cell | None:
    """One unit's closed bundles of a month as one range; None when there are none."""
    listed = list(cells)
    if not listed:
        return None
    return Cell(
        sum(cell.n for cell in listed), sum(cell.lo for cell in listed), sum(cell.hi for cell in listed)
    )


def change(before: Cell, after: Cell) -> Change | None:
    """Whether two months differ by more than chance: the gap between the ranges decides."""
    needed = _CHANGE * math.sqrt(1 / before.n + 1 / after.n)
    if after.lo / after.n - before.hi / before.n > needed:
        return Change.HIGHER
    if before.lo / before.n - after.hi / after.n > needed:
        return Change.LOWER
    return None


def _deepest_first(parents: Mapping[Unit, Unit | None]) -> list[Unit]:
    # The name decides between units of one depth, so that the order never depends on the answers.
    return sorted(parents, key=lambda unit: (-_depth(parents, unit), unit))


def _depth(parents: Mapping[Unit, Unit | None], unit: Unit) -> int:
    depth, above = 0, parents[unit]
    while above is not None:
        depth, above = depth + 1, parents[above]
        if depth > len(parents):
            raise ValueError("a unit stands above itself")
    return depth
