"""A team's month from real rows of both databases."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from reports import queries
from reports.figures.team_month import CheckInStatus, Missing, Mix, Reach, Share, TeamMonth
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Sessions
from slackapp.models import PollState, Sharing, Team
from slackapp.pulse.disclosure import Cell, Turnout
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thank, thanks_within

PLENTY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}


def november(database: Sessions, place: Hospital, team: Team) -> TeamMonth:
    with database.read() as session:
        return queries.months(session, place.workspace, "2025-11", [team])[team.id]


def test_thanks_are_counted_by_behaviour_for_this_month_and_the_last(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        people = place.staff[place.ward.id]
        thanks_within(session, people, PLENTY, moment(11, 3))
        thanks_within(session, people, {"attending": 5, "helping": 8}, moment(10, 3))
    month = november(database, place, place.ward)
    assert month.mix == Mix((6, 7, 9, None), (5, None, None, 8))
    assert month.mix.total == (22, 26)
    assert not month.is_first


def test_a_thank_you_between_two_teams_counts_in_both_and_once_above_them(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session, nights=5)
        ward, nights = place.staff[place.ward.id], place.staff[place.nights.id]
        for number in range(6):
            thank(
                session,
                ward[number],
                [nights[number % 5], ward[number + 1]],
                "helping",
                moment(11, 4, number),
            )
    mixes = [november(database, place, team).mix for team in place.teams]
    # Six, which above other teams is told to the nearest five; counted twice it were ten.
    assert mixes == [Mix((None, None, None, 5), None, is_about=True), *[Mix((None, None, None, 6), None)] * 2]


def told_in_a_world(
    session: Session, live: Callable[[Session, Hospital], None], *, nights: int = 5
) -> dict[str, TeamMonth]:
    """November in a hospital that was lived in and is forgotten again, by team name."""
    world = session.begin_nested()
    place = hospital(session, nights=nights)
    live(session, place)
    months = queries.months(session, place.workspace, "2025-11", place.teams)
    world.rollback()
    return {month.team: month for month in months.values()}


def counts(month: TeamMonth) -> tuple[int | None, ...]:
    assert month.mix is not None
    return month.mix.now


def test_no_teams_hidden_count_is_what_its_neighbour_leaves_of_the_level_above(database: Sessions) -> None:
    def live(session: Session, place: Hospital, few: int) -> None:
        thanks_within(session, place.staff[place.ward.id], {"attending": 9, "helping": 8}, moment(11, 3))
        nights = place.staff[place.nights.id]
        thanks_within(session, nights, {"attending": 6, "helping": few}, moment(11, 9))

    with database.begin() as session:
        worlds = [told_in_a_world(session, partial(live, few=few)) for few in range(5)]
    assert {counts(world["Ward 7"])[-1] for world in worlds} == {8}
    assert {counts(world["Night team"])[-1] for world in worlds} == {None}
    # The exact sums, 8 to 12, would have told the five worlds apart.
    assert {counts(world["Medicine"])[-1] for world in worlds} == {10}


def test_what_three_leads_gave_and_received_is_not_what_their_ward_leaves_of_the_level_above(
    database: Sessions,
) -> None:
    def live(session: Session, place: Hospital, among: int, across: int) -> None:
        ward, leads = place.staff[place.ward.id], place.staff[place.medicine.id]
        for month in (10, 11):
            thanks_within(session, ward, {"attending": 6, "helping": 7}, moment(month, 3))
            for number in range(among):
                thank(session, leads[0], [leads[1]], "helping", moment(month, 4, number))
            for number in range(across):
                thank(session, leads[2], [ward[number], leads[0]], "helping", moment(month, 5, number))

    with database.begin() as session:
        worlds = {
            (among, across): told_in_a_world(session, partial(live, among=among, across=across))
            for among in (0, 15)
            for across in (0, 9)
        }
    for across, helping in ((0, 5), (9, 15)):
        silent, busy = worlds[0, across]["Medicine"], worlds[15, across]["Medicine"]
        # With all of them counted it would be about 20 and about 30: the ward's own number tells the rest.
        assert (counts(silent)[-1], silent.mix, silent.counts_by_direction) == (
            helping,
            busy.mix,
            busy.counts_by_direction,
        )
        assert counts(worlds[15, across]["Ward 7"])[-1] == 7 + across
    # In the sides of a level each counts for whoever it is told of: the ward received nine more.
    assert worlds[15, 9]["Medicine"].counts_by_direction != worlds[15, 0]["Medicine"].counts_by_direction


def test_a_level_of_few_without_a_team_that_may_be_told_has_a_quiet_month(database: Sessions) -> None:
    def live(session: Session, place: Hospital, leads: int) -> None:
        own, nights = place.staff[place.medicine.id], place.staff[place.nights.id]
        thanks_within(session, [*own[:leads], *nights[:2]], PLENTY, moment(11, 3))

    with database.begin() as session:
        few, enough = (told_in_a_world(session, partial(live, leads=leads)) for leads in (2, 3))
    assert few["Medicine"].mix is None
    assert enough["Medicine"].mix is not None


def test_no_figure_tells_a_giver_that_their_thank_you_was_found_unkind(database: Sessions) -> None:
    def live(session: Session, place: Hospital, sharing: Sharing | None) -> None:
        people = place.staff[place.ward.id]
        thanks_within(session, people[:9], {**PLENTY, "helping": 5}, moment(11, 3))
        if sharing:
            thank(session, people[3], [people[12]], "helping", moment(11, 5), sharing=sharing)

    with database.begin() as session:
        nothing, private, unkind = (
            told_in_a_world(session, partial(live, sharing=sharing))
            for sharing in (None, Sharing.PRIVATE, Sharing.REPORTED)
        )
    # Left out, it would be missed: by its giver's team in the count, and in how far thanks reached.
    assert [counts(world["Ward 7"])[-1] for world in (nothing, private)] == [5, 6]
    assert private["Ward 7"].reach != nothing["Ward 7"].reach
    assert unkind == private
    assert unkind["Ward 7"].highlights == ()


def test_one_person_alone_is_not_hidden_by_those_who_thanked_them(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session, nights=1)
        ward, alone = place.staff[place.ward.id], place.staff[place.nights.id]
        for number in range(6):
            thank(session, ward[number], alone, "helping", moment(11, 3 + number))
    month = november(database, place, place.nights)
    assert (month.mix, month.counts_by_direction, month.mutual_thanks, month.rarely_used) == (
        None,
        None,
        None,
        None,
    )
    # For those who thanked there are enough of them.
    assert november(database, place, place.ward).mix is not None


def test_how_far_thanks_reached_is_the_same_whoever_of_three_was_thanked(database: Sessions) -> None:
    def live(session: Session, place: Hospital, thanked: int) -> None:
        ward, nights = place.staff[place.ward.id], place.staff[place.medicine.id]
        for number in range(4):
            thank(session, ward[number + 8], [ward[number]], "helping", moment(11, 3))
        for nurse in nights[:thanked]:
            thank(session, ward[0], [nurse], "helping", moment(11, 3))

    with database.begin() as session:
        worlds = [told_in_a_world(session, partial(live, thanked=thanked), nights=4) for thanked in range(4)]
    assert len({tuple((name, month.reach) for name, month in world.items()) for world in worlds}) == 1


def test_a_level_above_names_nobody_of_the_teams_below_it(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        people = place.staff[place.ward.id]
        thanks_within(session, people, PLENTY, moment(11, 3))
        for number in range(3):
            thank(session, people[0], [people[number + 1]], "helping", moment(11, 20), sharing=Sharing.SHARED)
        own = place.staff[place.medicine.id]
        thank(session, people[0], [own[1]], "helping", moment(11, 21), sharing=Sharing.SHARED)
    assert len(november(database, place, place.ward).highlights) == 3
    above = november(database, place, place.medicine)
    assert [highlight.receiver for highlight in above.highlights] == [own[1].name]


def test_thanks_that_were_undone_or_lie_outside_the_month_do_not_count(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        people = place.staff[place.ward.id]
        thanks_within(session, people, {"attending": 5, "helping": 5}, moment(11, 3))
        undone = thank(session, people[0], [people[1]], "helping", moment(11, 20))
        undone.undone_at = moment(11, 21)
        # The clocks of London show 1 December at this instant, and 1 November at the other.
        thank(session, people[0], [people[1]], "helping", moment(12, 1, 0))
        thank(session, people[0], [people[1]], "attending", moment(11, 1, 0))
    assert november(database, place, place.ward).mix == Mix((6, None, None, 5), None)


@pytest.mark.parametrize(("people", "is_shown"), [(4, False), (5, True)])
def test_a_month_in_which_fewer_than_five_took_part_is_quiet(
    database: Sessions, people: int, *, is_shown: bool
) -> None:
    with database.begin() as session:
        place = hospital(session)
        thanks_within(session, place.staff[place.ward.id][:people], PLENTY, moment(11, 3))
    assert (november(database, place, place.ward).mix is not None) is is_shown


def test_a_month_is_the_sum_of_its_check_ins(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        close_poll(session, place.workspace, moment(11, 9), {place.ward: (12, 38, 42)})
        close_poll(session, place.workspace, moment(11, 16), {place.ward: (10, 33, 37)})
        close_poll(session, place.workspace, moment(9, 7), {place.ward: (11, 33, 37)})
    pulse = november(database, place, place.ward).pulse
    assert pulse.held is CheckInStatus.SHOWN
    assert pulse.months == (date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1))
    september, october, newest = pulse.items[Behaviour.HELPING]
    assert september is not None
    assert september.cell == Cell(11, 33, 37)
    assert october is None
    assert newest is not None
    assert (newest.cell, newest.parts) == (Cell(22, 71, 79), 2)


def test_a_directorate_is_calculated_from_the_rounded_numbers_below_it(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        cells = {place.medicine: (5, 13, 17), place.ward: (12, 38, 42), place.nights: None}
        close_poll(session, place.workspace, moment(11, 9), cells)
    span = november(database, place, place.medicine).pulse.items[Behaviour.ATTENDING][-1]
    assert span is not None
    assert (span.cell, span.parts) == (Cell(17, 51, 59), 2)


def test_a_team_with_too_few_answers_is_told_where_they_went(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        cells = {place.medicine: (8, 23, 27), place.ward: (12, 38, 42), place.nights: None}
        close_poll(session, place.workspace, moment(11, 9), cells)
        close_poll(session, place.workspace, moment(11, 16), cells, state=PollState.LOST)
    pulse = november(database, place, place.nights).pulse
    assert pulse.held is CheckInStatus.TOO_FEW
    assert pulse.missing[0] == Missing(date(2025, 11, 9), "Medicine")
    assert november(database, place, place.ward).pulse.held is CheckInStatus.SHOWN


def test_a_lost_check_in_and_none_at_all_are_told_apart(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
    assert november(database, place, place.ward).pulse.held is CheckInStatus.NONE
    with database.begin() as session:
        close_poll(session, place.workspace, moment(11, 9), {place.ward: None}, state=PollState.LOST)
    assert november(database, place, place.ward).pulse.held is CheckInStatus.LOST


def test_turnout_is_told_as_the_bands_of_the_month(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        for day, band in ((9, Turnout.MORE), (16, Turnout.UNDER_HALF), (23, Turnout.MORE)):
            turnout = {place.ward: str(band)}
            close_poll(session, place.workspace, moment(11, day), {place.ward: (9, 28, 32)}, turnout=turnout)
    pulse = november(database, place, place.ward).pulse
    assert pulse.turnout == (Turnout.UNDER_HALF, Turnout.MORE)


def test_reach_is_rolled_up_for_a_small_team(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session, ward=17, nights=4)
        ward, nights = place.staff[place.ward.id], place.staff[place.nights.id]
        for receiver in [*ward[:10], *nights[:2]]:
            thank(session, ward[-1], [receiver], "helping", moment(9, 20))
        # Outside the 90 days.
        thank(session, ward[-1], [ward[16]], "helping", moment(8, 20))
    assert november(database, place, place.ward).reach == Reach(Share.ABOUT_HALF, None)
    # 12 of all 24 in Medicine.
    assert november(database, place, place.nights).reach == Reach(Share.ABOUT_HALF, "Medicine")


def test_people_who_left_and_apps_are_not_in_the_team(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session, ward=9)
        ward = place.staff[place.ward.id]
        ward[8].left, ward[7].is_bot = True, True
    # Seven are left in the ward, so the wider team is told.
    assert november(database, place, place.ward).reach == Reach(Share.FEWER_THAN_HALF, "Medicine")


def test_only_thanks_whose_receiver_shared_them_are_highlights(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
        people = place.staff[place.ward.id]
        for number, sharing in enumerate(Sharing):
            thank(session, people[number], [people[9]], "helping", moment(11, 3, number), sharing=sharing)
        gone = thank(session, people[8], [people[9]], "helping", moment(11, 9), sharing=Sharing.SHARED)
        gone.undone_at, gone.words = moment(11, 10), None
    shared = november(database, place, place.ward).highlights
    giver = people[list(Sharing).index(Sharing.SHARED)]
    assert [(highlight.giver, highlight.words) for highlight in shared] == [
        (giver.name, f"{giver.name} wrote this")
    ]


def test_the_number_of_queries_does_not_depend_on_the_number_of_teams(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    counts = []
    for teams in (place.teams[:1], place.teams):
        statements.clear()
        with database.read() as session:
            queries.months(session, place.workspace, "2025-11", teams)
        counts.append(len(statements))
    assert counts[0] == counts[1] > 5
