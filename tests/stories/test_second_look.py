"""What a leader or an admin writes for others to read is asked about first, as a thank-you is."""

import pytest
from sqlalchemy import select

from slackapp.core import free_text
from slackapp.demo import hospital
from slackapp.models import Promise, Question
from tests.stories.test_digest_answered import check_ins, only_ward_7_and_above
from tests.support.running_app import RunningApp

pytestmark = pytest.mark.usefixtures("without_browser")

NAMES = "Relatives of Mrs Jones in bed 4 wait for an hour"
ASKED = "This may point to a patient: “Mrs Jones” and “bed 4”. Could you say it without?"
NUMBER = "The bed of 943 476 5919 was never made"
REFUSED = "This has an NHS number in it, so it can't be stored. Please take it out."
WILL = "keep one visitors' room free"
ILL = "Dropped because Sam's cancer came back"


def promises(practice: RunningApp) -> list[Promise]:
    with practice.app.sessions.read() as session:
        return list(session.scalars(select(Promise)))


@pytest.fixture
def asked_to_answer(practice: RunningApp) -> RunningApp:
    """A digest is out, and its leader has the form for promises before them."""
    check_ins(practice, on=False)
    only_ward_7_and_above(practice)
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.clock(now="2026-12-01T09:01:00+00:00")
    screen = practice.leader.sees("Ward 7 in November", seconds=30)
    ts = [message["ts"] for message in screen["messages"] if "Ward 7 in November" in message["text"]][-1]
    practice.leader.presses("Say what we will do", within=ts)
    return practice


def test_a_promise_that_may_point_to_a_patient_is_asked_about_before_it_is_stored(
    asked_to_answer: RunningApp,
) -> None:
    leader = asked_to_answer.leader
    leader.fills("What I understood", NUMBER)
    leader.fills("We will", WILL)
    leader.submits()
    assert REFUSED in leader.screen().texts
    leader.fills("What I understood", NAMES)
    leader.submits()
    modal = leader.screen()["modal"]
    assert ASKED in modal["text"]
    assert "Save anyway" in str(modal)
    assert promises(asked_to_answer) == []
    # Read once, it is not asked about again; what is new is.
    leader.presses("Add another")
    leader.submits()
    stored = promises(asked_to_answer)
    assert [(promise.you_said, promise.we_will) for promise in stored] == [(NAMES, WILL)]


def test_why_a_promise_was_dropped_is_asked_about_too(asked_to_answer: RunningApp) -> None:
    leader = asked_to_answer.leader
    leader.fills("What I understood", "Relatives wait for an hour")
    leader.fills("We will", WILL)
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"], "nothing is asked about plain words"
    leader.does("dismiss")
    leader.sees(WILL, "home")
    leader.presses("Update", "home")
    leader.fills("What became of it?", "Dropped")
    why = "What will you do instead, why was it dropped, or what is in the way?"
    leader.fills(why, ILL)
    leader.submits()
    modal = leader.screen()["modal"]
    assert "This may tell of somebody's health or loss: “Sam's cancer”." in modal["text"]
    assert [promise.state for promise in promises(asked_to_answer)] == ["open"]
    leader.fills(why, "There is no room")
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"]
    assert [(promise.state, promise.reason) for promise in promises(asked_to_answer)] == [
        ("dropped", "There is no room")
    ]


def test_without_the_look_it_is_stored_at_once(
    asked_to_answer: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin: what the tests above would miss."""
    monkeypatch.setattr(free_text, "check", lambda *_: None)
    leader = asked_to_answer.leader
    leader.fills("What I understood", NAMES)
    leader.fills("We will", WILL)
    leader.submits()
    assert [promise.you_said for promise in promises(asked_to_answer)] == [NAMES]


def test_an_own_question_is_asked_about_too(practice: RunningApp) -> None:
    admin = practice.person(hospital.OPERATIONS.id)
    admin.types("/pulse admin")
    admin.presses("Questions")
    for wording, answer in ((NUMBER, REFUSED), (NAMES, ASKED)):
        admin.fills("Add a question", wording)
        admin.submits()
        assert answer in admin.screen().texts
        assert questions(practice) == []
    assert "Add anyway" in str(admin.screen()["modal"])
    admin.submits()
    assert questions(practice) == [NAMES]


def questions(practice: RunningApp) -> list[str]:
    with practice.app.sessions.read() as session:
        return list(session.scalars(select(Question.wording)))
