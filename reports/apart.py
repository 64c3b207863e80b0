"""Whose thanks a level above leaves out: those of so few that they could be subtracted.

A team's own counts are told as they are. Were its leader and a handful of others counted on top of
them in the level above, they would be what is left when the teams below are taken away.
"""

from collections.abc import Collection, Mapping

from reports.circles import from_the_bottom, units_below

Apart = Mapping[str, frozenset[str]]
"""By unit, the units in it whose people do not count in its figures."""


def suppressed_units(
    parents: Mapping[str, str | None],
    few: Mapping[str, Collection[str]],
    plenty: Collection[str],
    *,
    k: int,
) -> Apart:
    """By unit, which of the units in it stay apart at its level.

    `few` has the people who took part of every unit of which fewer than `k` did, `plenty` the units of which
    enough did. From the bottom up, those of units with few wait until there are `k` of them at one level;
    fewer are left out there, and wait for the level above.
    """
    below = units_below(parents)
    found: dict[str, frozenset[str]] = {}
    for unit in from_the_bottom(below, parents):
        waiting = frozenset[str]().union(*(found.get(one, ()) for one in below[unit]))
        waiting |= {unit} & few.keys()
        people = {person for one in waiting for person in few[one]}
        if waiting and unit not in plenty and len(people) < k:
            found[unit] = waiting
    return found
