"""The whole app, composed as in life, beside a sandbox with the practice hospital in it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.demo import history, hospital
from slackapp.sandbox.server import Sandbox
from tests.composed import beside

MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CARYS, DYLAN, WARD_MANAGER = "U0HOSP00011", "U0HOSP00015", "U0HOSP00010"


@dataclass(frozen=True, slots=True)
class Hospital:
    """The app, its Slack, and three of the people in it."""

    app: Appreciate
    sandbox: Sandbox
    http: httpx.Client
    nurse: Any
    colleague: Any
    leader: Any
    key_directory: Path
    person: Callable[[str], Any]

    def clock(self, **to: object) -> dict[str, Any]:
        """Move the clock as the page does."""
        answer = self.http.post("/control/clock", json=to)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the app has sent, oldest first."""
        lines = self.http.get("/control/journal").text.splitlines()
        return [one for one in map(json.loads, lines) if one["method"] == method]


@pytest.fixture
def without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """For stories about words: without pictures they are told in a third of the time."""
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")


@pytest.fixture
def settled(database_url: str, tmp_path: Path) -> Iterator[tuple[Appreciate, Sandbox]]:
    """The app and the sandbox, teams set up, on the morning of the first check-in; not yet listening."""
    with Sandbox(manifest=manifest_path(), now=MONDAY) as sandbox:
        app = beside(
            sandbox, hospital.workspace(), database_url=database_url, key_directory=tmp_path / "keys"
        )
        sandbox.follower = app
        history.set_up(app, since=MONDAY)
        yield app, sandbox


@pytest.fixture
def practice(settled: tuple[Appreciate, Sandbox], human: Any, tmp_path: Path) -> Iterator[Hospital]:
    """The hospital at work."""
    app, sandbox = settled
    app.start()
    with httpx.Client(base_url=sandbox.url, timeout=60) as http:
        people = [human(http, user) for user in (CARYS, DYLAN, WARD_MANAGER)]
        yield Hospital(app, sandbox, http, *people, tmp_path / "keys", lambda user: human(http, user))
    app.stop()
