"""Attackers who look for a round's key in the database and its log."""

import base64
import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import text

from slackapp.core.db import Sessions
from slackapp.pulse.ballots import receipt_of
from tests.pulse.disk import WAL_PAGE, cluster, contents, disk_of, without_headers
from tests.pulse.hospital import Hospital
from tests.pulse.nine_answers import answered
from tests.pulse.second_worlds import own_postgresql_url  # noqa: F401 - these tests change tables


def holds_key(paths: Iterable[Path], key: bytes) -> bool:
    """The key as it is and in the ways in which people write keys down."""
    spelt = (key, key.hex().encode(), base64.b64encode(key), base64.urlsafe_b64encode(key))
    return any(one in content for content in contents(paths) for one in spelt)


def test_the_key_is_nowhere_in_the_database_or_its_log(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 9})
    hospital.open()
    answered(hospital, range(9))
    key = hospital.secret()
    receipt = hospital.ballots()[0][0]
    assert not holds_key(disk_of(hospital.sessions), key)
    # The receipt lies there, so the files that were read are the right ones.
    assert holds_key(disk_of(hospital.sessions), receipt)
    with hospital.sessions.begin() as session:
        session.execute(text("CREATE TABLE planted (noted TEXT)"))
        session.execute(text("INSERT INTO planted VALUES (:key)"), {"key": key.hex()})
    assert holds_key(disk_of(hospital.sessions), key)


WAL_FILE = 16 << 20


def touched(sessions: Sessions, before: str) -> list[bytes]:
    """Where a round can have written: SQLite's file and log; PostgreSQL's tables, and its log since then."""
    if sessions.is_sqlite:
        return [*contents(path for path in disk_of(sessions) if not path.name.endswith("-shm"))]
    home, _ = cluster(sessions)
    with sessions.read() as session:
        tables = session.scalars(
            text(
                "SELECT pg_relation_filepath(one) FROM (SELECT unnest(ARRAY[oid, reltoastrelid]) AS one FROM"
                " pg_class WHERE relnamespace = 'public'::regnamespace) AS every WHERE one <> 0"
            )
        ).all()
        file, start = session.execute(text(f"SELECT (pg_walfile_name_offset('{before}')).*")).one()
        last, end = session.execute(text("SELECT (pg_walfile_name_offset(pg_current_wal_lsn())).*")).one()
    # Other tests write into the same log, so it may go on in the next file.
    files = sorted(path for path in home.glob("pg_wal/0*") if file <= path.name <= last)
    log = b"".join(contents(files))[: (len(files) - 1) * WAL_FILE + end]
    # A key could be written across two pages of the log; their headers are taken out.
    since = without_headers(log[start - start % WAL_PAGE :])
    return [*contents(home / path for path in tables if path), since]


def position(sessions: Sessions) -> str:
    """Where PostgreSQL's log stands."""
    if sessions.is_sqlite:
        return ""
    with sessions.read() as session:
        return str(session.scalar(text("SELECT pg_current_wal_lsn()")))


def window_that_opens(
    contents: Iterable[bytes], poll_id: str, person: str, receipt: bytes
) -> tuple[bytes | None, int]:
    """The attacker who does not know the key: each 32 bytes that lie there are tried as one, and counted."""
    tried: set[bytes] = set()
    for content in contents:
        for at in range(len(content) - 31):
            window = content[at : at + 32]
            # A key is 32 random bytes: hardly one in a million has fewer than 24 different ones, or is text.
            if window in tried or len(set(window)) < 24 or window.isascii():
                continue
            tried.add(window)
            if receipt_of(window, poll_id, person) == receipt:
                return window, len(tried)
    return None, len(tried)


def test_no_thirty_two_bytes_of_the_database_or_its_log_are_the_key(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 2})
    before = position(hospital.sessions)
    hospital.open()
    hospital.answer("Ward 7 1", 4)
    person, (receipt, box) = hospital.person("Ward 7 1"), hospital.ballots()[0]
    contents = touched(hospital.sessions, before)
    # The premise: what is read has this round in it; in PostgreSQL twice, in a table and in the log.
    assert sum(box[100:164] in content for content in contents) == (1 if hospital.sessions.is_sqlite else 2)
    found, tried = window_that_opens(contents, hospital.poll_id, person, receipt)
    assert found is None
    assert tried > 2_000
    key = hospital.secret()
    planted = os.urandom(50) + key + os.urandom(50)
    assert window_that_opens([planted], hospital.poll_id, person, receipt)[0] == key
