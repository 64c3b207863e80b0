"""A whole health board: 5,000 people in one channel and 400 teams. Home and every list stay small."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.core.behaviours import Behaviour
from slackapp.demo import hospital
from slackapp.models import Digest, Member, Promise, Team, Visibility, Workspace
from slackapp.recognition import give
from slackapp.recognition.draft import Draft
from slackapp.sandbox.core.seeds import ChannelSeed, PersonSeed
from slackapp.sandbox.server import Sandbox
from slackapp.sandbox.slack.interactions import TROUBLE
from slackapp.workspace import members
from tests.support.composed import beside
from tests.support.running_app import RunningApp

PEOPLE, TEAMS, LED = 5_000, 400, 60
IDRIS, HELEN, EVERYBODY = hospital.OPERATIONS.id, hospital.DIRECTOR.id, "C0EVERYBODY"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def board(database_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    """The app beside so many people; one of them leads sixty teams with digests and long promises."""
    crowd = tuple(
        PersonSeed(id=f"U1C{number:07}", name=f"Colleague {number}", handle=f"c{number}")
        for number in range(PEOPLE - 40)
    )
    seeded = hospital.workspace()
    people = (*seeded.people, *crowd)
    channel = ChannelSeed(id=EVERYBODY, name="everybody", members=tuple(person.id for person in people))
    seeded = replace(seeded, people=people, channels=(*seeded.channels, channel))
    with Sandbox(manifest=manifest_path()) as sandbox:
        app = beside(sandbox, seeded, database_url=database_url, key_directory=tmp_path / "keys")
        _fill(app)
        app.start()
        with httpx.Client(base_url=sandbox.url, timeout=60) as http:
            yield RunningApp(app, sandbox, http, tmp_path)
        app.stop()


def _fill(app: Appreciate) -> None:
    now = app.now()
    with app.sessions.begin() as session:
        here = session.get_one(Workspace, app.workspace_id)
        here.digests_from, month = "2026-01", f"{now:%Y-%m}"
        top = members.create_team(session, here, "Health board")
        helen = members.get_all(session, here, [HELEN])[HELEN]
        crowd = list(session.scalars(select(Member).where(Member.slack_user_id.startswith("U1C"))))
        for number in range(TEAMS):
            team = Team(
                workspace_id=here.id,
                name=f"Ward {number:03} of a hospital with a long name",
                parent_id=top.id,
            )
            team.leader_id = helen.id if number < LED else crowd[number].id
            session.add(team)
            session.flush()
            if number < LED:
                promise = {
                    "you_said": "😀" * 500,
                    "we_will": "&<>" * 150,
                    "who_id": helen.id,
                    "written_by_id": helen.id,
                }
                for place in range(3):
                    due = {"due": date(2099, 12, 31), "made_at": now}
                    session.add(Promise(team_id=team.id, month=month, place=place, **promise, **due))
                session.add(Digest(team_id=team.id, month=month, recipient_id=helen.id, made_at=now))
        session.execute(update(Member).where(Member.slack_user_id.startswith("U1C")).values(team_id=top.id))
        for number in range(12):
            draft = Draft(
                (HELEN,), behaviour=Behaviour.HELPING, words="\U00020000" * 2_900, visibility=Visibility.TEAM
            )
            occasion = give.GiveContext(crowd[-1 - number].slack_user_id, f"command:{number}", now)
            give.give(session, here.slack_team_id, draft, occasion)


def views(http: httpx.Client) -> list[dict[str, Any]]:
    """Everything the app showed: Home tabs and modals."""
    lines = [json.loads(call) for call in http.get("/control/journal").text.splitlines()]
    sent = [
        call for call in lines if call["method"].startswith("views.") or call["method"].startswith("ack:view")
    ]
    assert [call["response"] for call in sent if call["response"].get("ok") is False] == []
    bodies = [call["body"].get("view") for call in sent if isinstance(call["body"], dict)]
    return [json.loads(body) if isinstance(body, str) else body for body in bodies if body]


def home_and_every_list(board: RunningApp) -> None:
    helen, idris = board.person(HELEN), board.person(IDRIS)
    seen = helen.sees("this month", place="home")
    assert "Ward 000" in seen.texts
    assert "Ward 003" not in seen.texts
    helen.presses("All your teams", within="home")
    helen.presses("Next page")
    assert "Ward 010" in helen.screen()["modal"]["text"]
    helen.does("dismiss")
    assert "401 teams." in idris.sees("For admins", place="home", seconds=15).texts
    idris.presses("Teams", within="home")
    for _ in range(3):
        idris.presses("Next page")
    assert "Ward 035" in idris.screen()["modal"]["text"]
    idris.fills("Find a team", "Ward 399 of a hospital with a long name")
    assert "0 people." in idris.screen()["modal"]["text"]
    idris.does("dismiss")
    idris.fills("Find a team", "Health board")
    idris.presses("Who belongs to it")
    assert f"{PEOPLE - 40} people belong to Health board." in idris.screen()["modal"]["text"].replace(",", "")
    idris.presses("Next page")
    assert "Previous page" in str(idris.screen()["modal"]["controls"])
    for _ in range(3):
        idris.does("dismiss")
    boards = views(board.http)
    assert len(boards) > 8
    assert max(len(view["blocks"]) for view in boards) <= 100
    assert max(len(json.dumps(view).encode()) for view in boards) < 250_000


def a_channel_becomes_a_team(board: RunningApp) -> None:
    with board.app.sessions.begin() as session:
        session.execute(update(Member).where(Member.slack_user_id.startswith("U1C")).values(team_id=None))
    idris = board.person(IDRIS)
    board.change(kind="join", channel=EVERYBODY, user=hospital.BOT, inviter=IDRIS)
    idris.sees("Shall it be a team here?", seconds=15)
    idris.presses("Make it a team")
    for _ in range(3):
        idris.submits()
        # The sandbox says so when it was not acknowledged within Slack's three seconds.
        assert TROUBLE not in str(idris.screen()["modal"])
    idris.sees("Everybody is a team now.")
    with board.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Everybody")).one()
        number = session.scalar(select(func.count()).select_from(Member).where(Member.team_id == team.id))
    # Whoever leads a ward belongs to the unit above it.
    assert number is not None
    assert number > PEOPLE - 40 - TEAMS


def test_everything_stays_within_slacks_limits_and_is_acknowledged_in_time(board: RunningApp) -> None:
    home_and_every_list(board)
    a_channel_becomes_a_team(board)
