"""The Friday question, when the clock is moved to it: only for those who asked, in their own time."""

import pytest
from sqlalchemy import select, update

from slackapp.models import Member, Workspace
from tests.support.human import Human
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

FRIDAY = "Who helped you this week?"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: other tests run the same queries on both."""
    return sqlite_url


def asks_for_it(person: Human) -> None:
    person.types("/appreciate settings")
    person.sees("My settings")
    person.fills("If you like", ["Ask me on Fridays who helped me this week"])
    person.submits()
    person.sees("Saved.")
    person.does("dismiss")


def zone_of(practice: RunningApp, user: str) -> str | None:
    with practice.app.sessions.read() as session:
        return session.scalars(select(Member.time_zone).where(Member.slack_user_id == user)).one()


def questions(person: Human) -> int:
    return sum(FRIDAY in message["text"] for message in person.screen()["messages"])


def test_friday_afternoon_brings_the_question_to_those_who_asked_each_in_their_own_time(
    practice: RunningApp,
) -> None:
    with practice.app.sessions.begin() as session:
        session.execute(update(Workspace).values(pulse_on=False))
    asks_for_it(practice.nurse)
    asks_for_it(practice.colleague)
    moved = {"kind": "person", "user": practice.colleague.user, "tz": "America/New_York"}
    assert practice.http.post("/control/change", json=moved).status_code == 200
    comes(lambda: zone_of(practice, practice.colleague.user) == "America/New_York")
    practice.clock(now="2026-11-06T13:59:00+00:00")
    assert questions(practice.nurse) == 0

    done = practice.clock(now="2026-11-06T14:00:01+00:00")["done"]

    assert "Friday's question" in [step["label"] for step in done]
    assert (questions(practice.nurse), questions(practice.colleague), questions(practice.leader)) == (1, 0, 0)
    practice.clock(now="2026-11-06T19:00:01+00:00")
    assert (questions(practice.nurse), questions(practice.colleague)) == (1, 1)
    practice.clock(now="2026-11-16T08:00:00+00:00")
    assert (questions(practice.nurse), questions(practice.colleague)) == (2, 2)

    asking = [message for message in practice.nurse.screen()["messages"] if FRIDAY in message["text"]]
    assert [control["label"] for control in asking[-1]["controls"]] == ["Appreciate someone", "Settings"]
    assert "You asked for this question on Fridays." in asking[-1]["text"]
    practice.nurse.presses("Appreciate someone", within=asking[-1]["ts"])
    assert practice.nurse.sees("Who would you like to thank?")["modal"]["title"] == "Appreciate someone"
