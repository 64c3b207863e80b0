"""A director's digest begins with what waits; a leader's has the way up where help from above is needed."""

import pytest
from sqlalchemy import update

from slackapp.demo import hospital
from slackapp.models import Team, Workspace
from tests.obstacles.test_answers_from_above import WAY, answers, sends_up
from tests.support.running_app import RunningApp

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")


def test_the_directors_digest_begins_with_what_waits_and_counts_what_was_answered(place: RunningApp) -> None:
    with place.app.sessions.begin() as session:
        session.get_one(Workspace, place.app.workspace_id).pulse_on = False
        others = [hospital.ACUTE.name, hospital.DISCHARGE.name]
        session.execute(update(Team).where(Team.name.in_(others)).values(leader_id=None))
    leader, director = place.leader, place.person(hospital.DIRECTOR.id)
    leader.sees("this month", place="home")
    place.clock(now="2026-11-20T10:00:00+00:00")
    sends_up(leader)
    place.clock(now="2026-12-01T09:01:00+00:00")
    screen = director.sees("Medicine in November", seconds=30)
    digest = next(line for line in screen["messages"] if "Medicine in November" in line["text"])
    text = digest["text"]
    assert text.index("Medicine in November") < text.index("Waiting for you") < text.index(WAY)
    assert text.index(WAY) < text.index("Going well")
    assert "1 obstacle was sent up to this level. Answered: 0." in text
    assert "Never used in appraisal, capability, discipline or pay, for staff or leaders." in text
    director.presses("Answer", within=str(digest["ts"]))
    answers(director, "No, because ...", "There is no money for it")
    director.does("dismiss")
    place.nurse.sees("No, because: “There is no money for it”", place=hospital.WARD_7.channel_id)
    ward = leader.sees("Ward 7 in November", seconds=30)
    own = next(line for line in ward["messages"] if "Ward 7 in November" in line["text"])
    assert "Never used in appraisal" not in own["text"]
    leader.presses("Say what we will do", within=str(own["ts"]))
    leader.fills("We will", "Ask for a porter")
    leader.presses("Send it up", within="modal")
    modal = leader.screen()["modal"]
    assert "It comes from Ward 7, not from a person, and goes to Helen Prosser" in modal["text"]
    assert "What we sent up" in str(modal["controls"])
