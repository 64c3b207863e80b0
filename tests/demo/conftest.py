"""The whole app, composed as in production, beside a sandbox with the practice hospital in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackapp.app import Appreciate
from slackapp.demo import hospital
from slackapp.sandbox.server import Sandbox
from tests.support.fixtures import journal, place, seeded, ward
from tests.support.running_app import RunningApp, at_work, settled_app

__all__ = ["journal", "place", "seeded", "ward"]


@pytest.fixture
def without_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pictures a month takes a third of the time."""
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")


@pytest.fixture
def settled(database_url: str, tmp_path: Path) -> Iterator[tuple[Appreciate, Sandbox]]:
    """The app and the sandbox, teams set up, on the morning of the first check-in; not yet listening."""
    with settled_app(hospital.workspace(), database_url, tmp_path) as (app, sandbox):
        yield app, sandbox


@pytest.fixture
def practice(settled: tuple[Appreciate, Sandbox], tmp_path: Path) -> Iterator[RunningApp]:
    """The hospital at work."""
    with at_work(*settled, tmp_path) as practice:
        yield practice
