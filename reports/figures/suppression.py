"""Group units so that no small group can be subtracted (complementary suppression)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reports.figures.team_month import SMALLEST_FOR_REACH

Apart = Mapping[str, frozenset[str]]


"""By unit, the units in it whose people do not count in its figures."""


def suppressed_units(
    parents: Mapping[str, str | None],
    few: Mapping[str, Collection[str]],
    plenty: Collection[str],
    *,
    k: int,
) -> Apart:
    """Return by unit which of the units in it are omitted at its level.

    `few` has the people who took part of every unit of which fewer than `k` did, `plenty` the units of which
    enough did. From the bottom up, those of units with few wait until there are `k` of them at one level;
    fewer are left out there, and wait for the level above.
    """
    below = units_below(parents)
    suppressed: dict[str, frozenset[str]] = {}
    for unit in from_the_bottom(below, parents):
        waiting = frozenset[str]().union(*(suppressed.get(child, ()) for child in below[unit]))
        waiting |= {unit} & few.keys()
        people = {person for waiting_unit in waiting for person in few[waiting_unit]}
        if waiting and unit not in plenty and len(people) < k:
            suppressed[unit] = waiting
    return suppressed


@dataclass(frozen=True, slots=True)
class ReachGroup:
    """Some people, and how many of them were thanked."""

    members: int = 0
    thanked: int = 0

    def __add__(self, other: "ReachGroup") -> "ReachGroup":
        return ReachGroup(self.members + other.members, self.thanked + other.thanked)


def publishable_groups(
    parents: Mapping[str, str | None], own: Mapping[str, ReachGroup]
) -> dict[str, ReachGroup]:
    """Return by unit the people its band may cover. `parents` has every unit; `own` those with people.

    From the bottom up, people whom no band below is about wait until they are eight
    or more. Fewer than that are left out of a level's band and wait for the level above:
    counted in, they would be what is left when the bands below are taken away.
    """
    below = units_below(parents)
    groups: dict[str, ReachGroup] = {}
    waiting: dict[str, ReachGroup] = {}
    for unit in from_the_bottom(below, parents):
        group = _sum(groups[child] for child in below[unit] if child in groups)
        rest = _sum(
            [own.get(unit, ReachGroup()), *(waiting.get(child, ReachGroup()) for child in below[unit])]
        )
        if rest.members >= SMALLEST_FOR_REACH:
            group, rest = group + rest, ReachGroup()
        waiting[unit] = rest
        if group.members:
            groups[unit] = group
    return groups


def _sum(circles: Iterable[ReachGroup]) -> ReachGroup:
    return sum(circles, ReachGroup())


def units_below(parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    """Return the units directly below each unit."""
    below: dict[str, list[str]] = {unit: [] for unit in parents}
    for unit, parent in parents.items():
        if parent is not None:
            below[parent].append(unit)
    return below


def from_the_bottom(below: Mapping[str, list[str]], parents: Mapping[str, str | None]) -> list[str]:
    """Yield each unit after all those below it; units in a cycle are left out."""
    order = [unit for unit, parent in parents.items() if parent is None]
    for unit in order:
        order.extend(below[unit])
    return order[::-1]
