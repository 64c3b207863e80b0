"""A team's aims: written by its leader, read by its members, looked at once a quarter."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from slackapp.models import TeamAim
from slackapp.teams import aims
from tests.support.running_app import RunningApp


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_a_leader_writes_the_aims_and_the_team_reads_them(place: RunningApp) -> None:
    leader, nurse = place.leader, place.nurse
    leader.sees("Ward 7 this month", place="home")
    leader.presses("Aims: Ward 7", within="home")
    leader.fills("Aim 1", "Nobody goes home *late* twice in a week")
    leader.fills("How far ahead? (aim 1)", "Medium term")
    leader.fills("Who decides what? (aim 1)", "The nurse in charge moves breaks")
    leader.fills("Aim 2", "Mrs Jones in bed 4 goes home")
    leader.submits()
    assert "This may point to a patient" in leader.screen()["modal"]["text"]
    leader.fills("Aim 2", "")
    leader.submits()
    assert "Saved. Your team reads it on Home." in leader.screen()["modal"]["text"]
    leader.does("dismiss")
    home = nurse.sees("What we are for", place="home").texts
    assert "Medium term: Nobody goes home *late* twice in a week" in home
    assert "Who decides what: The nurse in charge moves breaks" in home
    assert "Short term" not in home
    with place.app.sessions.begin() as session:
        for aim in session.scalars(select(TeamAim)):
            aim.looked_at -= timedelta(days=92)
            team_id = aim.team_id
    assert is_due(place, team_id)
    # Saved unchanged, it is a look, too.
    leader.presses("Aims: Ward 7", within="home")
    leader.submits()
    assert "Saved." in leader.screen()["modal"]["text"]
    assert not is_due(place, team_id)


def is_due(place: RunningApp, team_id: str) -> bool:
    with place.app.sessions.read() as session:
        return aims.needs_a_look(session, team_id, place.app.now())
