"""A workspace that nobody has set up yet explains itself, to staff and to its admin."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from slackapp import manifest_path
from slackapp.demo import hospital
from slackapp.models import Team
from slackapp.sandbox.server import Sandbox
from tests.support.composed import beside
from tests.support.running_app import RunningApp

IDRIS, CARYS = hospital.OPERATIONS.id, hospital.WARD_7.staff[0].id
SET_UP = "Appreciate is being set up here. You can thank a colleague already"


@pytest.fixture
def fresh(database_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    """The app on its first day: it knows who works here, and no team."""
    with Sandbox(manifest=manifest_path()) as sandbox:
        app = beside(
            sandbox, hospital.workspace(), database_url=database_url, key_directory=tmp_path / "keys"
        )
        app.start()
        with httpx.Client(base_url=sandbox.url, timeout=60) as http:
            yield RunningApp(app, sandbox, http, tmp_path)
        app.stop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_staff_read_a_sentence_and_the_admin_the_first_steps(fresh: RunningApp) -> None:
    app, person = fresh.app, fresh.person
    carys, idris = person(CARYS), person(IDRIS)
    assert SET_UP in carys.sees("You read English.", place="home").texts
    assert "Three steps" not in carys.screen("home").texts
    carys.types("/appreciate")
    assert SET_UP in carys.sees("Who would you like to thank?")["modal"]["text"]
    carys.fills("What did they do?", "Helping")
    assert SET_UP in carys.screen()["modal"]["text"]
    carys.does("dismiss")
    carys.types("/appreciate help")
    carys.sees(SET_UP)
    carys.types("/appreciate @Dylan Hughes helping Found us a bed and stayed until it was made")
    person(hospital.WARD_7.staff[4].id).sees("Found us a bed")
    seen = idris.sees("Three steps, and Appreciate is ready.", place="home").texts
    assert "1. Invite me to a team's channel" in seen
    idris.types("/appreciate help")
    idris.sees("The first steps stand on my Home tab.")
    idris.presses("New team", within="home")
    idris.fills("What is it called?", "Ward 7")
    idris.fills("Who leads it?", "Mair Llewellyn")
    idris.submits()
    assert "Saved." in idris.screen()["modal"]["text"]
    with app.sessions.read() as session:
        assert [team.name for team in session.scalars(select(Team))] == ["Ward 7"]
    carys.types("/appreciate")
    assert SET_UP not in carys.sees("Who would you like to thank?")["modal"]["text"]
