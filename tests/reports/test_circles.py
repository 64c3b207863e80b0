"""How far thanks reached is told of eight people or more, and so is what two of them leave between them."""

from collections.abc import Callable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from reports.figures.suppression import ReachGroup, publishable_groups
from reports.figures.team_month import SMALLEST_FOR_REACH

Parents = Mapping[str, str | None]
Publisher = Callable[[Parents, Mapping[str, ReachGroup]], dict[str, ReachGroup]]


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Parents, Mapping[str, ReachGroup]]:
    """Up to twelve units, each below an earlier one or at the top, with up to sixteen people of its own."""
    parents: dict[str, str | None] = {}
    for number in range(draw(st.integers(1, 12))):
        parents[f"unit{number}"] = draw(st.sampled_from([None, *parents]))
    sizes = {unit: draw(st.integers(0, 16)) for unit in parents}
    return parents, {unit: ReachGroup(size, draw(st.integers(0, size))) for unit, size in sizes.items()}


def remainders(parents: Parents, groups: Mapping[str, ReachGroup]) -> list[int]:
    """By unit with a band: its people without those whom the nearest bands below it are about."""
    left = {unit: circle.members for unit, circle in groups.items()}
    for unit, circle in groups.items():
        above = parents[unit]
        while above is not None and above not in groups:
            above = parents[above]
        if above is not None:
            left[above] -= circle.members
    return [count for unit, count in left.items()]


@given(organisations())
def test_nothing_smaller_than_eight_is_left_when_bands_are_subtracted(
    organisation: tuple[Parents, Mapping[str, ReachGroup]],
) -> None:
    parents, own = organisation
    groups = publishable_groups(parents, own)
    assert all(circle.members >= SMALLEST_FOR_REACH for circle in groups.values())
    assert all(count == 0 or count >= SMALLEST_FOR_REACH for count in remainders(parents, groups))


def everybody_below(parents: Parents, own: Mapping[str, ReachGroup]) -> dict[str, ReachGroup]:
    """The naive way: a unit of eight or more tells of all its people."""
    groups = dict(own)
    for unit in reversed(list(parents)):
        if (above := parents[unit]) is not None:
            groups[above] += groups[unit]
    return {unit: circle for unit, circle in groups.items() if circle.members >= SMALLEST_FOR_REACH}


def test_the_naive_way_leaves_three_people_and_says_that_none_was_thanked() -> None:
    parents = {"medicine": None, "ward": "medicine", "nights": "medicine"}
    own = {"medicine": ReachGroup(), "ward": ReachGroup(8, 4), "nights": ReachGroup(3, 0)}
    assert remainders(parents, everybody_below(parents, own)) == [3, 8]
    assert publishable_groups(parents, own) == {"medicine": ReachGroup(8, 4), "ward": ReachGroup(8, 4)}


def test_those_who_are_too_few_wait_until_they_are_enough() -> None:
    parents = {"hospital": None, "medicine": "hospital", "ward": "medicine", "clinic": "hospital"}
    own = {"ward": ReachGroup(5, 1), "medicine": ReachGroup(2, 2), "clinic": ReachGroup(4, 0)}
    assert publishable_groups(parents, own) == {"hospital": ReachGroup(11, 3)}


def test_units_tied_into_a_ring_are_told_nothing_of() -> None:
    assert publishable_groups({"a": "b", "b": "a"}, {"a": ReachGroup(20, 20)}) == {}
