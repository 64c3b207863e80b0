"""A COMMIT in PostgreSQL that takes long, as when a standby that must confirm is away."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_SLOW = """
CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit();
"""
_ASLEEP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event = 'PgSleep'"
)


@contextmanager
def slow_commit(url: str, table: str, seconds: float) -> Iterator[None]:
    """Each transaction that changes this table takes so long to commit."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SLOW.format(seconds=seconds, table=table).encode())
    try:
        yield
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_ASLEEP)
            connection.execute("DROP FUNCTION slow_commit CASCADE")


def end_slow_commits(url: str) -> int:
    """End the connections that commit slowly, which rolls them back; return how many."""
    with psycopg.connect(url, autocommit=True) as connection:
        return len(connection.execute(_ASLEEP).fetchall())
