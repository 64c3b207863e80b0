"""Find the thanks of small groups to omit from parent totals (complementary suppression)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reports.figures.suppression import Apart, suppressed_units
from reports.queries.scope import Scope, affected_people, thanks_of_three_months
from slackapp.models import Team
from slackapp.workspace.permissions import ancestors

AGES = 3
_Rows = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Counts to subtract from those of a parent team; some also by the month's age."""

    people: Mapping[tuple[str, int], int]
    mix: dict[tuple[str, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    given: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    received: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def suppressed(session: Session, scope: Scope, tree: Mapping[str, Team]) -> Suppressed:
    """Return what is omitted at each requested level, in this month and the two before."""
    thanks = thanks_of_three_months(scope)
    touched = affected_people(thanks)
    took_part = session.execute(
        select(touched.c.team_id, touched.c.age, func.count(touched.c.person.distinct()))
        .where(touched.c.team_id.is_not(None))
        .group_by(touched.c.team_id, touched.c.age)
    ).all()
    few = {team for team, _, people in took_part if people < scope.workspace.k and scope.above}
    thanks_of_few = select(touched.c.id).where(touched.c.team_id.in_(few))
    every: Select[Any] = select(thanks).where(thanks.c.id.in_(thanks_of_few)).order_by(thanks.c.id)
    rows = session.execute(every).all()
    return _counted(scope, tree, _apart(scope, tree, took_part, _people(rows)), rows)


def _people(rows: _Rows) -> dict[tuple[str, int], set[str]]:
    """Return who took part in these thanks, by team and month."""
    people: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in rows:
        people[row.giver_team_id, row.age].add(row.giver_id)
        people[row.team_id, row.age].add(row.member_id)
    return people


@dataclass(frozen=True, slots=True)
class _Month:
    """The groups omitted in one month, and their people."""

    apart: Apart
    people: Mapping[str, set[str]]


def _apart(
    scope: Scope, tree: Mapping[str, Team], took_part: _Rows, people: Mapping[tuple[str, int], set[str]]
) -> list[_Month]:
    k, parents = scope.workspace.k, {team: tree[team].parent_id for team in tree}
    months = []
    for month in range(AGES):
        counts = {team: count for team, age, count in took_part if age == month}
        few = {team: people[team, month] for team, count in counts.items() if count < k}
        plenty = counts.keys() - few.keys()
        months.append(_Month(suppressed_units(parents, few, plenty, k=k), few))
    return months


def _counted(scope: Scope, tree: Mapping[str, Team], months: Sequence[_Month], rows: _Rows) -> Suppressed:
    counted = Suppressed(
        {
            (level, age): len(set().union(*(month.people[unit] for unit in units)))
            for age, month in enumerate(months)
            for level, units in month.apart.items()
        }
    )
    for _, several in groupby(rows, key=lambda row: row.id):
        thanks = list(several)
        giver, receivers = thanks[0].giver_team_id, {row.team_id for row in thanks} - {None}
        behaviour, age = thanks[0].behaviour, thanks[0].age
        for level in _levels(scope, tree, {giver, *receivers} - {None}):
            units = months[age].apart.get(level, frozenset())
            received = {team for team in receivers if level in ancestors(tree, team)}
            gave = {giver} if giver and level in ancestors(tree, giver) else set()
            counted.mix[level, age][behaviour] += gave | received <= units
            if age == 0:
                counted.given[level][behaviour] += bool(gave) and gave <= units
                counted.received[level][behaviour] += bool(received) and received <= units
    return counted


def _levels(scope: Scope, tree: Mapping[str, Team], teams: Iterable[str]) -> Iterator[str]:
    """Return the requested levels above these teams."""
    return iter({up for team in teams for up in ancestors(tree, team)} & scope.above)
