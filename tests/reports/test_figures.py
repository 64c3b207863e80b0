"""What may be shown and claimed, by rules and numbers alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.from_figures import chart_contents
from reports.figures import significance, team_month
from reports.figures.significance import PulseClaim, named_least, named_most
from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, CountedMonth, Mix, Share, mix
from reports.text import pulse, sentences
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import voice
from slackapp.pulse.disclosure import Cell, Change, publish
from tests.reports import samples

say = voice()
A, U, E, H = Behaviour


def counted(*numbers: int, people: int = 5) -> CountedMonth:
    return CountedMonth(dict(zip(map(str, Behaviour), numbers, strict=True)), people)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(0, 30))
def test_counts_of_nought_to_four_cannot_be_told_apart(numbers: list[int], other: int) -> None:
    month, likeness = counted(*numbers), counted(other % 5, *numbers[1:])
    if numbers[0] < 5 and sum(month.named.values()) >= 5 and sum(likeness.named.values()) >= 5:
        assert mix(month, month, k=5) == mix(likeness, likeness, k=5)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_the_total_never_gives_a_hidden_count_away(numbers: list[int]) -> None:
    published = mix(counted(*numbers), CountedMonth({}, 5), k=5)
    if published is not None:
        least, most = published.total
        assert least <= sum(numbers) <= most
        assert most - least == 4 * published.now.count(None)


@pytest.mark.parametrize(
    ("numbers", "people", "is_quiet"),
    [((1, 1, 1, 1), 9, True), ((2, 1, 1, 1), 5, False), ((9, 9, 9, 9), 4, True)],
)
def test_a_quiet_month_has_few_thanks_or_few_people(
    numbers: Sequence[int], people: int, *, is_quiet: bool
) -> None:
    assert (mix(counted(*numbers, people=people), CountedMonth({}, 0), k=5) is None) is is_quiet


@pytest.mark.parametrize(
    ("now", "most", "least"),
    [
        ((12, 9, 19, None), E, H),
        ((10, 10, 12, 10), None, None),  # leads by 2 only
        ((10, 10, 13, 10), E, None),
        ((40, 40, 43, 40), None, None),  # leads by 3, but not by a quarter
        ((None, 5, None, None), None, None),  # a hidden count may be 4
        ((None, None, 7, None), E, None),
        ((None, 7, 8, 9), None, A),
        ((8, 9, 9, 8), None, None),
    ],
)
def test_named_most_and_least_are_claimed_only_with_a_clear_lead(
    now: team_month.Counts, most: Behaviour | None, least: Behaviour | None
) -> None:
    assert (named_most(Mix(now, None)), named_least(Mix(now, None))) == (most, least)


def test_above_other_teams_a_lead_is_claimed_only_where_rounding_cannot_have_made_it() -> None:
    # Told to the nearest five, 15 may be 13 and 10 may be 12.
    assert named_most(Mix((15, 10, 10, 10), None)) is A
    assert named_most(Mix((15, 10, 10, 10), None, is_about=True)) is None
    assert named_most(Mix((20, 10, 10, 10), None, is_about=True)) is A
    # 2 * sqrt(20 + 40) is 15.5: 20 are enough, but not the 16 that they may have been.
    assert significance.mix_changes(Mix((40, 5, 5, 5), (20, 5, 5, 5))) == {A: Change.HIGHER}
    assert significance.mix_changes(Mix((40, 5, 5, 5), (20, 5, 5, 5), is_about=True)) == {}
    assert sentences.mix_total(say, Mix((40, 5, 5, None), None, is_about=True)) == "about 50 thank-yous"


def test_a_change_in_thanks_must_be_larger_than_chance() -> None:
    # 2 * sqrt(16 + 32) is 13.9 and 2 * sqrt(18 + 32) is 14.1.
    changes = significance.mix_changes(Mix((32, 32, None, 5), (16, 18, 40, 30)))
    assert changes == {A: Change.HIGHER, H: Change.LOWER}


@pytest.mark.parametrize(
    ("answers", "span_text"),
    [
        ([5, 4, 4, 3, 2], "6.5 or higher"),
        ([3, 3, 3, 3, 3], "4.0 to 6.0"),
        ([1, 1, 1, 1, 1], "3.5 or lower"),
    ],
)
def test_ranges_read_as_the_published_examples(answers: list[int], span_text: str) -> None:
    cell = publish(len(answers), sum(answers))
    assert cell is not None
    assert pulse.span(say, Span(cell, 1)) == span_text


def test_a_half_is_rounded_up_whatever_binary_makes_of_it() -> None:
    assert pulse.span(say, Span(Cell(20, 58, 82), 1)) == "4.8 to 7.8"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        # 48 answers from four polls: a step is 5 * 4 / 48 = 0.42, chance needs 0.44.
        ((48, 144, 160), (48, 182, 198), Change.HIGHER),
        ((48, 144, 160), (48, 181, 197), None),
        ((48, 182, 198), (48, 144, 160), Change.LOWER),
        ((48, 144, 160), (48, 150, 166), None),
    ],
)
def test_a_change_needs_a_gap_that_chance_does_not_make(
    before: tuple[int, int, int], after: tuple[int, int, int], change: Change | None
) -> None:
    assert Span(Cell(*before), 4).differs(Span(Cell(*after), 4)) is change


def test_a_change_needs_a_whole_step_between_the_ranges() -> None:
    # Many small bundles: chance alone would already allow it.
    before, after = Cell(200, 500, 640), Cell(200, 690, 830)
    assert Span(before, 40).differs(Span(after, 40)) is None
    assert Span(before, 4).differs(Span(after, 4)) is Change.HIGHER


def test_the_clearest_claim_is_a_change_then_the_extremes() -> None:
    assert significance.claim(samples.TWO_MONTHS.pulse) == PulseClaim(changed=(A, Change.HIGHER))
    assert significance.claim(samples.RICH.pulse) == PulseClaim(highest=E, lowest=H)
    assert significance.claim(samples.SPREAD.pulse) == PulseClaim()


@pytest.mark.parametrize(
    ("sample", "title"),
    [
        (samples.TOO_FEW, "Too few answers in November to show."),
        (samples.FIRST, "Nothing earlier to compare with yet."),
        (samples.TWO_MONTHS, "“Made time to listen” is higher than in October."),
        (samples.RICH, "“Showed they cared” is rated highest, “did something practical” lowest."),
        (samples.SPREAD, "No clear change since October."),
    ],
)
def test_the_check_ins_title_is_the_first_sentence_that_holds(
    sample: team_month.TeamMonth, title: str
) -> None:
    assert pulse.title(say, sample.pulse) == title


@pytest.mark.parametrize(
    ("thanked", "share"),
    [(10, Share.NEARLY_EVERYONE), (9, Share.NEARLY_EVERYONE), (6, Share.MOST), (4, Share.ABOUT_HALF)],
)
def test_reach_is_a_band(thanked: int, share: Share) -> None:
    assert team_month.reach(10, thanked) is share


def test_a_month_with_nothing_to_show_has_no_picture() -> None:
    assert chart_contents(say, samples.EMPTY) == ()
    assert samples.EMPTY.pulse.held is CheckInStatus.TOO_FEW
