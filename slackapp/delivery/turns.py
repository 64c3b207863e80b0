"""Share the slots between workspaces, so that a large fan-out in one does not stop the others.

Rules without a database. Workspaces are served in the order in which their limits are locked, so a share
is kept for those that come later; what an earlier one does not use goes to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Slots:
    """How many calls may start: `free` in total, of which at most `bulk` for messages nobody waits for."""

    free: int
    bulk: int

    def fit(self, *, urgent: bool) -> bool:
        """Return whether one more call may start."""
        return self.free > 0 and (urgent or self.bulk > 0)

    def fill(self, *, urgent: bool) -> None:
        """Count a call that starts."""
        self.free -= 1
        self.bulk -= not urgent


class Turns:
    """Whose turn it is, in one process: whoever was given a slot longest ago comes first."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._count = 0

    def shares(self, workspaces: Sequence[str], slots: Slots) -> dict[str, Slots]:
        """Return each workspace's share of the slots, and count it as its turn.

        With fewer slots than workspaces some get none; they are the first at the next turn.
        """
        self._count += 1
        in_turn = sorted(workspaces, key=lambda workspace: (self._last.get(workspace, 0), workspace))
        shares = {
            workspace: Slots(_share(slots.free, len(in_turn), place), _share(slots.bulk, len(in_turn), place))
            for place, workspace in enumerate(in_turn)
        }
        # Only those that wait are remembered: the others have had their turn.
        self._last = {
            workspace: self._count if share.bulk else self._last.get(workspace, 0)
            for workspace, share in shares.items()
        }
        return shares


def _share(total: int, parts: int, place: int) -> int:
    return max(0, total // parts + (place < total % parts))
