"""Opening, answering, closing."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from slackapp.core.errors import UserError
from slackapp.models import Delivery, FanOut, Member, Poll, PollMember, PollState, PollUnit, Team, Workspace
from slackapp.pulse import audience as invitations
from slackapp.pulse import held_comments, opening, rounds
from slackapp.pulse.ballots import CANT_SAY
from slackapp.pulse.rounds import Answers
from tests.pulse.hospital import THREE_TEAMS, Hospital

DAY = timedelta(days=1)


def polls(hospital: Hospital) -> list[tuple[str, str]]:
    with hospital.sessions.read() as session:
        found = session.scalars(select(Poll).order_by(Poll.opens_on))
        return [(f"{one.opens_on:%d %b}", one.state) for one in found]


def units(hospital: Hospital) -> dict[str, int]:
    names = {team_id: name for name, team_id in hospital.teams.items()}
    with hospital.sessions.read() as session:
        return {names[one.unit_id]: one.invited for one in session.scalars(select(PollUnit))}


def due(hospital: Hospital, now: datetime) -> datetime | None:
    with hospital.sessions.read() as session:
        return rounds.due_opening(session, session.get_one(Workspace, hospital.workspace_id), now)


def refused(hospital: Hospital, name: str, now: datetime) -> str:
    paper = Answers(hospital.poll_id, hospital.person(name), {"attending": 4})
    with pytest.raises(UserError) as problem, hospital.sessions.begin() as session:
        rounds.submit(session, hospital.keys, paper, now)
    return problem.value.sentence


def test_a_round_opens_at_the_common_opening_and_only_once(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    assert due(hospital, hospital.opening - timedelta(minutes=1)) is None
    assert due(hospital, hospital.opening) == hospital.opening
    hospital.open()
    assert due(hospital, hospital.opening) is None
    assert rounds.open_due(hospital.sessions, hospital.keys, hospital.workspace_id, hospital.opening) is None
    assert polls(hospital) == [("02 Nov", PollState.OPEN)]
    assert hospital.keys.poll_ids() == [hospital.poll_id]


def test_a_workspace_without_the_pulse_opens_nothing(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    with hospital.sessions.begin() as session:
        session.get_one(Workspace, hospital.workspace_id).pulse_on = False
    assert rounds.open_due(hospital.sessions, hospital.keys, hospital.workspace_id, hospital.opening) is None
    assert polls(hospital) == []


def test_the_close_has_the_opening_s_local_time_across_both_clock_changes(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    for since in (datetime(2026, 10, 19, tzinfo=UTC), datetime(2027, 3, 22, tzinfo=UTC)):
        with hospital.sessions.begin() as session:
            session.get_one(Workspace, hospital.workspace_id).pulse_since = since
        opened = hospital.open(since + timedelta(hours=12))
        with hospital.sessions.read() as session:
            poll = session.get_one(Poll, opened)
            local = [
                moment.astimezone(ZoneInfo("Europe/London")) for moment in (poll.opens_at, poll.closes_at)
            ]
        assert [f"{moment:%a %H:%M}" for moment in local] == ["Mon 09:00", "Mon 09:00"]
        assert local[0].utcoffset() != local[1].utcoffset()


def test_missed_rounds_are_marked_and_the_running_one_still_opens(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    late = hospital.opening + timedelta(days=16)
    hospital.open(late)
    assert polls(hospital) == [
        ("02 Nov", PollState.CANCELLED),
        ("09 Nov", PollState.CANCELLED),
        ("16 Nov", PollState.OPEN),
    ]


def test_the_next_round_closes_the_one_before_and_asks_another_fifth_question(
    open_hospital: Hospital,
) -> None:
    first = open_hospital.poll_id
    second = open_hospital.open(open_hospital.close_at)
    assert polls(open_hospital) == [("02 Nov", PollState.CLOSED), ("09 Nov", PollState.OPEN)]
    with open_hospital.sessions.read() as session:
        asked = [session.get_one(Poll, one).items for one in (first, second)]
    assert asked[0][:4] == asked[1][:4]
    assert asked[0][4] != asked[1][4]
    assert open_hospital.keys.poll_ids() == [second]


def test_a_change_of_schedule_never_closes_a_round_before_the_moment_it_named(
    open_hospital: Hospital,
) -> None:
    with open_hospital.sessions.begin() as session:
        session.get_one(Workspace, open_hospital.workspace_id).pulse_weekday = 3
    assert due(open_hospital, open_hospital.opening + 4 * DAY) is None
    assert due(open_hospital, open_hospital.close_at + 3 * DAY) == open_hospital.close_at + 3 * DAY


def test_a_leader_belongs_to_the_parent_and_the_top_leader_to_none(open_hospital: Hospital) -> None:
    assert units(open_hospital) == {"Medicine": 3, "Ward 7": 9, "Theatres": 6, "Clinic": 4}
    with open_hospital.sessions.read() as session:
        asked = set(session.scalars(select(PollMember.member_id)))
    assert open_hospital.people["Ward 7 leader"] in asked
    assert open_hospital.people["Medicine leader"] not in asked


def test_a_leader_listed_in_their_own_team_still_belongs_to_the_parent(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    with hospital.sessions.begin() as session:
        for name in ("Ward 7", "Medicine"):
            leader = session.get_one(Member, session.get_one(Team, hospital.teams[name]).leader_id)
            leader.team_id = hospital.teams["Ward 7"]
    hospital.open()
    assert units(hospital)["Ward 7"] == 9
    assert units(hospital)["Medicine"] == 3


def test_strangers_apps_and_leavers_are_not_asked(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    with hospital.sessions.begin() as session:
        for number, mark in enumerate(("left", "is_bot", "is_stranger"), start=1):
            setattr(session.get_one(Member, hospital.people[f"Ward 7 {number}"]), mark, True)
    hospital.open()
    assert units(hospital)["Ward 7"] == 6


def test_answers_are_counted_where_enough_answered_and_else_one_level_up(open_hospital: Hospital) -> None:
    for number in range(1, 10):
        open_hospital.answer(f"Ward 7 {number}", 4)
    for number in range(1, 5):
        open_hospital.answer(f"Theatres {number}", 2)
    open_hospital.answer("Clinic 1", 2)
    open_hospital.close()
    assert open_hospital.bundles() == {"Ward 7": 9, "Medicine": 5}
    assert open_hospital.results()[("Ward 7", "helping")] == (9, 33, 37)
    assert open_hospital.results()[("Medicine", "helping")] == (5, 5, 12)
    with open_hospital.sessions.read() as session:
        bands = {one.unit_id: one.turnout for one in session.scalars(select(PollUnit))}
    assert bands[open_hospital.teams["Ward 7"]] == "more"
    assert bands[open_hospital.teams["Clinic"]] is None


def test_fewer_than_five_at_the_top_leave_nothing_at_all(open_hospital: Hospital) -> None:
    for number in range(1, 5):
        open_hospital.answer(f"Clinic {number}", 4)
    open_hospital.close()
    assert (open_hospital.bundles(), open_hospital.results()) == ({}, {})


def test_a_round_never_opens_below_what_was_promised(hospital: Hospital) -> None:
    """Whoever writes smaller numbers into the database changes nothing."""
    hospital.build(THREE_TEAMS, k=2, c=0, comment_threshold=1)
    hospital.open()
    with hospital.sessions.read() as session:
        poll = session.get_one(Poll, hospital.poll_id)
        assert (poll.k, poll.c, poll.comment_threshold) == (5, 1, 8)


def test_cannot_say_and_blank_do_not_score(open_hospital: Hospital) -> None:
    said = [
        {"helping": 5},
        {"helping": CANT_SAY},
        {"helping": 4},
        {"attending": 5},
        {"helping": 4, "attending": 3},
    ]
    for number, scores in enumerate(said, start=1):
        open_hospital.answer(f"Theatres {number}", scores)
    open_hospital.close()
    assert open_hospital.bundles() == {"Theatres": 5}
    assert open_hospital.results() == {}


def test_a_blank_paper_takes_no_answer_s_place_and_is_none_of_the_five(open_hospital: Hospital) -> None:
    for number in range(1, 5):
        open_hospital.answer(f"Theatres {number}", 4)
    before = open_hospital.ballots()
    # Unknown questions and a comment that nobody would see are nothing, too.
    blank: list[tuple[dict[str, int], str]] = [({}, ""), ({"once asked": 4}, " \u200b ")]
    for scores, comment in blank:
        for number in (4, 5):
            with pytest.raises(UserError) as refused:
                open_hospital.answer(f"Theatres {number}", scores, comment)
            assert refused.value.sentence == rounds.NOTHING_CHOSEN
            assert refused.value.field == "attending"
    assert open_hospital.ballots() == before
    open_hospital.close()
    # The naive twin stores them: then there are five, and the four answers are shown.
    assert open_hospital.bundles() == {}


def test_answering_again_replaces_and_withdrawing_deletes(open_hospital: Hospital) -> None:
    for number in range(1, 7):
        open_hospital.answer(f"Theatres {number}", 1)
        open_hospital.answer(f"Theatres {number}", 5)
    assert len(open_hospital.ballots()) == 6
    who = open_hospital.poll_id, open_hospital.person("Theatres 6")
    for _ in range(2):
        with open_hospital.sessions.begin() as session:
            rounds.withdraw(session, open_hospital.keys, *who, open_hospital.opening)
    assert len(open_hospital.ballots()) == 5
    open_hospital.close()
    assert open_hospital.results()[("Theatres", "attending")] == (5, 18, 25)


def test_an_answer_is_refused_in_words_when_closed_not_theirs_or_lost(open_hospital: Hospital) -> None:
    assert refused(open_hospital, "Medicine leader", open_hospital.opening) == rounds.NOT_ASKED
    assert refused(open_hospital, "Ward 7 1", open_hospital.close_at) == rounds.CLOSED
    assert refused(open_hospital, "Ward 7 1", open_hospital.opening - DAY) == rounds.CLOSED
    open_hospital.keys.destroy(open_hospital.poll_id)
    assert refused(open_hospital, "Ward 7 1", open_hospital.opening) == rounds.CLOSED
    rounds.recover(open_hospital.sessions, open_hospital.keys, open_hospital.opening)
    assert refused(open_hospital, "Ward 7 1", open_hospital.opening) == rounds.LOST


def test_after_the_close_only_figures_are_left(open_hospital: Hospital) -> None:
    open_hospital.answer("Ward 7 1", 4)
    assert rounds.close_due(open_hospital.sessions, open_hospital.keys, open_hospital.opening) == []
    rounds.close_due(open_hospital.sessions, open_hospital.keys, open_hospital.close_at)
    open_hospital.close()
    assert open_hospital.is_closed()
    assert open_hospital.ballots() == []
    assert open_hospital.keys.poll_ids() == []
    with open_hospital.sessions.read() as session:
        assert session.scalars(select(PollMember)).all() == []
    assert refused(open_hospital, "Ward 7 1", open_hospital.opening) == rounds.CLOSED


def test_a_spoilt_ballot_is_left_out_and_the_others_count(open_hospital: Hospital) -> None:
    for number in range(1, 8):
        open_hospital.answer(f"Ward 7 {number}", 5)
    from slackapp.models import Ballot

    with open_hospital.sessions.begin() as session:
        spoilt = session.scalars(select(Ballot).limit(1)).one()
        spoilt.box = spoilt.box[:-1] + bytes([spoilt.box[-1] ^ 1])
    open_hospital.close()
    assert open_hospital.bundles() == {"Ward 7": 6}


def test_comments_are_kept_without_time_where_eight_answered_and_released_where_three_wrote(
    hospital: Hospital,
) -> None:
    hospital.build({"Ward 7": 9, "Theatres": 7, "Clinic": 8}, comments_on=True)
    hospital.open()
    for number in range(1, 10):
        hospital.answer(f"Ward 7 {number}", 4, f"ward {number}" if number <= 3 else "")
    for number in range(1, 8):
        hospital.answer(f"Theatres {number}", 4, "theatres")
    for number in range(1, 9):
        hospital.answer(f"Clinic {number}", 4, "clinic" if number <= 2 else "")
    hospital.count()
    assert hospital.comments() == {}
    names = {team: name for name, team in hospital.teams.items()}
    ((month, waiting),) = held_comments.held(hospital.keys).items()
    assert month == (hospital.workspace_id, "2026-11")
    # Seven in Theatres are too few to hide a writer, and above them there are no eight either.
    assert sorted((names[comment.unit], comment.words) for comment in waiting) == [
        ("Clinic", "clinic"),
        ("Clinic", "clinic"),
        ("Ward 7", "ward 1"),
        ("Ward 7", "ward 2"),
        ("Ward 7", "ward 3"),
    ]
    for now in (hospital.close_at, datetime(2026, 11, 30, 23, 59, tzinfo=UTC)):
        held_comments.release(hospital.sessions, hospital.keys, now)
        assert hospital.comments() == {}
    held_comments.release(hospital.sessions, hospital.keys, datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
    assert {unit: sorted(words) for unit, words in hospital.comments().items()} == {
        "Ward 7": ["ward 1", "ward 2", "ward 3"]
    }
    assert held_comments.held(hospital.keys) == {}


def test_everybody_asked_is_owed_one_message_in_their_own_hours(open_hospital: Hospital) -> None:
    with open_hospital.sessions.begin() as session:
        night = session.get_one(Member, open_hospital.people["Ward 7 1"])
        night.quiet_from, night.quiet_until = time(8), time(16)
        session.get_one(Member, open_hospital.people["Ward 7 2"]).pulse_messages = False
        owed = session.scalars(select(FanOut)).one()
        for _ in range(2):
            owed.cursor, passes = "", 1
            while not invitations.enqueue_invitations(session, owed, open_hospital.opening, chunk=5):
                passes += 1
        assert passes == 5
        found = {one.target: one for one in session.scalars(select(Delivery))}
        assert len(found) == 21
        assert found[night.slack_user_id].due == open_hospital.opening + timedelta(hours=7)
        assert {one.expires for one in found.values()} == {open_hospital.close_at}
        assert {one.reference for one in found.values()} == {open_hospital.poll_id}


def test_the_clock_page_is_told_what_comes_next(hospital: Hospital) -> None:
    hospital.build(THREE_TEAMS)
    with hospital.sessions.read() as session:
        assert opening.next_events(session, hospital.opening - DAY)[0] == (hospital.opening, opening.OPENS)
    hospital.open()
    with hospital.sessions.read() as session:
        # The next round opens at the very moment at which this one closes.
        assert opening.next_events(session, hospital.opening) == [
            (hospital.close_at, opening.CLOSES),
            (hospital.close_at, opening.OPENS),
        ]
        assert opening.next_events(session, hospital.opening)[0] == (hospital.close_at, opening.CLOSES)
