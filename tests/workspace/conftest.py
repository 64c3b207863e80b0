"""A small ward for rules, and the whole app beside a sandbox for what people see, on either database."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.orm import Session

from slackapp import manifest_path
from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Sessions
from slackapp.demo import hospital
from slackapp.models import Member, Visibility, Workspace
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import give as giving
from slackapp.recognition.draft import Draft
from slackapp.sandbox.core.seeds import WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from slackapp.workspace import members
from slackapp.workspace import registry as workspaces
from slackapp.workspace.members import SlackProfile

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
NAMES = {
    "U0NIANURSE": "Nia Nurse",
    "U0COLLEAGUE": "Col League",
    "U0THEOTHIRD": "Theo Third",
    "U0LEALEADER": "Lea Leader",
    "U0DIDIRECTOR": "Di Director",
    "U0ADAADMIN": "Ada Admin",
}


@dataclass(frozen=True, slots=True)
class Ward:
    """The rules' own small world."""

    database: Sessions
    keys: KeyDirectory
    workspace_id: str
    noon: datetime = NOON

    def workspace(self, session: Session) -> Workspace:
        return session.get_one(Workspace, self.workspace_id)

    def person(self, session: Session, slack_user_id: str) -> Member:
        found = members.find(session, self.workspace(session), slack_user_id)
        assert found is not None
        return found

    def thank(self, giver: str, receiver: str, words: str, *, at: datetime = NOON) -> str:
        """One thank-you; its id."""
        with self.database.begin() as session:
            draft = Draft((receiver,), behaviour=Behaviour.HELPING, words=words, visibility=Visibility.TEAM)
            key = f"command:{len(words)}:{giver}:{receiver}:{at}"
            slack_team_id = self.workspace(session).slack_team_id
            occasion = giving.GiveContext(giver, key, at)
            return giving.give(session.connection(), slack_team_id, draft, occasion).id


@pytest.fixture
def ward(database: Sessions, tmp_path: Path) -> Ward:
    keys = KeyDirectory(tmp_path / "keys")
    keys.attach(database)
    with database.begin() as session:
        workspace = workspaces.install(
            session, slack_team_id="T0WARD", name="Hospital", bot_user_id="U0APPBOT"
        )
        for user, name in NAMES.items():
            members.upsert_one(session, workspace, SlackProfile(user, name, is_admin=user == "U0ADAADMIN"))
        known = members.get_all(session, workspace, list(NAMES))
        medicine = members.create_team(session, workspace, "Medicine")
        team = members.create_team(session, workspace, "Ward 7", parent=medicine, channel="C0WARD7")
        for user in ("U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD"):
            members.put_in_team(session, known[user], team)
        members.set_leader(session, team, known["U0LEALEADER"])
        members.set_leader(session, medicine, known["U0DIDIRECTOR"])
        return Ward(database, keys, workspace.id)


@dataclass(frozen=True, slots=True)
class Place:
    """The app and its Slack, at work."""

    app: Any
    sandbox: Sandbox
    http: httpx.Client
    person: Callable[[str], Any]
    state: Path

    def clock(self, **to: object) -> None:
        assert self.http.post("/control/clock", json=to).status_code == 200

    def change(self, **what: object) -> None:
        answer = self.http.post("/control/change", json=what)
        assert answer.status_code == 200, answer.text

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the app has sent, oldest first."""
        lines = self.http.get("/control/journal").text.splitlines()
        return [one for one in map(json.loads, lines) if one["method"] == method]


@pytest.fixture
def seeded() -> WorkspaceSeed:
    """The workspace beside which `place` puts the app; a file of tests may have another."""
    return hospital.workspace()


@pytest.fixture
def journal() -> Path | None:
    """Where `place` writes down everything that passes between the app and Slack; nowhere by itself."""
    return None


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, human: Any, seeded: WorkspaceSeed, journal: Path | None
) -> Iterator[Place]:
    # The whole app is loaded only where it is needed: tests of rules start in half the time.
    from slackapp.demo import history
    from tests.composed import beside

    with Sandbox(manifest=manifest_path(), now=MONDAY, journal=journal) as sandbox:
        app = beside(sandbox, seeded, database_url=database_url, key_directory=tmp_path / "keys")
        sandbox.follower = app
        history.set_up(app, since=MONDAY)
        app.start()
        with httpx.Client(base_url=sandbox.url, timeout=60) as http:
            yield Place(app, sandbox, http, lambda user: human(http, user), tmp_path)
        app.stop()


@pytest.fixture
def organisation() -> str:
    """Slack's id of the organisation that both workspaces belong to, or nothing."""
    return ""


@pytest.fixture
def hosted(database_url: str, tmp_path: Path, human: Any, organisation: str) -> Iterator[Any]:
    """The app behind HTTP, beside a Slack with two workspaces."""
    from tests.workspace.hosting import hosting

    with hosting(database_url, tmp_path, human, organisation) as found:
        yield found
