"""Where a database lies on the disk, for attackers who read it there."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
from sqlalchemy import text

from slackapp.core.db import Sessions

WAL_PAGE = 8192


def pages(sessions: Sessions) -> list[Path]:
    """The files in which a database keeps its rows."""
    if sessions.is_sqlite:
        return [Path(sessions.engine.url.database or "")]
    home, number = cluster(sessions)
    return [one for one in sorted(home.glob(f"base/{number}/*")) if one.is_file()]


def contents(paths: Iterable[Path]) -> Iterator[bytes]:
    """What stands in these files. PostgreSQL drops and remakes some of its own whenever it likes."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.read_bytes()


def write_ahead(sessions: Sessions) -> bytes:
    """What stands in its log, in the order in which it was written."""
    if sessions.is_sqlite:
        log = Path(f"{sessions.engine.url.database}-wal")
        return log.read_bytes() if log.exists() else b""
    files = [one for one in sorted(cluster(sessions)[0].glob("pg_wal/0*")) if one.is_file()]
    return b"".join(map(without_headers, contents(files)))


def without_headers(log: bytes) -> bytes:
    """PostgreSQL's log from the beginning of a page: what was written across two pages is whole again.

    The first page of a file has a longer header, and says so (XLP_LONG_HEADER in xlogdefs.h).
    """
    bodies = []
    for at in range(0, len(log), WAL_PAGE):
        is_long = log[at + 2 : at + 3] and log[at + 2] & 0x02
        bodies.append(log[at + (40 if is_long else 24) : at + WAL_PAGE])
    return b"".join(bodies)


def cluster(sessions: Sessions) -> tuple[Path, int]:
    """PostgreSQL's folder, and the number of this database in it."""
    with sessions.read() as session:
        home = Path(str(session.execute(text("SHOW data_directory")).scalar()))
        number = session.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar()
    # Pages must reach the disk before they can be looked at there.
    with psycopg.connect(os.environ["APPRECIATE_TEST_POSTGRESQL"], autocommit=True) as server:
        server.execute("CHECKPOINT")
    return home, int(str(number))


def disk_of(sessions: Sessions) -> list[Path]:
    """The files in which a database keeps its rows and its log."""
    if sessions.is_sqlite:
        database = Path(sessions.engine.url.database or "")
        return sorted(database.parent.glob("appreciate.db*"))
    home, number = cluster(sessions)
    return [one for one in (*home.glob(f"base/{number}/*"), *home.glob("pg_wal/*")) if one.is_file()]


def files(sessions: Sessions) -> dict[str, bytes]:
    """A SQLite database's bytes as they lie on the disk now."""
    return {found.name: found.read_bytes() for found in disk_of(sessions)}
