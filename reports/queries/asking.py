"""What every query of the reports starts from: whose figures, and who is below whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CTE, select

from slackapp import calendar
from slackapp.models import Team, Workspace


@dataclass(frozen=True, slots=True)
class Scope:
    """One question to the database: whose figures, for which month, in which workspace."""

    workspace: Workspace
    month: str
    teams: tuple[str, ...]
    wider: tuple[str, ...]
    """The asked teams and every team above them."""
    above: frozenset[str] = frozenset()
    """Those of the asked teams that have others below them."""

    def bounds(self, month: str) -> tuple[datetime, datetime]:
        """The first instant of a month and the first after it."""
        return calendar.month_bounds(month, self.workspace.time_zone)

    def month_of(self, moment: datetime) -> str:
        """The month a moment lies in, by the workspace's calendar."""
        return calendar.month_of(moment, self.workspace.time_zone)


def ancestors(tree: Mapping[str, Team], team: str) -> list[str]:
    """A team and those above it, nearest first."""
    found: list[str] = []
    above: str | None = team
    while above is not None and above not in found:
        found.append(above)
        above = tree[above].parent_id
    return found


def first_day(month: str) -> date:
    """The first day of "2025-11"."""
    return date.fromisoformat(f"{month}-01")


def descendants(teams: Iterable[str]) -> CTE:
    """Pairs of a team and each team in it, itself included."""
    inside = (
        select(Team.id.label("top"), Team.id.label("team"))
        .where(Team.id.in_(list(teams)))
        .cte(recursive=True)
    )
    lower = select(inside.c.top, Team.id).join(inside, Team.parent_id == inside.c.team)
    # UNION, not UNION ALL: a tree that was tied into a ring still ends.
    return inside.union(lower)
