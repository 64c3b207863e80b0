"""Which questions the lines name: rules on ranges that are shown, worked out from closed check-ins."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import queries
from reports.figures.findings import AT_MOST, FROM_ABOVE, Evidence, Finding, findings, middle
from reports.figures.spans import Span
from reports.figures.stored import Figures, from_json, to_json
from reports.figures.team_month import TeamMonth
from slackapp.core.db import Sessions
from slackapp.models import BundleScore, MonthFigures, Recipient, Sharing, Team, Workspace
from slackapp.pulse.disclosure import Cell, Change, publish
from tests.reports import samples
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thank
from tests.reports.test_answering import FULL

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


def span(low: int, high: int, n: int = 40, parts: int = 4) -> Span:
    return Span(Cell(n, low, high), parts)


def evidence(key: str, low: int, high: int, check_ins: int = 3, change: Change | None = None) -> Evidence:
    return Evidence(key, span(low, high), check_ins, change)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (span(120, 136), 5.5),
        (span(40, 80, parts=2), 2.5 - 0.3125),
        (span(180, 200, parts=2), 8.8 + 0.3125),
        (span(40, 200), 5.0),
    ],
)
def test_the_middle_is_that_of_the_printed_range_and_an_open_end_is_one_step_wide(
    printed: Span, expected: float
) -> None:
    assert middle(printed) == pytest.approx(expected)


def test_a_line_rests_on_three_check_ins() -> None:
    lines = findings([evidence("helping", 60, 76, check_ins=2), evidence("breaks", 60, 76, check_ins=3)])
    assert [line.key for line in lines.needs] == ["breaks"]
    assert findings([evidence("helping", 60, 76, check_ins=2)]).is_early


def test_what_a_ward_cannot_change_alone_stands_in_a_line_of_its_own() -> None:
    lines = findings(evidence(key, 60, 76) for key in (*sorted(FROM_ABOVE), "helping"))
    assert [line.key for line in lines.needs] == ["helping"]
    assert {line.key for line in lines.from_above} < FROM_ABOVE
    assert len(lines.from_above) == AT_MOST


def test_the_highest_praises_first_the_lowest_needs_first_and_a_clear_change_before_either() -> None:
    lines = findings(
        [
            evidence("attending", 152, 168),
            evidence("empathising", 170, 184),
            evidence("helping", 60, 76),
            evidence("breaks", 50, 66),
            evidence("understanding", 121, 137, change=Change.LOWER),
        ]
    )
    assert [line.key for line in lines.going_well] == ["empathising", "attending"]
    assert lines.needs == (Finding("understanding", Change.LOWER), Finding("breaks", is_low=True))


@given(
    st.lists(st.tuples(st.integers(5, 40), st.integers(0, 100), st.integers(1, 8)), min_size=1, max_size=8)
)
def test_nothing_is_named_twice_and_what_is_named_follows_from_its_range(
    drawn: list[tuple[int, int, int]],
) -> None:
    evidences = []
    for place, (n, percent, check_ins) in enumerate(drawn):
        cell = publish(n, n + 4 * n * percent // 100)
        if cell is not None:
            evidences.append(Evidence(f"own_{place}", Span(cell, 1), check_ins))
    lines = findings(evidences)
    by_key = {item.key: item for item in evidences}
    keys = [line.key for line in (*lines.going_well, *lines.needs, *lines.from_above)]
    assert len(keys) == len(set(keys))
    assert all(by_key[key].check_ins >= 3 for key in keys)
    assert all(middle(by_key[line.key].span) >= 6.5 for line in lines.going_well)
    assert all(middle(by_key[line.key].span) < 5 for line in lines.needs)


@pytest.mark.parametrize("month", [*samples.ALL.values(), FULL], ids=[*samples.ALL, "full"])
def test_what_is_stored_is_read_again_as_it_was(month: TeamMonth) -> None:
    recent = {item: spans[-1] for item, spans in month.pulse.items.items()}
    named = findings([evidence("helping", 60, 76, change=Change.LOWER), evidence("attending", 170, 184)])
    pulse = replace(month.pulse, recent=recent, recent_since=samples.NOVEMBER, findings=named)
    for stored_pulse in (month.pulse, pulse):
        figures = Figures(
            month.k, month.mix, month.is_first, stored_pulse, month.reach,
            month.counts_by_direction, month.mutual_thanks, month.rarely_used,
        )  # fmt: skip
        assert from_json(to_json(figures)) == figures


def scored(
    database: Sessions, place: Hospital, days: list[tuple[int, int]], cell: tuple[int, int, int]
) -> None:
    with database.begin() as session:
        for month, day in days:
            close_poll(session, place.workspace, moment(month, day), {place.ward: cell})


def read(database: Sessions, place: Hospital) -> TeamMonth:
    with database.read() as session:
        workspace, ward = session.get_one(Workspace, place.workspace.id), session.get_one(Team, place.ward.id)
        return queries.months(session, workspace, "2025-11", [ward])[ward.id]


@pytest.fixture
def place(database: Sessions) -> Hospital:
    with database.begin() as session:
        return hospital(session)


@pytest.mark.parametrize(
    ("days", "needs", "since"),
    [
        ([(11, 9), (11, 16), (11, 23)], ["attending", "understanding"], None),
        ([(10, 13), (10, 27), (11, 24)], ["attending", "understanding"], 6),
        ([(9, 29), (10, 27), (11, 24)], [], None),
        ([(10, 13), (10, 20), (10, 27)], [], None),
    ],
    ids=["three in the month", "two weeks apart", "too long ago", "none in the month"],
)
def test_where_the_month_has_fewer_than_three_the_last_three_of_sixty_days_are_looked_at(
    database: Sessions, place: Hospital, days: list[tuple[int, int]], needs: list[str], since: int | None
) -> None:
    scored(database, place, days, (12, 24, 28))
    pulse = read(database, place).pulse
    assert [line.key for line in pulse.findings.needs] == needs
    assert (pulse.recent_since.day if pulse.recent_since else None) == since
    if pulse.recent is not None:
        assert {month_span.cell for month_span in pulse.recent.values() if month_span} == {Cell(36, 72, 84)}


def test_a_rotating_question_is_looked_at_over_three_months_and_named_positively(
    database: Sessions, place: Hospital
) -> None:
    with database.begin() as session:
        for month in (9, 10, 11):
            poll = close_poll(session, place.workspace, moment(month, 9), {place.ward: (12, 38, 42)})
            poll.items = [*poll.items, "burnt_out"]
            session.add(
                BundleScore(
                    poll_id=poll.id, unit_id=place.ward.id, item="burnt_out", n=12, sum_lo=48, sum_hi=52
                )
            )
    pulse = read(database, place).pulse
    assert pulse.findings.from_above == (Finding("burnt_out", is_low=True),)
    assert [question.key for question in pulse.also] == ["burnt_out"]


def test_what_was_published_stays_and_the_next_month_is_compared_with_it(
    database: Sessions, place: Hospital
) -> None:
    people = place.staff[place.ward.id]
    with database.begin() as session:
        given = [
            thank(session, people[n % 8], [people[(n + 1) % 8]], "helping", moment(11, 3 + n))
            for n in range(9)
        ]
        ids = [recognition.id for recognition in given]
    with database.begin() as session:
        workspace, ward = session.get_one(Workspace, place.workspace.id), session.get_one(Team, place.ward.id)
        queries.publish(session, workspace, "2025-11", [ward], now=NINE)
        queries.publish(session, workspace, "2025-11", [ward], now=NINE)
        assert session.query(MonthFigures).count() == 1
    with database.begin() as session:
        for id_ in ids[:4]:
            session.get_one(type(given[0]), id_).undone_at = NINE
    assert read(database, place).mix == replace(read(database, place).mix, now=(None, None, None, 9))  # type: ignore[type-var]


def share_all(database: Sessions, place: Hospital, month: int, receivers: list[int]) -> None:
    people = place.staff[place.ward.id]
    with database.begin() as session:
        for number in receivers:
            recognition = thank(
                session, people[9], [people[number]], "helping", moment(month, 9), sharing=Sharing.SHARED
            )
            recognition.words = f"You stayed until the last bed was found for us, {number}."


def quoted(database: Sessions) -> list[tuple[str | None, str]]:
    with database.read() as session:
        rows = session.query(Recipient).where(Recipient.quoted_in.is_not(None)).order_by(Recipient.quoted_in)
        return [(row.quoted_in, row.member_id) for row in rows]


def publish_month(database: Sessions, place: Hospital, month: str) -> None:
    with database.begin() as session:
        workspace, ward = session.get_one(Workspace, place.workspace.id), session.get_one(Team, place.ward.id)
        queries.publish(session, workspace, month, [ward], now=NINE)


def test_a_shared_thank_you_is_quoted_once_and_nobodys_two_months_running(
    database: Sessions, place: Hospital
) -> None:
    share_all(database, place, 10, [1])
    publish_month(database, place, "2025-10")
    share_all(database, place, 11, [1, 2])
    publish_month(database, place, "2025-11")
    people = place.staff[place.ward.id]
    assert quoted(database) == [("2025-10", people[1].id), ("2025-11", people[2].id)]
    month = read(database, place)
    assert month.quote is not None
    assert month.quote.receiver == people[2].name
    with database.begin() as session:
        session.query(Recipient).where(Recipient.member_id == people[2].id).one().sharing = Sharing.PRIVATE
    assert read(database, place).quote is None, "what is withdrawn is quoted no more"


def test_only_shared_words_of_a_fitting_length_are_quoted(database: Sessions, place: Hospital) -> None:
    people = place.staff[place.ward.id]
    with database.begin() as session:
        for number, (words, sharing) in enumerate(
            [("Short.", Sharing.SHARED), ("w" * 201, Sharing.SHARED), ("w" * 100, Sharing.PRIVATE)]
        ):
            recognition = thank(
                session, people[0], [people[1 + number]], "helping", moment(11, 9), sharing=sharing
            )
            recognition.words = words
    publish_month(database, place, "2025-11")
    assert quoted(database) == []
