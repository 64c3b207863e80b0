"""Opt-in reminders: the Friday question, and the behaviour a team seldom names."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from slackapp.core.behaviours import Behaviour
from slackapp.models import Delivery, Member, Recipient, Sharing, Workspace
from slackapp.recognition import give, participants, reminders
from slackapp.recognition.draft import Draft, InvalidDraft
from tests.support.practice import Practice
from tests.support.recognition_ward import RecognitionWard

FRIDAY = datetime(2026, 11, 6, 14, 0, tzinfo=UTC)
WORDS = "Stayed after the shift to find us a bed"


def asks_for(ward: RecognitionWard, who: str, **changes: object) -> None:
    with ward.database.begin() as session:
        member = ward.person(session, who)
        member.nudges = True
        for name, value in changes.items():
            setattr(member, name, value)


def reminders_of(ward: RecognitionWard, now: datetime) -> list[Delivery]:
    with ward.database.begin() as session:
        reminders.enqueue_due(session, session.scalars(select(Workspace)).one(), now=now)
        return list(session.scalars(select(Delivery).where(Delivery.kind == reminders.KIND)))


def test_nobody_is_asked_who_did_not_ask_for_it(ward: RecognitionWard) -> None:
    assert reminders_of(ward, FRIDAY) == []


def test_the_question_comes_once_on_friday_in_their_own_time(ward: RecognitionWard) -> None:
    asks_for(ward, ward.nurse)
    asks_for(ward, ward.colleague, time_zone="America/New_York")
    for early in (FRIDAY - timedelta(days=1), FRIDAY - timedelta(minutes=1)):
        assert reminders_of(ward, early) == []
    assert [row.target for row in reminders_of(ward, FRIDAY)] == [ward.nurse]
    assert [row.target for row in reminders_of(ward, FRIDAY + timedelta(minutes=30))] == [ward.nurse]
    later = {row.target: row.due for row in reminders_of(ward, FRIDAY + timedelta(hours=5))}
    assert later[ward.colleague] == FRIDAY + timedelta(hours=5)


@pytest.mark.parametrize(("days_off", "comes"), [(0b0010000, True), (0b1110000, False)])
def test_a_day_off_puts_it_off_and_a_long_weekend_leaves_it_out(
    ward: RecognitionWard, days_off: int, *, comes: bool
) -> None:
    asks_for(ward, ward.nurse, days_off=days_off)
    rows = reminders_of(ward, FRIDAY)
    assert [row.due.date().day for row in rows] == ([7] if comes else [])


def give_at(
    ward: RecognitionWard, number: int, behaviour: Behaviour, now: datetime, **changes: object
) -> give.Given:
    with ward.database.begin() as session:
        draft = Draft((ward.colleague,), behaviour=behaviour, words=WORDS).about(**changes)
        occasion = give.GiveContext(ward.nurse, f"k{number}", now)
        return give.give(session, ward.slack_team_id, draft, occasion)


def hint(ward: RecognitionWard, now: datetime) -> Behaviour | None:
    with ward.database.begin() as session:
        present = participants.load(
            session.connection(), ward.slack_team_id, [ward.nurse], recognition_id="", now=now
        )
        return reminders.rarely_used_behaviour(session, present.giver, now=now)


def test_what_a_team_seldom_names_is_told_at_most_once_a_week(ward: RecognitionWard) -> None:
    now = FRIDAY
    for number in range(21):
        behaviour = (Behaviour.ATTENDING, Behaviour.HELPING, Behaviour.EMPATHISING)[number % 3]
        assert hint(ward, now) is None or number == 20
        give_at(ward, number, behaviour, now - timedelta(days=number))
    assert hint(ward, now + timedelta(days=8)) is Behaviour.UNDERSTANDING
    assert hint(ward, now + timedelta(days=14)) is None
    assert hint(ward, now + timedelta(days=15)) is Behaviour.UNDERSTANDING


def test_whoever_asked_for_it_is_told_after_a_thank_you_and_then_not_for_a_week(practice: Practice) -> None:
    ward, now = practice.ward, practice.context.now()
    reminder_text = "Your team seldom names understanding: talked it through with you."
    for number in range(21):
        behaviour = (Behaviour.ATTENDING, Behaviour.HELPING, Behaviour.EMPATHISING)[number % 3]
        give_at(ward, number, behaviour, now - timedelta(days=2 + number))
    practice.nurse.types(f"/appreciate @theo helping {WORDS}")
    assert reminder_text not in practice.nurse.sees("On its way to").texts
    asks_for(ward, ward.nurse)
    practice.nurse.types(f"/appreciate @theo helping {WORDS}, again")
    practice.nurse.sees(reminder_text)
    practice.nurse.types(f"/appreciate @theo helping {WORDS}, once more")
    seen = practice.nurse.waits(lambda seen: len(seen["messages"]) == 3)
    assert [reminder_text in message["text"] for message in seen["messages"]] == [False, True, False]


def test_what_its_receiver_found_unkind_is_not_counted(ward: RecognitionWard) -> None:
    for number in range(21):
        give_at(ward, number, Behaviour.HELPING, FRIDAY - timedelta(days=number))
    assert hint(ward, FRIDAY + timedelta(days=8)) is not None
    with ward.database.begin() as session:
        session.execute(update(Recipient).values(sharing=Sharing.REPORTED))
        session.execute(update(Member).values(hinted_at=None))
    assert hint(ward, FRIDAY + timedelta(days=8)) is None


def test_leave_puts_the_question_off_for_good(ward: RecognitionWard) -> None:
    asks_for(ward, ward.nurse, away_from=FRIDAY.date(), away_until=FRIDAY.date() + timedelta(days=7))
    assert reminders_of(ward, FRIDAY) == []
    assert len(reminders_of(ward, FRIDAY + timedelta(days=14))) == 1


def test_the_eleventh_of_a_day_is_asked_about_kindly_and_tomorrow_it_is_not(ward: RecognitionWard) -> None:
    evening = datetime(2026, 11, 3, 22, 0, tzinfo=UTC)
    for number in range(10):
        give_at(ward, number, Behaviour.HELPING, evening)
    with pytest.raises(InvalidDraft) as refused:
        give_at(ward, 10, Behaviour.HELPING, evening)
    assert refused.value.questions == ("ten-today",)
    give_at(ward, 11, Behaviour.HELPING, evening, accepted_questions=("ten-today",))
    give_at(ward, 12, Behaviour.HELPING, evening + timedelta(hours=2))


@pytest.mark.parametrize(
    ("first", "then", "is_asked"),
    [
        ("2026-11-03T23:30", "2026-11-03T23:59", True),
        ("2026-11-03T23:30", "2026-11-04T00:00", False),
        # The clocks go back: a day of 25 hours. And forward: one of 23.
        ("2026-10-24T23:05", "2026-10-25T23:55", True),
        ("2026-10-24T22:55", "2026-10-25T23:55", False),
        ("2026-03-29T00:05", "2026-03-29T22:55", True),
        ("2026-03-29T00:05", "2026-03-29T23:05", False),
    ],
)
def test_a_day_is_the_givers_own_between_two_midnights(
    ward: RecognitionWard, first: str, then: str, *, is_asked: bool
) -> None:
    """In London: in summer its midnight is 23:00 UTC."""
    early, late = (datetime.fromisoformat(f"{at}:00+00:00") for at in (first, then))
    for number in range(10):
        give_at(ward, number, Behaviour.HELPING, early)
    expected = pytest.raises(InvalidDraft) if is_asked else nullcontext()
    with expected as refused:
        give_at(ward, 10, Behaviour.HELPING, late)
    if refused is not None:
        assert refused.value.questions == ("ten-today",)
