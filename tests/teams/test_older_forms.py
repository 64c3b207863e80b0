"""Two admins have one team's form open: the older one gives nothing back."""

import pytest
from sqlalchemy import select

from slackapp.demo import hospital
from slackapp.models import Member, Team
from tests.support.human import Human
from tests.support.running_app import RunningApp

IDRIS, HELEN = hospital.OPERATIONS.id, hospital.DIRECTOR.id
NURSE = hospital.WARD_7.staff[0].id


def opened(place: RunningApp, admin: str) -> Human:
    """An admin with the form of Ward 7 on their screen."""
    person = place.person(admin)
    person.sees("For admins", place="home")
    person.presses("Teams", within="home")
    person.fills("Find a team", "Ward 7")
    assert "What is it called?" in person.screen()["modal"]["text"]
    return person


def ward_7(place: RunningApp) -> tuple[str, str | None]:
    """Its name, and who leads it."""
    with place.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.slack_channel_id == hospital.WARD_7.channel_id)).one()
        leader = session.get(Member, team.leader_id) if team.leader_id else None
        return team.name, leader.slack_user_id if leader else None


@pytest.fixture
def two_admins(place: RunningApp) -> RunningApp:
    """Idris and Helen both look after Appreciate."""
    with place.app.sessions.begin() as session:
        session.scalars(select(Member).where(Member.slack_user_id == HELEN)).one().named_admin = True
    return place


def test_a_form_that_was_opened_before_gives_back_no_leader(two_admins: RunningApp) -> None:
    place = two_admins
    helen = opened(place, HELEN)
    idris = opened(place, IDRIS)
    idris.fills("Who leads it?", "Carys Bevan")
    idris.submits()
    idris.sees("Saved.")
    helen.fills("What is it called?", "Ward seven")
    helen.submits()
    helen.sees("Saved.")
    assert ward_7(place) == ("Ward seven", NURSE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_field_changed_by_both_is_not_overwritten(two_admins: RunningApp) -> None:
    place = two_admins
    helen = opened(place, HELEN)
    idris = opened(place, IDRIS)
    idris.fills("Who leads it?", "Carys Bevan")
    idris.submits()
    idris.sees("Saved.")
    helen.fills("Who leads it?", "Dylan Hughes")
    helen.submits()
    assert "Somebody else changed this meanwhile: it is Carys Bevan now." in helen.screen().texts
    assert ward_7(place) == ("Ward 7", NURSE)
