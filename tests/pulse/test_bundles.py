"""Answers put together: each in one group at the most, and no group too small."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackapp.pulse.ballots import Answer
from slackapp.pulse.disclosure import bundles
from slackapp.pulse.tally import Rules, Unit, tally


def naive_totals(
    parents: dict[str, str | None], papers: dict[str, list[int]], k: int
) -> dict[str, list[int]]:
    """What many tools do: every level shows everybody below it, if there are enough."""

    def below(unit: str) -> list[int]:
        return papers.get(unit, []) + [
            paper for child, parent in parents.items() if parent == unit for paper in below(child)
        ]

    return {unit: pool for unit in parents if len(pool := below(unit)) >= k}


def holds(kept: dict[str, list[int]], k: int) -> bool:
    every = [paper for pool in kept.values() for paper in pool]
    return len(every) == len(set(every)) and all(len(pool) >= k for pool in kept.values())


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[str, str | None], dict[str, list[int]]]:
    size = draw(st.integers(1, 12))
    parents: dict[str, str | None] = {"0": None}
    for number in range(1, size):
        parents[str(number)] = draw(st.sampled_from([*(str(one) for one in range(number)), None]))
    count, papers = 0, {}
    for unit in parents:
        n = draw(st.integers(0, 14))
        papers[unit] = list(range(count, count + n))
        count += n
    return parents, papers


@given(organisations(), st.integers(5, 11))
@settings(max_examples=300, deadline=None)
def test_each_answer_is_in_at_most_one_bundle_of_at_least_k(
    organisation: tuple[dict[str, str | None], dict[str, list[int]]], k: int
) -> None:
    parents, papers = organisation
    kept = bundles(parents, papers, k)
    assert holds(kept, k)
    # What is left out could not have been shown anywhere: fewer than k at each top.
    shown_papers = {paper for pool in kept.values() for paper in pool}
    tops = [unit for unit, parent in parents.items() if parent is None]
    left = [paper for pool in papers.values() for paper in pool if paper not in shown_papers]
    assert len(left) < k * len(tops) or not left


@given(organisations(), st.integers(5, 11), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_no_item_is_published_from_fewer_than_k_scores_or_from_more_than_its_group(
    organisation: tuple[dict[str, str | None], dict[str, list[int]]], k: int, chance: Random
) -> None:
    parents, papers = organisation
    answers = [
        Answer(unit, {item: chance.choice([0, 0, 1, 3, 5]) for item in ("a", "b") if chance.random() < 0.8})
        for unit, people in papers.items()
        for _ in people
    ]
    units = {unit: Unit(parent, len(papers[unit])) for unit, parent in parents.items()}
    counted = tally(units, answers, Rules(("a", "b"), k, 1, 8))
    assert all(k <= cell.n <= counted.bundles[unit] for (unit, _), cell in counted.cells.items())
    assert all(ballots >= k for ballots in counted.bundles.values())


def test_totals_over_everybody_are_caught_by_the_same_property() -> None:
    parents: dict[str, str | None] = {"directorate": None, "ward": "directorate", "clinic": "directorate"}
    papers = {"directorate": [], "ward": [1, 2, 3, 4, 5], "clinic": [6, 7]}
    assert holds(bundles(parents, papers, 5), 5)
    assert not holds(naive_totals(parents, papers, 5), 5)


def test_a_unit_above_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="above itself"):
        bundles({"a": "b", "b": "a"}, {}, 5)
