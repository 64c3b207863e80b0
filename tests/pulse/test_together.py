"""Several people, and one person twice, at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from slackapp.core.errors import UserError
from slackapp.models import Poll
from slackapp.pulse import rounds
from slackapp.pulse.ballots import SealedBallot, open_box
from slackapp.pulse.rounds import Answers
from tests.pulse.hospital import Hospital
from tests.pulse.second_worlds import own_postgresql_url  # noqa: F401 - these tests change tables

PATIENCE = 30


def values(hospital: Hospital) -> list[int]:
    """What the ballots say to whoever holds the key."""
    secret = hospital.secret()
    opened = [open_box(secret, hospital.poll_id, SealedBallot(*row)) for row in hospital.ballots()]
    return [answer.scores["helping"] for answer in opened]


def hand_in(hospital: Hospital, score: int, *, before_commit: Callable[[], object] = lambda: None) -> None:
    paper = Answers(hospital.poll_id, hospital.person("Ward 7 1"), {"helping": score})
    with hospital.sessions.begin() as session:
        rounds.submit(session, hospital.keys, paper, hospital.opening + timedelta(hours=1))
        before_commit()


@pytest.fixture
def ward(hospital: Hospital) -> Hospital:
    hospital.build({"Ward 7": 40})
    hospital.open()
    return hospital


def test_of_two_answers_at_once_the_one_committed_last_stands(ward: Hospital) -> None:
    stored, begun = threading.Event(), threading.Event()

    def wait_for_the_second() -> None:
        stored.set()
        begun.wait(PATIENCE)

    def first() -> None:
        hand_in(ward, 1, before_commit=wait_for_the_second)

    def second() -> None:
        assert stored.wait(PATIENCE)
        begun.set()
        hand_in(ward, 5)

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(first), both.submit(second)]:
            done.result(PATIENCE)
    assert values(ward) == [5]


def test_twenty_presses_at_once_leave_one_ballot(ward: Hospital) -> None:
    start = threading.Barrier(20)

    def press(score: int) -> None:
        start.wait(PATIENCE)
        hand_in(ward, score)

    with ThreadPoolExecutor(20) as crowd:
        list(crowd.map(press, [1, 5] * 10))
    assert len(values(ward)) == 1


def test_looking_first_and_then_inserting_would_leave_two(ward: Hospital) -> None:
    with ward.sessions.begin() as session:
        session.execute(text("CREATE TABLE naive (person VARCHAR(24), said INTEGER)"))
    both_looked = threading.Barrier(2)

    def press(score: int) -> None:
        person = ward.people["Ward 7 1"]
        with ward.sessions.read() as session:
            known = session.execute(
                text("SELECT 1 FROM naive WHERE person = :person"), {"person": person}
            ).all()
        both_looked.wait(PATIENCE)
        with ward.sessions.begin() as session:
            if not known:
                session.execute(
                    text("INSERT INTO naive VALUES (:person, :said)"), {"person": person, "said": score}
                )

    with ThreadPoolExecutor(2) as both:
        list(both.map(press, [1, 5]))
    with ward.sessions.read() as session:
        assert session.execute(text("SELECT count(*) FROM naive")).scalar() == 2


def test_what_was_acknowledged_while_the_poll_closed_is_counted_and_later_answers_are_told(
    ward: Hospital,
) -> None:
    acknowledged: list[int] = []
    words: list[str] = []
    enough = threading.Event()

    def press(number: int) -> None:
        try:
            ward.answer(f"Ward 7 {number}", 4)
        except UserError as refused:
            words.append(refused.sentence)
        else:
            acknowledged.append(number)
            if len(acknowledged) >= 8:
                enough.set()

    with ThreadPoolExecutor(6) as crowd:
        running = [crowd.submit(press, number) for number in range(1, 41)]
        assert enough.wait(PATIENCE)
        closers = [threading.Thread(target=ward.close) for _ in range(2)]
        for closer in closers:
            closer.start()
        for done in running:
            done.result(PATIENCE)
        for closer in closers:
            closer.join(PATIENCE)
    press(1)
    assert len(acknowledged) >= 8
    assert set(words) == {rounds.CLOSED}
    assert ward.bundles() == {"Ward 7": len(acknowledged)}


def test_a_close_that_counted_without_holding_the_poll_would_lose_an_acknowledged_answer(
    ward: Hospital,
) -> None:
    """The control: the same comparison, of what was acknowledged and what was counted, notices it."""
    for number in range(1, 9):
        ward.answer(f"Ward 7 {number}", 4)
    counted = len(values(ward))
    ward.answer("Ward 7 9", 4)
    with ward.sessions.begin() as session:
        session.execute(text("DELETE FROM ballot"))
        session.execute(text("UPDATE poll SET state = 'closed'"))
    acknowledged = 9
    assert counted != acknowledged


def test_two_processes_that_open_at_the_same_moment_open_one_round(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 9})
    start = threading.Barrier(6)

    def open_now(_: int) -> str | None:
        start.wait(PATIENCE)
        return rounds.open_due(hospital.sessions, hospital.keys, hospital.workspace_id, hospital.opening)

    with ThreadPoolExecutor(6) as crowd:
        opened = [one for one in crowd.map(open_now, range(6)) if one]
    with hospital.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Poll)) == 1
    assert hospital.keys.poll_ids() == [opened[0]]
