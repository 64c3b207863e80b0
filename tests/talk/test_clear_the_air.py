"""A hard conversation is prepared, and nothing of it is left anywhere."""

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from slackapp.core.db import Base
from slackapp.demo import hospital
from slackapp.models import Workspace
from slackapp.privacy import id_scrubbing
from tests.support.human import Human
from tests.support.running_app import RunningApp

SECRET = "XyzzySawYouCryInTheSluice"


def prepares(person: Human) -> None:
    person.types("/appreciate talk")
    assert "Is somebody unsafe, bullied or harassed?" in person.screen()["modal"]["text"]


def rows(place: RunningApp) -> dict[str, int]:
    with place.app.sessions.read() as session:
        return {
            table.name: len(session.execute(select(table)).all())
            for table in Base.metadata.sorted_tables
            if table.name not in {"bucket", "clock"}
        }


def test_the_draft_is_shown_once_and_is_nowhere_else(
    place: RunningApp, caplog: pytest.LogCaptureFixture
) -> None:
    nurse = place.nurse
    prepares(nurse)
    nurse.does("dismiss")
    before = rows(place)
    with caplog.at_level(logging.DEBUG):
        prepares(nurse)
        nurse.presses("No", within="modal")
        nurse.submits()
        assert "Please write at least one line" in str(nurse.screen()["modal"]["errors"])
        nurse.fills("What I saw", f"{SECRET} in bed 4")
        nurse.fills("What I will ask", "What happened before?")
        nurse.submits()
        draft = nurse.screen()["modal"]["text"]
    assert f"What I saw: {SECRET} in bed 4" in draft
    assert "What I will ask: What happened before?" in draft
    assert "What I need" not in draft
    assert "This may point to a patient: “bed 4”." in draft
    assert "once you close this, it is gone" in draft
    nurse.does("dismiss")
    assert SECRET not in nurse.screen().texts
    # Not in the log, not in any column, and in no file of the database, its write-ahead log or the keys.
    assert SECRET not in caplog.text
    with place.app.sessions.read() as session:
        assert id_scrubbing.find(session, SECRET) == []
    files = [file for file in Path(place.state).rglob("*") if file.is_file() and "sandbox" not in file.name]
    assert files
    assert [file.name for file in files if SECRET.encode() in file.read_bytes()] == []
    assert rows(place) == before
    # Slack itself has seen the form and the answer to it; the app has called nothing with it.
    journal = map(json.loads, place.http.get("/control/journal").text.splitlines())
    assert {call["method"] for call in journal if SECRET in str(call)} == {"ack:view_submission"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_somebody_unsafe_leads_to_the_formal_routes(place: RunningApp) -> None:
    admin, nurse = place.person(hospital.OPERATIONS.id), place.nurse
    prepares(nurse)
    nurse.presses("Yes, or I am not sure", within="modal")
    text = nurse.screen()["modal"]["text"]
    assert "No contacts have been entered here yet." in text
    nurse.does("dismiss")
    admin.sees("For admins", place="home")
    admin.presses("Formal routes", within="home")
    admin.fills("Speaking Up contact", "Sian, extension 4100")
    admin.fills("Union", "RCN, Tom")
    admin.submits()
    assert "Saved." in admin.screen()["modal"]["text"]
    nurse.sees("Thank-yous", place="home")
    nurse.presses("Prepare a hard conversation", within="home")
    nurse.presses("Yes, or I am not sure", within="modal")
    text = nurse.screen()["modal"]["text"]
    for line in ("Speaking up\nSian, extension 4100", "Union\nRCN, Tom", "In danger now\n999"):
        assert line in text
    assert "What I saw" not in str(nurse.screen()["modal"]["controls"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_welsh(place: RunningApp) -> None:
    nurse = place.nurse
    with place.app.sessions.begin() as session:
        session.get_one(Workspace, place.app.workspace_id).language = "cy"
    nurse.types("/appreciate sgwrs")
    modal = nurse.screen()["modal"]
    assert modal["title"] == "Clirio'r awyr"
    assert "A yw rhywun mewn perygl" in modal["text"]
