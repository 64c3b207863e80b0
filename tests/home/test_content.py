"""What the Home tab shows a nurse, a leader, a deputy, a director and an admin."""

from datetime import date

import pytest
from sqlalchemy import select

from slackapp.demo import hospital
from slackapp.models import Digest, Member, Team, Workspace
from tests.support.human import Human
from tests.support.running_app import RunningApp

CARYS, DYLAN = hospital.WARD_7.staff[0].id, hospital.WARD_7.staff[4].id
MAIR, HELEN, IDRIS = hospital.WARD_7.leader.id, hospital.DIRECTOR.id, hospital.OPERATIONS.id
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def labels(person: Human) -> set[str]:
    return {
        control["label"] for message in person.screen("home")["messages"] for control in message["controls"]
    }


@pytest.fixture
def november(place: RunningApp) -> RunningApp:
    """October's digests came out this morning, about a month with little in it."""
    with place.app.sessions.begin() as session:
        session.get_one(Workspace, place.app.workspace_id).digests_from = "2026-10"
        for team in session.scalars(select(Team)):
            reader = {"month": "2026-10", "recipient_id": team.leader_id, "made_at": place.app.now()}
            session.add(Digest(team_id=team.id, **reader))
    place.clock(now="2026-11-02T10:30:00+00:00")
    return place


def test_each_role_finds_its_own_on_home(november: RunningApp) -> None:
    place = november
    carys, mair, helen, idris = map(place.person, (CARYS, MAIR, HELEN, IDRIS))
    nurse = carys.sees("My settings", place="home").texts
    assert "The teams you lead" not in nurse
    assert "For admins" not in nurse
    assert "Check-ins and reminders come between 08:00 and 20:00." in nurse
    assert labels(carys) == {
        "Prepare a hard conversation",
        "Appreciate someone", "Answer", "Received", "Given", "My settings", "When to ask me",
        "Export what is kept about me", "Erase what is kept about me",
    }  # fmt: skip
    leader = mair.sees("The teams you lead", place="home").texts
    for text in ("Ward 7", "16 people.", "The next check-in opens on:", "a quiet month"):
        assert text in leader
    assert "For admins" not in leader
    mair.presses("Open the digest", within="home")
    assert "Ward 7" in mair.screen()["modal"]["text"]
    director = helen.sees("The teams you lead", place="home").texts
    assert "3 teams are part of it." in director
    helen.presses("All your teams", within="home")
    assert "Ward 7" in helen.screen()["modal"]["text"]
    helen.presses("Open the digest", within="modal")
    assert helen.screen()["modal"]["title"] == "Digest"
    helen.does("dismiss")
    assert helen.screen()["modal"]["title"] == "Your teams"
    admin = idris.sees("For admins", place="home").texts
    assert "All well." in admin
    assert "4 teams." in admin
    assert {"Teams", "Set up the check-in", "Settings for everyone", "How long it is kept"} <= labels(idris)


def test_settings_show_on_home_as_soon_as_they_are_saved(place: RunningApp) -> None:
    carys = place.person(CARYS)
    carys.sees("You read English.", place="home")
    carys.presses("When to ask me", within="home")
    carys.sees("Check-ins and reminders wait for the end of quiet hours. Thank-yous come at once.")
    carys.fills("Quiet from", "08:00")
    carys.fills("Quiet until", "16:00")
    carys.fills("Days on which I don't want check-ins and reminders", ["Saturday", "Sunday"])
    carys.fills("On leave from", "2026-11-09")
    carys.fills("On leave until, this day included", "2026-11-15")
    carys.submits()
    carys.does("dismiss")
    seen = carys.screen("home").texts
    assert "Check-ins and reminders come between 16:00 and 08:00." in seen
    assert "Days off: Saturday and Sunday." in seen
    assert "On leave: Monday 9 November to Sunday 15 November." in seen
    carys.presses("My settings", within="home")
    carys.fills("When somebody would like my team to see their thanks", "Always keep it private")
    carys.fills("If you like", ["Ask me on Fridays who helped me this week"])
    carys.submits()
    carys.does("dismiss")
    seen = carys.screen("home").texts
    assert "Your thank-yous always stay private." in seen
    assert "You are asked on Fridays who helped you" in seen
    carys.presses("When to ask me", within="home")
    carys.fills("Language", "Cymraeg")
    carys.submits()
    carys.does("dismiss")
    assert "Fy ngosodiadau" in carys.screen("home").texts


def test_a_deputy_finds_the_team_on_home_while_its_leader_is_on_leave(place: RunningApp) -> None:
    dylan = place.person(DYLAN)
    with place.app.sessions.begin() as session:
        people = {member.slack_user_id: member for member in session.scalars(select(Member))}
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        team.deputy_id = people[DYLAN].id
    assert "The teams you lead" not in dylan.sees("My settings", place="home").texts
    with place.app.sessions.begin() as session:
        leader = session.scalars(select(Member).where(Member.slack_user_id == MAIR)).one()
        leader.away_from, leader.away_until = date(2026, 11, 1), date(2026, 11, 30)
    place.clock(advance=120)
    dylan.sees("The teams you lead", place="home")
