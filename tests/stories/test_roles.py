"""Processes that only answer beside processes that only deliver, on one database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from slackapp import manifest_path
from slackapp.app import Appreciate
from slackapp.core.config import Role, Settings
from slackapp.demo import history, hospital
from slackapp.sandbox.server import Sandbox
from tests.support.composed import beside
from tests.support.human import Human
from tests.support.running_app import CARYS, DYLAN, MONDAY

WORDS = "You found us a bed on a bad day"

pytestmark = pytest.mark.usefixtures("without_browser")


@contextmanager
def started(settings: Settings, sandbox: Sandbox, role: Role) -> Iterator[Appreciate]:
    app = Appreciate(replace(settings, role=role), now=sandbox.clock.now)
    app.start()
    yield app
    app.stop()


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[tuple[Sandbox, Settings, httpx.Client]]:
    """The practice hospital, its database, and nobody at work."""
    seeded = hospital.workspace()
    with (
        Sandbox(manifest=manifest_path(), now=MONDAY) as sandbox,
        httpx.Client(base_url=sandbox.url, timeout=60) as http,
    ):
        app = beside(sandbox, seeded, database_url=database_url, key_directory=tmp_path / "keys")
        history.set_up(app, since=MONDAY)
        app.stop()
        settings = Settings(
            bot_token=seeded.bot_token,
            app_token=seeded.app_token,
            database_url=database_url,
            key_directory=tmp_path / "keys",
            slack_api_url=sandbox.url,
        )
        yield sandbox, settings, http


def test_one_process_answers_and_another_delivers(place: tuple[Sandbox, Settings, httpx.Client]) -> None:
    sandbox, settings, http = place
    nurse, colleague = Human(http, CARYS), Human(http, DYLAN)
    with started(settings, sandbox, Role.WEB) as web:
        nurse.types(f"/appreciate @Dylan Hughes helping {WORDS}")
        nurse.sees("On its way to")
        assert web.questions().is_alive()
        assert web.questions().is_ready()
        # It is kept, and nobody has delivered it.
        assert WORDS not in " ".join(colleague.screen().texts)
        with started(settings, sandbox, Role.WORKER):
            colleague.sees(WORDS)


def test_a_worker_takes_no_requests(place: tuple[Sandbox, Settings, httpx.Client]) -> None:
    sandbox, settings, http = place
    nurse = Human(http, CARYS)
    with started(settings, sandbox, Role.WORKER) as worker:
        assert worker.health()["slack"]
        answer = http.post(f"/person/{nurse.user}/type", json={"place": "dm", "text": "/appreciate help"})
        assert "failed with the error" in answer.text or answer.status_code != 200
