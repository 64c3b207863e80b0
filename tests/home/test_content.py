"""What the Home tab shows a nurse, a leader, a deputy, a director and an admin."""

from datetime import date, time

import pytest
from sqlalchemy import select, update

from slackapp.demo import hospital
from slackapp.models import Digest, Member, Team, Workspace
from slackapp.privacy import retention
from tests.support.human import Human
from tests.support.running_app import RunningApp

CARYS, DYLAN = hospital.WARD_7.staff[0].id, hospital.WARD_7.staff[4].id
MAIR, HELEN, IDRIS = hospital.WARD_7.leader.id, hospital.DIRECTOR.id, hospital.OPERATIONS.id
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def labels(person: Human) -> list[str]:
    return [
        control["label"] for message in person.screen("home")["messages"] for control in message["controls"]
    ]


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
    nurse = carys.sees("You read English.", place="home").texts
    assert "this month" not in nurse
    assert "For admins" not in nurse
    assert "Check-ins and reminders come between 08:00 and 20:00." in nurse
    assert labels(carys) == [
        "Appreciate someone", "Prepare a hard conversation", "Answer", "All thank-yous",
        "Thank-yous you gave", "My settings", "What is kept about me",
    ]  # fmt: skip
    leader = mair.sees("Ward 7 this month", place="home").texts
    for text in ("The next check-in opens on:", "a quiet month", "Yours is counted with Medicine."):
        assert text in leader
    assert leader.index("Ward 7 this month") < leader.index("How were your last few shifts?")
    assert "For admins" not in leader
    mair.presses("Open the digest", within="home")
    assert "Ward 7" in mair.screen()["modal"]["text"]
    helen.sees("Medicine this month", place="home")
    helen.presses("All your teams", within="home")
    assert "Ward 7" in helen.screen()["modal"]["text"]
    helen.presses("Open the digest", within="modal")
    assert helen.screen()["modal"]["title"] == "Digest"
    helen.does("dismiss")
    assert helen.screen()["modal"]["title"] == "Your teams"
    admin = idris.sees("For admins", place="home").texts
    assert "All well." in admin
    assert "4 teams." in admin
    assert {"Teams", "Set up the check-in", "More actions"} <= set(labels(idris))
    for choice, title in (
        ("Settings for everyone", "For everyone"),
        ("How long it is kept", "How long it is kept"),
        ("Who changed what", "Who changed what"),
    ):
        idris.presses(choice, within="home")
        modal = idris.waits(lambda screen: screen["modal"] is not None, "home")["modal"]
        assert modal["title"] == title
        idris.does("dismiss")


def test_what_is_kept_is_one_press_away_and_true(place: RunningApp) -> None:
    carys = place.person(CARYS)
    assert "24 months" not in carys.sees("You read English.", place="home").texts
    carys.presses("What is kept about me", within="home")
    window = carys.waits(lambda screen: screen["modal"] is not None, "home")["modal"]
    assert "with their words, for 24 months" in window["text"]
    assert {"Export what is kept about me", "Erase what is kept about me"} <= {
        control["label"] for control in window["controls"]
    }
    carys.does("dismiss")
    with place.app.sessions.begin() as session:
        workspace = session.get_one(Workspace, place.app.workspace_id)
        retention.set_limit(session, workspace, "recognitions_months", 6)
    carys.presses("What is kept about me", within="home")
    carys.waits(lambda screen: "for 6 months" in screen["modal"]["text"], "home")


def test_the_newest_three_stand_on_home_and_all_are_one_press_away(place: RunningApp) -> None:
    carys, dylan = place.person(CARYS), place.person(DYLAN)
    for number in range(5):
        carys.types(f"/appreciate @Dylan Hughes helping You found the key to cupboard number {number}")
        dylan.sees(f"number {number}")
    home = dylan.screen("home").texts
    assert [number for number in range(5) if f"number {number}" in home] == [2, 3, 4]
    dylan.presses("All thank-yous", within="home")
    window = dylan.waits(lambda screen: screen["modal"] is not None, "home")["modal"]
    assert window["title"] == "Thanks you received"
    assert "number 0" in window["text"]
    dylan.does("dismiss")
    carys.screen("home")
    carys.presses("Thank-yous you gave", within="home")
    window = carys.waits(lambda screen: screen["modal"] is not None, "home")["modal"]
    assert "You thanked @Dylan Hughes for helping." in window["text"]
    carys.presses("Undo", within="modal")
    carys.waits(lambda screen: "Taken back." in screen["modal"]["text"], "home")
    carys.does("dismiss")
    dylan.screen()
    dylan.waits(lambda screen: "number 4" not in screen.texts, "home")


def test_without_a_team_home_does_not_say_that_all_is_well(place: RunningApp) -> None:
    with place.app.sessions.begin() as session:
        session.execute(update(Team).values(closed_at=place.app.now()))
        session.get_one(Workspace, place.app.workspace_id).pulse_on = False
    idris = place.person(IDRIS)
    home = idris.sees("One thing to do: There is no team yet", place="home").texts
    assert "All well." not in home
    assert "Three steps, and Appreciate is ready." in home
    idris.presses("Set up the check-in", within="home")
    idris.waits(lambda screen: screen["modal"] is not None, "home")
    idris.presses("Go live", within="modal")
    idris.waits(lambda screen: "Please make a team first." in screen["modal"]["text"], "home")
    with place.app.sessions.read() as session:
        assert session.get_one(Workspace, place.app.workspace_id).pulse_on is False


def test_settings_are_one_window_and_show_on_home_as_soon_as_they_are_saved(place: RunningApp) -> None:
    carys = place.person(CARYS)
    carys.sees("You read English.", place="home")
    carys.presses("My settings", within="home")
    window = carys.waits(lambda screen: screen["modal"] is not None, "home")["modal"]
    assert window["controls"][0]["label"] == "Language", "the language comes first"
    assert (
        "Check-ins and reminders wait for the end of quiet hours. Thank-yous come at once." in window["text"]
    )
    carys.fills("Quiet from", "08:00")
    carys.fills("Quiet until", "16:00")
    carys.fills("Days on which I don't want check-ins and reminders", ["Saturday", "Sunday"])
    carys.fills("On leave from", "2026-11-09")
    carys.fills("On leave until, this day included", "2026-11-01")
    carys.fills("When somebody would like my team to see their thanks", "Always keep it private")
    carys.fills("If you like", ["Ask me on Fridays who helped me this week"])
    carys.submits()
    errors = carys.screen("home")["modal"]["errors"]
    assert "The last day of leave can't come before its first." in str(errors)
    carys.fills("On leave until, this day included", "2026-11-15")
    carys.submits()
    carys.sees("Saved. It holds from now on.", "home")
    carys.does("dismiss")
    seen = carys.screen("home").texts
    assert "Check-ins and reminders come between 16:00 and 08:00." in seen
    assert "Days off: Saturday and Sunday." in seen
    assert "On leave: Monday 9 November to Sunday 15 November." in seen
    with place.app.sessions.read() as session:
        member = session.scalars(select(Member).where(Member.slack_user_id == CARYS)).one()
        assert (member.sharing, member.nudges, member.quiet_from) == ("never", True, time(8))
    carys.types("/pulse settings")
    carys.waits(lambda screen: screen["modal"] and screen["modal"]["title"] == "My settings", "home")
    carys.fills("Language", "Cymraeg")
    carys.submits()
    carys.does("dismiss")
    assert "Fy ngosodiadau" in labels(carys)


def test_a_deputy_finds_the_team_on_home_while_its_leader_is_on_leave(place: RunningApp) -> None:
    dylan = place.person(DYLAN)
    with place.app.sessions.begin() as session:
        people = {member.slack_user_id: member for member in session.scalars(select(Member))}
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        team.deputy_id = people[DYLAN].id
    assert "Ward 7 this month" not in dylan.sees("You read English.", place="home").texts
    with place.app.sessions.begin() as session:
        leader = session.scalars(select(Member).where(Member.slack_user_id == MAIR)).one()
        leader.away_from, leader.away_until = date(2026, 11, 1), date(2026, 11, 30)
    place.clock(advance=120)
    dylan.sees("Ward 7 this month", place="home")
