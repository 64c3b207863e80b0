"""The scope of a query: workspace, month and teams, with the teams below them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, case, select, union

from slackapp.core import calendar
from slackapp.models import Recipient, Recognition, Team, Workspace


@dataclass(frozen=True, slots=True)
class Scope:
    """The teams, the month and the workspace whose figures a query reads."""

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


def descendants(teams: Iterable[str]) -> CTE:
    """Select pairs of a team and each team in it, itself included."""
    inside = (
        select(Team.id.label("top"), Team.id.label("team"))
        .where(Team.id.in_(list(teams)))
        .cte(recursive=True)
    )
    lower = select(inside.c.top, Team.id).join(inside, Team.parent_id == inside.c.team)
    # UNION, not UNION ALL: a tree that was tied into a ring still ends.
    return inside.union(lower)


def recognitions_between(scope: Scope, since: Any, until: Any) -> Any:  # noqa: ANN401 - columns common to several selects
    """Return the conditions on thanks that count."""
    return (
        Recognition.workspace_id == scope.workspace.id,
        Recognition.undone_at.is_(None),
        Recognition.given_at >= since,
        Recognition.given_at < until,
        # A reported thank-you still counts: else its giver could see from a figure that it was reported.
    )


def thanks_of_three_months(scope: Scope) -> CTE:
    """Select a row for each receiver; `age` is 0 for the scope's month, 1 and 2 for those before it."""
    before = calendar.month_before(scope.month)
    months = (scope.month, before, calendar.month_before(before))
    starts = [scope.bounds(month)[0] for month in months]
    during = recognitions_between(scope, starts[-1], scope.bounds(scope.month)[1])
    ages = [(Recognition.given_at >= start, age) for age, start in enumerate(starts)]
    age = case(*ages, else_=len(starts)).label("age")
    columns = (Recognition.id, Recognition.behaviour, age, Recognition.giver_team_id, Recognition.giver_id)
    return (
        select(*columns, Recipient.team_id, Recipient.member_id).join(Recipient).where(*during).cte("thanks")
    )


def affected_people(thanks: CTE) -> CTE:
    """Select a row for each team and person that a thank-you affects."""
    same = (thanks.c.id, thanks.c.behaviour, thanks.c.age)
    received = select(*same, thanks.c.team_id, thanks.c.member_id.label("person"))
    return union(received, select(*same, thanks.c.giver_team_id, thanks.c.giver_id)).cte()
