"""One PostgreSQL database for each worker, emptied for every test."""

import threading
import time
import uuid
from typing import Any

import psycopg

TEMPLATE = "appreciate_template"
"""The database with all tables that the others are made from."""


def create(server: str, name: str, template: str = "template0") -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return address(server, name)


def address(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}?{query}"


_EMPTY = """
DO $$
DECLARE
    full_name text;
    is_full boolean;
BEGIN
    -- Whole tables go, so what refers to what need not be looked at.
    SET LOCAL session_replication_role = replica;
    FOR full_name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || full_name || ')' INTO is_full;
        IF is_full THEN EXECUTE 'DELETE FROM ' || full_name; END IF;
    END LOOP;
END $$
"""
"""Truncating fifty tables for every test took longer than many a test."""


class OwnDatabase:
    """This worker's database, made once: making one for every test took most of the suite's time."""

    def __init__(self, server: str) -> None:
        self._server, self._name = server, f"w{uuid.uuid4().hex}"
        create(server, self._name, TEMPLATE)

    def emptied(self) -> str:
        """The address of the database, with empty tables.

        It has another name for every test: an app of an earlier test that has not quite ended would
        otherwise come back and take what is owed in this one.
        """
        with psycopg.connect(self._server, autocommit=True) as connection:
            self._rename(connection, f"w{uuid.uuid4().hex}")
        url = address(self._server, self._name)
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
