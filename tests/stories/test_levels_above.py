"""A director reads what her teams' leaders did, once they have read it themselves: the front door."""

import pytest
from sqlalchemy import update

from slackapp.demo import hospital
from slackapp.models import Team, Workspace
from tests.support.human import Screen
from tests.support.running_app import RunningApp

pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture
def quiet(practice: RunningApp) -> RunningApp:
    """The practice hospital without check-ins: their messages belong to other stories."""
    with practice.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, practice.app.workspace_id)
        workspace.pulse_on = False
        # Slack's own id is enough for a channel that nobody shares anything in here.
        session.execute(update(Team).where(Team.name == hospital.DIRECTORATE).values(deputy_id=None))
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    return practice


def _last(screen: Screen, text: str) -> str:
    return str([message for message in screen["messages"] if text in message["text"]][-1]["ts"])


def test_a_leader_reads_the_line_a_week_before_and_says_her_own_words(quiet: RunningApp) -> None:
    director, acute, leader = (
        quiet.person(hospital.DIRECTOR.id),
        quiet.person(hospital.ACUTE.leader.id),
        quiet.leader,
    )
    quiet.clock(now="2026-12-01T09:05:00+00:00")
    first = director.sees("Medicine in November", seconds=30)
    assert "No digest yet." in first.texts
    assert "In the order of the alphabet, never by figures." in first.texts
    assert first.texts.count("Never used in appraisal, capability, discipline or pay") == 1
    seen = leader.sees("Ward 7 in November", seconds=30)
    leader.presses("Say what we will do", within=_last(seen, "Ward 7 in November"))
    leader.fills("What I understood", "Nobody helps with beds")
    leader.fills("We will", "Have a second pair of hands until eight")
    leader.fills("By when?", "Friday 29 January")
    leader.submits()
    leader.presses("Share with the team")
    leader.submits()
    assert "Helen Prosser reads your promises" in leader.screen(place="home").texts

    quiet.clock(now="2026-12-29T10:00:00+00:00")
    notice = acute.sees("On Monday 4 January, Helen Prosser will read this line about your team:")
    assert "Not answered since November's digest." in notice.texts
    assert "There is no answer to the digest yet." in notice.texts
    acute.presses("Add my own words", within=_last(notice, "will read this line"))
    acute.fills("What should they know about it?", "Short of two nurses <!channel>")
    acute.submits()
    assert "Your words stand first." in acute.screen()["modal"]["text"]
    leaders = leader.sees("will read this line about your team:")
    assert "Promised: “Have a second pair of hands until eight”, by Friday 29 January." in leaders.texts
    assert "There is no answer" not in leaders.texts

    quiet.clock(now="2027-01-04T09:05:00+00:00")
    second = director.sees("Medicine in December", seconds=30)
    words = second["messages"][-1]["text"] if "Your teams" in second["messages"][-1]["text"] else second.texts
    places = [words.index(name) for name in ("Acute Medical Unit", "Discharge Team", "Ward 7")]
    assert places == sorted(places)
    for sentence in (
        "“Short of two nurses <!channel>”",
        "Not answered since November's digest. Ask @Stephen Adeyemi what is in the way.",
        "Promised: “Have a second pair of hands until eight”, by Friday 29 January.",
        "Something only you can do: ask each leader for one obstacle",
    ):
        assert sentence in second.texts
    director.presses("Ward 7", within=_last(second, "Medicine in December"))
    assert "Ward 7 in December" in director.screen()["modal"]["text"]
    director.does("dismiss")
    director.presses("All your teams", within=_last(second, "Medicine in December"))
    everything = director.screen()["modal"]["text"]
    assert "Short of two nurses" in everything
    director.does("dismiss")
    home = director.screen(place="home").texts
    assert "Not answered since November's digest." in home
    assert "Promised, by Friday 29 January." in home


def test_after_the_digest_is_out_no_words_are_taken_for_it(quiet: RunningApp) -> None:
    acute = quiet.person(hospital.ACUTE.leader.id)
    quiet.clock(now="2026-12-29T10:00:00+00:00")
    notice = acute.sees("will read this line about your team:", seconds=30)
    quiet.clock(now="2027-01-04T09:05:00+00:00")
    acute.presses("Add my own words", within=_last(notice, "will read this line"))
    assert "That digest is out already" in acute.screen().texts
