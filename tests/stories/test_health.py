"""What a process says about itself, to whoever restarts it, sends it requests, or is paged at night."""

import threading
from collections.abc import Iterator

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from slackapp import health
from slackapp.cli.main import main
from slackapp.core.db import Sessions
from slackapp.health import HealthPage, Probe, Questions, Report
from tests.delivery.conftest import NOON
from tests.support.hosting import free_port
from tests.support.waiting import comes

WELL: Report = {"ok": True, "problems": [], "database": True}


class Process:
    """A process that answers as a test says."""

    is_alive = is_ready = True
    status: Report = WELL

    def questions(self) -> Questions:
        return Questions(lambda: self.is_alive, lambda: self.is_ready, lambda: self.status, lambda: b"up 1\n")


@pytest.fixture
def process() -> Process:
    return Process()


@pytest.fixture
def port(process: Process) -> Iterator[int]:
    page = HealthPage(0, process.questions())
    page.start()
    yield page.port
    page.stop()


def status(port: int, page: str) -> int:
    return httpx.get(f"http://127.0.0.1:{port}/{page}").status_code


def healthy(port: int) -> int:
    return CliRunner().invoke(main, ["healthy"], env={"HEALTH_PORT": str(port)}).exit_code


def test_each_page_answers_its_own_question_only(process: Process, port: int) -> None:
    pages = ("healthz", "readyz", "status")
    assert [status(port, page) for page in pages] == [200, 200, 200]
    # What stands still is for people and alarms: restarting would not help, and other workspaces go on.
    process.status = {"ok": False, "problems": ["workspace held"]}
    assert [status(port, page) for page in pages] == [200, 200, 503]
    process.is_ready = False
    assert [status(port, page) for page in pages] == [200, 503, 503]
    process.is_alive = False
    assert [status(port, page) for page in pages] == [503, 503, 503]
    assert httpx.get(f"http://127.0.0.1:{port}/metrics").text == "up 1\n"
    assert "/readyz" in httpx.get(f"http://127.0.0.1:{port}/nothing").text


def test_a_container_asks_by_a_command(process: Process, port: int) -> None:
    assert healthy(port) == 0
    process.is_ready = False
    assert healthy(port) == 1
    assert healthy(free_port()) == 1


def test_a_database_that_takes_no_writes_is_named(database: Sessions) -> None:
    assert health.report(database, connected=True, now=NOON) | {"ok": True} == {
        "ok": True,
        "problems": [],
        "database": True,
        "writable": True,
        "slack": True,
        "oldest_due_seconds": 0.0,
        "clock_skew_seconds": None,
        "clock": True,
        "held": {},
        "check_ins": {},
    }
    _rename(database, "chore", "chore_away")
    try:
        report = health.report(database, connected=True, now=NOON)
    finally:
        _rename(database, "chore_away", "chore")
    assert (report["ok"], report["problems"]) == (False, ["database takes no writes"])


def _rename(database: Sessions, table: str, name: str) -> None:
    with database.begin() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


def test_the_write_probe_leaves_nothing_behind(database: Sessions) -> None:
    health.report(database, connected=True, now=NOON)
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM chore")) == 0


def test_a_probe_that_hangs_keeps_nobody_waiting_and_is_noticed() -> None:
    release, first = threading.Event(), threading.Event()

    def hangs() -> Report:
        if first.is_set():
            release.wait(20)
        first.set()
        return WELL

    probe = Probe(hangs, seconds=0.01, late_seconds=0.2)
    assert probe.current()["problems"] == ["starting"]
    probe.start()
    try:
        comes(lambda: probe.current()["problems"] == [])
        comes(lambda: probe.current()["problems"] == ["database"])
    finally:
        release.set()
        probe.stop()


def test_a_probe_that_fails_is_asked_again() -> None:
    failures = iter([True, False])

    def fails_once() -> Report:
        if next(failures, False):
            raise RuntimeError
        return WELL

    probe = Probe(fails_once, seconds=0.01)
    probe.start()
    try:
        comes(lambda: probe.current()["ok"])
    finally:
        probe.stop()
