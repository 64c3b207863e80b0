"""The whole app, composed as in production, beside a sandbox with a workspace in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.demo import history
from slackapp.sandbox.core.seeds import WorkspaceSeed
from slackapp.sandbox.server import Sandbox
from tests.support.composed import beside
from tests.support.human import Human

MONDAY = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
CARYS, DYLAN, WARD_MANAGER = "U0HOSP00011", "U0HOSP00015", "U0HOSP00010"
"""Of the practice hospital: two nurses of Ward 7 and its leader."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """The app and its Slack, at work."""

    app: Appreciate
    sandbox: Sandbox
    http: httpx.Client
    state: Path
    """The folder with the keys, in `keys`."""

    def person(self, user: str) -> Human:
        """Somebody in front of a screen, by Slack's id."""
        return Human(self.http, user)

    @property
    def nurse(self) -> Human:
        return self.person(CARYS)

    @property
    def colleague(self) -> Human:
        return self.person(DYLAN)

    @property
    def leader(self) -> Human:
        return self.person(WARD_MANAGER)

    @property
    def key_directory(self) -> Path:
        return self.state / "keys"

    def clock(self, **to: object) -> dict[str, Any]:
        """Move the clock as the page does."""
        answer = self.http.post("/control/clock", json=to)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def change(self, **what: object) -> None:
        """Change something in Slack."""
        answer = self.http.post("/control/change", json=what)
        assert answer.status_code == 200, answer.text

    def fault(self, **order: object) -> None:
        """Let Slack do something wrong, or with `clear` nothing more."""
        answer = self.http.post("/control/fault", json=order)
        assert answer.status_code == 200, answer.text

    def calls(self, method: str) -> list[dict[str, Any]]:
        """What the app has sent, oldest first."""
        lines = self.http.get("/control/journal").text.splitlines()
        return [call for call in map(json.loads, lines) if call["method"] == method]


@contextmanager
def settled_app(
    seed: WorkspaceSeed, database_url: str, state: Path, journal: Path | None = None
) -> Iterator[tuple[Appreciate, Sandbox]]:
    """The app and the sandbox, teams set up, on the morning of the first check-in; not yet listening."""
    with Sandbox(manifest=manifest_path(), now=MONDAY, journal=journal) as sandbox:
        app = beside(sandbox, seed, database_url=database_url, key_directory=state / "keys")
        sandbox.follower = app
        history.set_up(app, since=MONDAY)
        yield app, sandbox


@contextmanager
def at_work(app: Appreciate, sandbox: Sandbox, state: Path) -> Iterator[RunningApp]:
    """The app, listening, until the end of the block."""
    app.start()
    with httpx.Client(base_url=sandbox.url, timeout=60) as http:
        yield RunningApp(app, sandbox, http, state)
    app.stop()
