"""The same hospital once more: copies of its database and its keys, and how to bring a copy back."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from slackapp.core.db import Base, Sessions
from tests.pulse.hospital import Hospital

Copy = Callable[[Hospital], Hospital]


@contextmanager
def private_database() -> Iterator[str]:
    """A PostgreSQL database, dropped afterwards: for tests that change tables or need a second one."""
    server, name = os.environ["APPRECIATE_TEST_POSTGRESQL"], f"p{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE appreciate_template')
    head, _, query = server.partition("?")
    try:
        yield head.rsplit("/", 1)[0] + f"/{name}?{query}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(name="postgresql_url")
def own_postgresql_url() -> Iterator[str]:
    """For a module whose tests change tables: whoever imports this has a database of its own."""
    with private_database() as url:
        yield url


def copy_rows(source: Sessions, target: Sessions) -> None:
    """Everything that stands in one database into another that has the same empty tables."""
    with source.read() as reading, target.begin() as writing:
        writing.execute(text("SET LOCAL session_replication_role = replica"))
        for table in Base.metadata.tables.values():
            rows = [dict(row) for row in reading.execute(table.select()).mappings()]
            if rows:
                writing.execute(table.insert(), rows)


def start_over(world: Hospital, original: Hospital) -> None:
    """Bring a copy back to where the original stands, whatever has become of it."""
    shutil.rmtree(world.keys.path)
    shutil.copytree(original.keys.path, world.keys.path)
    if world.sessions.is_sqlite:
        world.sessions.dispose()
        there = Path(world.sessions.engine.url.database or "")
        for left_over in there.parent.glob("appreciate.db-*"):
            left_over.unlink()
        shutil.copy(original.sessions.engine.url.database or "", there)
        return
    with world.sessions.begin() as session:
        names = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        session.execute(text(f"TRUNCATE {names}"))
    copy_rows(original.sessions, world.sessions)
