"""A hospital to open a check-in in, a copy of it, and the app in front of it."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import handlers
from slackapp import migrations
from slackapp.core.db import Sessions, connect
from slackapp.models import Member
from slackapp.pulse.keys import KeyDirectory
from tests.pulse.front import Front, Slack
from tests.pulse.hospital import THREE_TEAMS, Hospital
from tests.pulse.second_worlds import Copy, copy_rows, private_database


@pytest.fixture
def keys(tmp_path: Path) -> KeyDirectory:
    """A key directory that does not exist yet."""
    return KeyDirectory(tmp_path / "keys")


@pytest.fixture
def hospital(database: Sessions, keys: KeyDirectory) -> Hospital:
    """A hospital that still has to be built, on either database."""
    return Hospital(database, keys)


@pytest.fixture
def hospital_on_sqlite(tmp_path: Path, keys: KeyDirectory) -> Iterator[Hospital]:
    """A hospital for what only a SQLite file has."""
    sessions = connect(f"sqlite:///{tmp_path / 'appreciate.db'}")
    migrations.upgrade(sessions)
    yield Hospital(sessions, keys)
    sessions.dispose()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """Copies a hospital with everything it has, database and keys, into a second world."""
    with ExitStack() as leaving:
        count = itertools.count()

        def copied(hospital: Hospital) -> Hospital:
            target = tmp_path / f"copy{next(count)}"
            target.mkdir()
            shutil.copytree(hospital.keys.path, target / "keys")
            if hospital.sessions.is_sqlite:
                hospital.sessions.dispose()
                shutil.copy(hospital.sessions.engine.url.database or "", target / "appreciate.db")
                sessions = connect(f"sqlite:///{target / 'appreciate.db'}")
            else:
                sessions = connect(leaving.enter_context(private_database()))
                copy_rows(hospital.sessions, sessions)
            leaving.callback(sessions.dispose)
            return hospital.over(sessions, KeyDirectory(target / "keys"))

        yield copied


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A Slack that writes down what it is told."""
    running = Slack()
    yield running
    running.stop()


@pytest.fixture
def front(hospital: Hospital, slack: Slack) -> Front:
    """An open check-in with comments in a ward of nine, and all of the app's listeners."""
    hospital.build({"Ward 7": 9}, comments_on=True)
    hospital.open()
    return Front(hospital, slack, handlers.register)


@pytest.fixture
def boss(front: Front) -> str:
    """Somebody who is an admin of the workspace."""
    with front.hospital.sessions.begin() as session:
        session.get_one(Member, front.hospital.people["Medicine leader"]).is_admin = True
    return front.slack_id("Medicine leader")


@pytest.fixture
def open_hospital(hospital: Hospital) -> Hospital:
    """Three teams that are being asked."""
    hospital.build(THREE_TEAMS)
    hospital.open()
    return hospital
