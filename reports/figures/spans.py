"""A question's published range, alone or several added up."""

from dataclasses import dataclass

from slackapp.pulse.disclosure import STEP, Cell, Change, change, scale_to_ten


@dataclass(frozen=True, slots=True)
class Span:
    """One item of one month: published cells added up. `parts` is how many were added."""

    cell: Cell
    parts: int

    @property
    def low(self) -> float | None:
        """The lower end on the scale of 0 to 10, None when it is open."""
        return None if self.cell.is_open_low else scale_to_ten(self.cell.n, self.cell.lo, self.cell.hi)[0]

    @property
    def high(self) -> float | None:
        """The upper end on the scale of 0 to 10, None when it is open."""
        return None if self.cell.is_open_high else scale_to_ten(self.cell.n, self.cell.lo, self.cell.hi)[1]

    def differs(self, other: "Span") -> Change | None:
        """Whether `other` is higher or lower by more than chance and by a whole step at least."""
        before, after = self.cell, other.cell
        upwards = after.lo / after.n - before.hi / before.n
        downwards = before.lo / before.n - after.hi / after.n
        step = STEP * max(self.parts / before.n, other.parts / after.n)
        return change(before, after) if max(upwards, downwards) >= step else None
