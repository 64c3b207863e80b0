"""Fixtures that the tests of several folders use; a folder's conftest imports those it needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackapp.core.db import Sessions
from slackapp.demo import hospital
from slackapp.sandbox.core.seeds import WorkspaceSeed
from tests.support.running_app import RunningApp, at_work, settled_app
from tests.support.workspace_ward import WorkspaceWard, workspace_ward


@pytest.fixture
def ward(database: Sessions, tmp_path: Path) -> WorkspaceWard:
    """A small ward, on either database."""
    return workspace_ward(database, tmp_path / "keys")


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
    database_url: str, tmp_path: Path, seeded: WorkspaceSeed, journal: Path | None
) -> Iterator[RunningApp]:
    """The whole app at work beside a sandbox, on either database."""
    with (
        settled_app(seeded, database_url, tmp_path, journal) as (app, sandbox),
        at_work(app, sandbox, tmp_path) as place,
    ):
        yield place
