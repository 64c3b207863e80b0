"""Inviting the app makes a team in three steps; people come and go, and the team stays in step."""

import pytest
from sqlalchemy import select

from handlers.teams import sync
from slackapp import teams
from slackapp.demo import hospital
from slackapp.models import Member, SourceKind, Team, TeamSource
from slackapp.teams import MembershipSource
from slackapp.workspace import members
from tests.support.running_app import RunningApp
from tests.support.waiting import comes
from tests.support.workspace_ward import WorkspaceWard

GENERAL, CARYS, DYLAN, IDRIS = "C0GENERAL00", "U0HOSP00011", "U0HOSP00015", hospital.OPERATIONS.id


def team_of(place: RunningApp, user: str) -> str | None:
    with place.app.sessions.read() as session:
        query = select(Member).where(Member.slack_user_id == user)
        person = session.scalars(query).one()
        return session.get_one(Team, person.team_id).name if person.team_id else None


def becomes(place: RunningApp, user: str, team: str | None) -> None:
    comes(lambda: team_of(place, user) == team, (user, team))


def is_suspended(place: RunningApp, name: str) -> bool:
    """Whether a team waits for the app to come back to the channel that it still has and follows."""
    with place.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == name)).one()
        source = session.get(TeamSource, team.id)
        return source is not None and team.slack_channel_id == GENERAL and source.suspended_at is not None


def in_no_team(place: RunningApp, *users: str) -> None:
    with place.app.sessions.begin() as session:
        for person in session.scalars(select(Member).where(Member.slack_user_id.in_(users))):
            members.put_in_team(session, person, None)


@pytest.fixture
def general(place: RunningApp) -> RunningApp:
    """#general has become a team, in three steps, by whoever invited the app."""
    in_no_team(place, CARYS, DYLAN)
    idris = place.person(IDRIS)
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=IDRIS)
    screen = idris.sees("Shall it be a team here?")
    idris.presses("Make it a team", within=screen["messages"][-1]["ts"])
    assert "Step 1 of 3" in idris.screen()["modal"]["text"]
    idris.fills("What is the team called?", "Ward 7")
    idris.submits()
    assert "There is already a team called Ward 7." in str(idris.screen()["modal"]["errors"])
    idris.fills("What is the team called?", "Hospital at night")
    idris.submits()
    assert "Step 2 of 3" in idris.screen()["modal"]["text"]
    idris.fills("What is it part of?", hospital.DIRECTORATE)
    idris.submits()
    text = idris.screen()["modal"]["text"]
    assert "2 people join it." in text
    assert "belong to other teams and stay there." in text
    idris.submits()
    assert "Hospital at night is a team now." in idris.screen()["modal"]["text"]
    return place


def test_a_channel_becomes_a_team_and_stays_in_step(general: RunningApp) -> None:
    place = general
    assert team_of(place, CARYS) == "Hospital at night"
    assert team_of(place, IDRIS) == hospital.DIRECTORATE
    place.change(kind="leave", channel=GENERAL, user=CARYS)
    becomes(place, CARYS, None)
    place.change(kind="join", channel=GENERAL, user=CARYS)
    becomes(place, CARYS, "Hospital at night")
    # Whoever belongs to another team stays there: everybody has one.
    place.change(kind="leave", channel=GENERAL, user=hospital.WARD_7.staff[3].id)
    place.change(kind="join", channel=GENERAL, user=hospital.WARD_7.staff[3].id)
    assert team_of(place, hospital.WARD_7.staff[3].id) == "Ward 7"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_nightly_repair_finds_what_events_have_missed(general: RunningApp) -> None:
    place = general
    in_no_team(place, DYLAN)
    client = place.app.clients.of(place.app.workspace_id)
    assert client is not None
    moved = sync.repair(client, place.app.context, place.app.workspace_id)
    assert [len(changes.joined) for changes in moved] == [1]
    assert team_of(place, DYLAN) == "Hospital at night"
    assert [
        changes.joined + changes.left
        for changes in sync.repair(client, place.app.context, place.app.workspace_id)
    ] == [()]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_when_the_app_is_taken_out_of_the_channel_the_team_keeps_its_people(general: RunningApp) -> None:
    place = general
    place.change(kind="leave", channel=GENERAL, user=hospital.BOT)
    comes(lambda: is_suspended(place, "Hospital at night"))
    assert team_of(place, CARYS) == "Hospital at night"
    place.person(IDRIS).sees("I was removed from the channel of Hospital at night.")
    # Meanwhile nobody comes or goes, at night neither.
    place.change(kind="leave", channel=GENERAL, user=CARYS)
    client = place.app.clients.of(place.app.workspace_id)
    assert client is not None
    sync.repair(client, place.app.context, place.app.workspace_id)
    assert team_of(place, CARYS) == "Hospital at night"
    # Whoever invites it back gets the team as it was, and no offer to make another.
    dylan = place.person(DYLAN)
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=DYLAN)
    comes(lambda: not is_suspended(place, "Hospital at night"))
    becomes(place, CARYS, None)
    assert "Shall it be a team here?" not in dylan.screen().texts


def test_people_move_by_rules_that_keep_one_team_for_each(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        teams.follow(session, workspace, team, MembershipSource(SourceKind.USER_GROUP, "S0WARD7"))
        source = session.get_one(TeamSource, team.id)
        nia, ada = ward.person(session, "U0NIANURSE"), ward.person(session, "U0ADAADMIN")
        leader, gone = ward.person(session, "U0LEALEADER"), ward.person(session, "U0THEOTHIRD")
        gone.left = True
        moved = teams.set_members(session, source, [nia, ada, leader, gone], now=ward.noon)
        col = ward.person(session, "U0COLLEAGUE")
        assert set(moved.joined) == {ada.id}
        assert set(moved.left) == {col.id, gone.id}
        medicine = session.scalars(select(Team).where(Team.name == "Medicine")).one()
        assert leader.team_id == medicine.id
        assert teams.source_removed(session, workspace, "C0WARD7") == ["Ward 7"]
        assert teams.sources(session, workspace) == [source]
