"""At a level above count either enough people beside the teams below it, or none."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from reports.figures.suppression import suppressed_units

K = 5
Parents = Mapping[str, str | None]


@st.composite
def organisations(draw: st.DrawFn) -> tuple[Parents, Mapping[str, frozenset[str]]]:
    """Up to twelve units, each below an earlier one or at the top, and who took part of each."""
    parents: dict[str, str | None] = {}
    for number in range(draw(st.integers(1, 12))):
        parents[f"unit{number}"] = draw(st.sampled_from([None, *parents]))
    everybody = [f"person{number}" for number in range(40)]
    took_part = {unit: draw(st.frozensets(st.sampled_from(everybody), max_size=8)) for unit in parents}
    return parents, {unit: people for unit, people in took_part.items() if people}


def inside(parents: Parents, level: str) -> set[str]:
    units = {level}
    for unit, parent in parents.items():  # Parents come before those below them.
        if parent in units:
            units.add(unit)
    return units


def counted_at(parents: Parents, took_part: Mapping[str, frozenset[str]]) -> dict[str, set[str]]:
    """By level, the units whose people count there."""
    few = {unit: people for unit, people in took_part.items() if len(people) < K}
    left = suppressed_units(parents, few, took_part.keys() - few.keys(), k=K)
    return {level: inside(parents, level) - left.get(level, frozenset()) for level in parents}


@given(organisations())
def test_what_a_level_counts_beside_those_below_it_is_nobody_or_enough(
    organisation: tuple[Parents, Mapping[str, frozenset[str]]],
) -> None:
    parents, took_part = organisation
    counted = counted_at(parents, took_part)
    for level, units in counted.items():
        below = set().union(*(counted[unit] for unit in parents if parents[unit] == level))
        people = frozenset[str]().union(*(took_part.get(unit, frozenset()) for unit in units - below))
        assert len(people) == 0 or len(people) >= K
        # And nobody whom a level below counts is missing above it.
        assert below <= units


def test_counting_everybody_leaves_the_three_who_lead() -> None:
    parents = {"medicine": None, "ward": "medicine"}
    took_part = {"medicine": frozenset({"a", "b", "c"}), "ward": frozenset("pqrstu")}
    everybody = inside(parents, "medicine") - inside(parents, "ward")
    assert len(took_part[next(iter(everybody))]) < K, "the naive way"
    assert counted_at(parents, took_part)["medicine"] == {"ward"}


def test_those_who_wait_count_together_once_there_are_enough() -> None:
    parents = {"hospital": None, "medicine": "hospital", "ward": "medicine", "nights": "medicine"}
    few = {"ward": {"a", "b"}, "nights": {"c", "d"}, "hospital": {"e"}}
    assert suppressed_units(parents, few, set(), k=K) == {
        "ward": {"ward"},
        "nights": {"nights"},
        "medicine": {"ward", "nights"},
    }
    # The same person in two teams is one.
    assert suppressed_units(parents, few | {"hospital": {"d"}}, set(), k=K)["hospital"] == {
        "ward",
        "nights",
        "hospital",
    }
