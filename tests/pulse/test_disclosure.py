"""Every figure that can be shown, tried exhaustively against somebody who knows a colleague's answer."""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise, product

import pytest

from slackapp.pulse.disclosure import (
    Cell,
    Change,
    Turnout,
    change,
    merge_cells,
    publish,
    publish_item,
    scale_to_ten,
    turnout,
)

SCALE = range(1, 6)
Publisher = Callable[[int, int], Cell | None]


def by_the_letter(n: int, total: int, c: int = 1, step: int = 5) -> Cell | None:
    """The specification read slowly: list the cells, merge the ends, look the sum up."""
    every = [(step * j - 2, step * j + 2) for j in range(n + 2)]
    low = next(cell for cell in every if cell[1] >= n + 4 * c + 2)
    high = [cell for cell in every if cell[0] <= 5 * n - (4 * c + 2)][-1]
    if high[0] <= low[0]:
        return None
    if total <= low[1]:
        return Cell(n, n, low[1])
    if total >= high[0]:
        return Cell(n, high[0], 5 * n)
    return next(Cell(n, *cell) for cell in every if cell[0] <= total <= cell[1])


def exact(n: int, total: int) -> Cell:
    """What everybody else publishes: the mean, which is the sum."""
    return Cell(n, total, total)


def shown(publisher: Publisher, n: int) -> set[Cell]:
    return {cell for total in range(n, 5 * n + 1) if (cell := publisher(n, total)) is not None}


def possible(cell: Cell, known: int) -> set[int]:
    """What one other person may have answered, to a colleague who answered `known`."""
    others = cell.n - 2
    return {
        answer
        for answer in SCALE
        if any(others <= total - known - answer <= 5 * others for total in range(cell.lo, cell.hi + 1))
    }


def fewest_left_to_a_colleague(publisher: Publisher, sizes: Iterable[int]) -> int:
    found = [
        len(possible(cell, known))
        for n in sizes
        for cell in shown(publisher, n)
        for known in SCALE
        if possible(cell, known)
    ]
    return min(found)


def numbered(publisher: Publisher, n: int) -> dict[int, int]:
    """By sum, the number of the cell that is shown; numbers are compared faster than cells."""
    numbers: dict[Cell | None, int] = {}
    return {total: numbers.setdefault(publisher(n, total), len(numbers)) for total in range(n, 5 * n + 1)}


def fewest_left_of_a_leaver(publisher: Publisher, sizes: Iterable[int]) -> int:
    """One person leaves, everybody else repeats; the insider, who repeats too, knows their own answer."""
    fewest = 5
    for n in sizes:
        before, after = numbered(publisher, n), numbered(publisher, n - 1)
        seen: dict[tuple[int, int, int], set[int]] = {}
        for known, left in product(SCALE, SCALE):
            for rest in range(n - 2, 5 * (n - 2) + 1):
                pair = before[known + left + rest], after[known + rest]
                seen.setdefault((*pair, known), set()).add(left)
        fewest = min(fewest, *(len(answers) for answers in seen.values()))
    return fewest


def fewest_left_of_a_swap(publisher: Publisher, sizes: Iterable[int]) -> int:
    """One person leaves and another joins, everybody else repeats, the insider among them."""
    fewest = 5
    for n in sizes:
        cells = numbered(publisher, n)
        left_seen: dict[tuple[int, int, int], set[int]] = {}
        joined_seen: dict[tuple[int, int, int], set[int]] = {}
        for known, left, joined in product(SCALE, SCALE, SCALE):
            for rest in range(n - 2, 5 * (n - 2) + 1):
                key = cells[known + left + rest], cells[known + joined + rest], known
                left_seen.setdefault(key, set()).add(left)
                joined_seen.setdefault(key, set()).add(joined)
        fewest = min(fewest, *(len(one) for one in (*left_seen.values(), *joined_seen.values())))
    return fewest


def test_the_cells_are_those_of_the_specification_for_every_sum() -> None:
    for c, n in product((1, 2, 3), (*range(5, 31), 41, 60, 80)):
        for total in range(n, 5 * n + 1):
            assert publish(n, total, c) == by_the_letter(n, total, c), (c, n, total)


def test_a_sum_lies_in_its_own_cell_and_cells_do_not_overlap() -> None:
    for n in range(5, 81):
        covered = [publish(n, total) for total in range(n, 5 * n + 1)]
        assert all(
            cell is not None and cell.lo <= total <= cell.hi
            for total, cell in zip(range(n, 5 * n + 1), covered, strict=True)
        )
        ends = sorted({(cell.lo, cell.hi) for cell in covered if cell})
        assert all(before[1] + 1 == after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (5, ["<=2.4", "3.0", ">=3.6"]),
        (8, ["<=2.1", "2.5", "3.1", "3.8", ">=4.1"]),
    ],
)
def test_the_scale_of_a_small_team_reads_as_promised(n: int, words: list[str]) -> None:
    assert [as_words(cell) for cell in sorted(shown(publish, n), key=lambda cell: cell.lo)] == words


def as_words(cell: Cell) -> str:
    if cell.is_open_low:
        return f"<={cell.hi / cell.n:.1f}"
    if cell.is_open_high:
        return f">={cell.lo / cell.n:.1f}"
    return f"{(cell.lo + cell.hi) / 2 / cell.n + 1e-9:.1f}"


@pytest.mark.parametrize(("n", "step"), [(20, 0.25), (50, 0.1)])
def test_larger_teams_see_finer_steps(n: int, step: float) -> None:
    inner = sorted(cell.lo for cell in shown(publish, n) if not (cell.is_open_low or cell.is_open_high))
    assert {(after - before) / n for before, after in pairwise(inner)} == {step}


def test_with_c_of_two_a_team_of_five_shows_nothing() -> None:
    assert all(publish(5, total, 2) is None for total in range(5, 26))


@pytest.mark.parametrize(
    ("said", "ends"),
    [([5, 4, 4, 3, 2], (6.5, 10.0)), ([3, 3, 3, 3, 3], (4.0, 6.0))],
)
def test_the_vectors_of_the_domain(said: list[int], ends: tuple[float, float]) -> None:
    cell = publish_item(said, k=5, c=1)
    assert cell is not None
    assert scale_to_ten(cell.n, cell.lo, cell.hi) == pytest.approx(ends)


def test_three_scores_among_five_ballots_are_not_enough_answers() -> None:
    assert publish_item([5, 4, 4], k=5, c=1) is None


def test_on_ten_points_five_people_see_three_results() -> None:
    ends = sorted(scale_to_ten(cell.n, cell.lo, cell.hi) for cell in shown(publish, 5))
    assert [pytest.approx(pair) for pair in ((0, 3.5), (4, 6), (6.5, 10))] == ends


def test_a_colleague_is_left_with_three_possible_answers_of_anybody() -> None:
    assert fewest_left_to_a_colleague(publish, range(5, 61)) >= 3
    assert fewest_left_to_a_colleague(exact, range(5, 61)) == 1


def test_a_leaver_keeps_three_possible_answers_when_everybody_repeats() -> None:
    assert fewest_left_of_a_leaver(publish, range(6, 41)) >= 3
    assert fewest_left_of_a_leaver(exact, range(6, 41)) == 1


def test_a_swap_keeps_three_possible_answers_when_everybody_repeats() -> None:
    assert fewest_left_of_a_swap(publish, range(5, 41)) >= 3
    assert fewest_left_of_a_swap(exact, range(5, 41)) == 1


def left_by_scoring(publisher: Publisher, sizes: Iterable[int]) -> list[tuple[int, set[int]]]:
    """One leaves and one joins, either of whom may give no score (0), or nobody joins (None).

    For every pair of figures that somebody in the group can see, knowing their own answer: what the
    leaver may have answered, and what the joiner may have.
    """
    found = []
    for n in sizes:
        leavers: dict[object, set[int]] = {}
        joiners: dict[object, set[int]] = {}

        @cache
        def figure(scored: int, total: int) -> Cell | None:
            return publisher(scored, total) if scored >= 5 else None

        for known, left, joined in product(SCALE, range(6), (None, *range(6))):
            for rest in range(n - 2, 5 * (n - 2) + 1):
                before = figure(n - 1 + bool(left), known + left + rest)
                after = figure(n - 1 + bool(joined), known + (joined or 0) + rest)
                key = before, after, known, joined is None
                leavers.setdefault(key, set()).add(left)
                if joined is not None:
                    joiners.setdefault(key, set()).add(joined)
        found += [(n, answers) for answers in (*leavers.values(), *joiners.values())]
    return found


def test_of_whoever_comes_or_goes_a_score_is_never_told_though_that_there_was_none_may_be() -> None:
    """The figures say how many scored. Why that can't be helped stands in docs/decisions/0004."""
    every = left_by_scoring(publish, range(6, 16))
    assert all(len(answers - {0}) >= 3 for _, answers in every if answers != {0})
    assert {0} in [answers for _, answers in every]
    assert any(len(answers - {0}) == 1 for _, answers in left_by_scoring(exact, range(6, 8)))


def test_publishing_a_reversed_item_both_ways_would_give_exact_sums_so_it_is_turned_only_when_drawn() -> None:
    def both_ways(n: int, total: int) -> tuple[Cell | None, Cell | None]:
        return publish(n, total), publish(n, 6 * n - total)

    for n in (6, 9, 11):
        singled_out = [both_ways(n, total) for total in range(n, 5 * n + 1)]
        assert any(singled_out.count(pair) == 1 for pair in singled_out)
        for cell in shown(publish, n):
            assert (cell.turned.lo, cell.turned.hi) == (6 * n - cell.hi, 6 * n - cell.lo)


def test_turnout_is_a_band_from_eight_invited_on() -> None:
    assert turnout(7, 7) is None
    assert [turnout(8, answered) for answered in (3, 4, 6, 7)] == [
        Turnout.UNDER_HALF,
        Turnout.HALF_TO_THREE_QUARTERS,
        Turnout.HALF_TO_THREE_QUARTERS,
        Turnout.MORE,
    ]


def test_a_month_adds_the_ends_and_claims_a_change_only_beyond_chance() -> None:
    month = merge_cells([Cell(5, 18, 25), Cell(8, 23, 27)])
    assert month == Cell(13, 41, 52)
    assert merge_cells([]) is None
    low, high = Cell(50, 98, 102), Cell(50, 198, 202)
    assert (change(low, high), change(high, low)) == (Change.HIGHER, Change.LOWER)
    # The ranges do not overlap, yet the gap is within what chance does.
    assert change(Cell(20, 58, 62), Cell(20, 63, 67)) is None
