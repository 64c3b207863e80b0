"""Attackers who hold the database, its files, its log and its backups. Each catches a naive design too."""

import base64
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from random import Random

import psycopg
import pytest
from sqlalchemy import LargeBinary, inspect, text

from slackapp.db import Sessions
from slackapp.models import Ballot, BundleScore, Comment
from slackapp.pulse.ballots import SealedBallot, SpoiltError, open_box, receipt_of
from tests.pulse.conftest import Copy, Hospital

PEOPLE = [f"Ward 7 {number}" for number in range(1, 10)]
ANSWERS = [5, 4, 4, 3, 2, 1, 5, 2, 3]
WORDS = ["more time", "", "a second pair of hands", "", "", "breaks", "", "", "thank you \N{HONEYBEE}"]
NONCES = [bytes([number]) * 12 for number in range(9)]


@pytest.fixture
def postgresql_url(private_postgresql_url: str) -> str:
    """These tests change tables, so they have a database of their own."""
    return private_postgresql_url


def tables(sessions: Sessions) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table there is, by key."""
    found = {}
    with sessions.read() as session:
        for name in inspect(session.connection()).get_table_names():
            keys = ", ".join(inspect(session.connection()).get_pk_constraint(name)["constrained_columns"])
            rows = session.execute(text(f'SELECT * FROM "{name}" ORDER BY {keys or 1}'))  # noqa: S608 - our own names
            found[name] = [
                tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in rows
            ]
    return found


def without_ciphertext(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """Boxes become their length and nonce; all else stays."""
    masked = []
    for poll, receipt, box in found["ballot"]:
        assert isinstance(box, bytes)
        masked.append((poll, receipt, len(box), box[:12]))
    return {table: rows for table, rows in found.items() if table != "ballot"} | {"ballot": [*masked]}


def answered(hospital: Hospital, order: Iterable[int]) -> None:
    for place, (person, given) in enumerate(zip(PEOPLE, order, strict=True)):
        hospital.answer(person, ANSWERS[given], WORDS[given], NONCES[place])


def files(sessions: Sessions) -> dict[str, bytes]:
    """A SQLite database's bytes as they lie on the disk now."""
    database = Path(sessions.engine.url.database or "")
    return {found.name: found.read_bytes() for found in sorted(database.parent.glob("appreciate.db*"))}


@pytest.fixture
def two_worlds(hospital: Hospital, copy: Copy) -> tuple[Hospital, Hospital]:
    """The same hospital twice, with an open poll, the same key and the same nonces to come."""
    hospital.build({"Ward 7": 9}, comments_on=True)
    hospital.open()
    return copy(hospital), copy(hospital)


def test_two_worlds_in_which_people_swapped_their_answers_cannot_be_told_apart(
    two_worlds: tuple[Hospital, Hospital],
) -> None:
    one, other = two_worlds
    answered(one, range(9))
    answered(other, [*range(1, 9), 0])
    # While the poll is open only ciphertext differs, and that it does.
    assert without_ciphertext(tables(one.sessions)) == without_ciphertext(tables(other.sessions))
    assert tables(one.sessions)["ballot"] != tables(other.sessions)["ballot"]
    for world in two_worlds:
        world.close(Random(20261109))  # noqa: S311 - the same chance in both worlds
        world.sessions.dispose()
    assert tables(one.sessions) == tables(other.sessions)
    assert one.results()
    assert sorted(one.comments()["Ward 7"]) == sorted(filter(None, WORDS))
    if one.sessions.is_sqlite:
        one.sessions.dispose()
        other.sessions.dispose()
        assert files(one.sessions) == files(other.sessions)
        assert list(files(one.sessions)) == ["appreciate.db"]


def test_the_swap_is_seen_in_a_design_that_stores_who_answered_and_when(
    two_worlds: tuple[Hospital, Hospital],
) -> None:
    one, other = two_worlds
    for world, order in ((one, range(9)), (other, [*range(1, 9), 0])):
        with world.sessions.begin() as session:
            session.execute(text("CREATE TABLE answer (place INTEGER PRIMARY KEY, said INTEGER)"))
            for place, given in enumerate(order):
                session.execute(
                    text("INSERT INTO answer VALUES (:place, :said)"),
                    {"place": place, "said": ANSWERS[given]},
                )
    assert without_ciphertext(tables(one.sessions)) != without_ciphertext(tables(other.sessions))


def test_a_link_that_is_only_deleted_stays_in_a_sqlite_file(tmp_path: Path) -> None:
    """The control for the comparison of files: without secure_delete the same attack sees the difference."""
    worlds = []
    for name, order in (("a", range(9)), ("b", [*range(1, 9), 0])):
        world = sqlite3.connect(tmp_path / name, isolation_level=None)
        world.execute("PRAGMA secure_delete=OFF")
        world.execute("CREATE TABLE link (person, said)")
        world.executemany(
            "INSERT INTO link VALUES (?, ?)", [(PEOPLE[n], ANSWERS[g]) for n, g in enumerate(order)]
        )
        world.execute("DELETE FROM link")
        world.close()
        worlds.append((tmp_path / name).read_bytes())
    assert worlds[0] != worlds[1]


ALLOWED = {
    "ballot": {"poll_id", "receipt", "box"},
    "bundle_score": {"poll_id", "unit_id", "item", "n", "sum_lo", "sum_hi"},
    "comment": {"id", "unit_id", "month", "words"},
    "hidden_comment": {"comment_id"},
}


def columns_not_allowed(sessions: Sessions) -> set[tuple[str, str]]:
    inspector = inspect(sessions.engine)
    return {
        (table, column["name"])
        for table, allowed in ALLOWED.items()
        for column in inspector.get_columns(table)
        if column["name"] not in allowed
    }


def test_the_tables_of_the_pulse_have_no_other_column(database: Sessions) -> None:
    assert columns_not_allowed(database) == set()
    for model, size in ((Ballot, 2588), (BundleScore, None), (Comment, None)):
        assert set(model.__table__.columns.keys()) == ALLOWED[model.__tablename__]
        if size:
            assert isinstance(model.__table__.c.box.type, LargeBinary)
    with database.begin() as session:
        session.execute(text("ALTER TABLE ballot ADD COLUMN created_at TIMESTAMP"))
    assert columns_not_allowed(database) == {("ballot", "created_at")}


def test_sqlite_keeps_no_order_of_arrival_for_ballots_and_comments(hospital_on_sqlite: Hospital) -> None:
    with hospital_on_sqlite.sessions.read() as session:
        made = dict(session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    assert "WITHOUT ROWID" in made["ballot"]
    assert "WITHOUT ROWID" in made["comment"]
    assert "WITHOUT ROWID" not in made["poll"]


def opens(secret: bytes, poll_id: str, ballot: SealedBallot) -> bool:
    try:
        open_box(secret, poll_id, ballot)
    except SpoiltError:
        return False
    return True


def backup(hospital: Hospital, target: Path) -> list[SealedBallot]:
    """What a nightly backup of the database holds, its write-ahead log included."""
    target.mkdir()
    if hospital.sessions.is_sqlite:
        for name, content in files(hospital.sessions).items():
            (target / name).write_bytes(content)
    return [SealedBallot(receipt, box) for receipt, box in hospital.ballots()]


def secrets_left(hospital: Hospital) -> list[bytes]:
    """Every file of 32 bytes or more that the key directory still has, at every offset."""
    return [
        content[at : at + 32]
        for found in hospital.keys.path.iterdir()
        for content in [found.read_bytes()]
        for at in range(len(content) - 31)
    ]


def test_a_backup_from_before_the_close_cannot_be_opened_after_it(hospital: Hospital, tmp_path: Path) -> None:
    hospital.build({"Ward 7": 9})
    hospital.open()
    answered(hospital, range(9))
    taken = backup(hospital, tmp_path / "backup")
    key = hospital.secret()
    assert len(taken) == 9
    # The premise, and the naive twin: a key that is kept opens the backup.
    assert all(opens(key, hospital.poll_id, ballot) for ballot in taken)
    assert any(opens(one, hospital.poll_id, taken[0]) for one in secrets_left(hospital))
    hospital.close()
    assert hospital.is_closed()
    assert hospital.ballots() == []
    assert not any(opens(one, hospital.poll_id, taken[0]) for one in secrets_left(hospital))
    assert not [found for found in hospital.keys.path.rglob("*") if hospital.poll_id in found.name]
    if hospital.sessions.is_sqlite:
        copied = sqlite3.connect(tmp_path / "backup" / "appreciate.db")
        assert copied.execute("SELECT count(*) FROM ballot").fetchone() == (9,)
        copied.close()


def test_ballots_are_wiped_from_the_sqlite_files_at_the_close(hospital_on_sqlite: Hospital) -> None:
    # PostgreSQL keeps its pages until they are used again; there it is the key's end that counts.
    hospital = hospital_on_sqlite.build({"Ward 7": 9})
    hospital.open()
    answered(hospital, range(9))
    # A page in between holds 1 kB of a box, so pieces of its middle are looked for.
    boxes = hospital.ballots()
    pieces = [piece for receipt, box in boxes for piece in (receipt, box[100:164], box[2000:2064])]
    assert all(any(piece in content for content in files(hospital.sessions).values()) for piece in pieces)
    hospital.close()
    assert not any(piece in content for content in files(hospital.sessions).values() for piece in pieces)


def disk_of(sessions: Sessions) -> list[Path]:
    """The files in which a database keeps its rows and its log."""
    if sessions.is_sqlite:
        database = Path(sessions.engine.url.database or "")
        return sorted(database.parent.glob("appreciate.db*"))
    with sessions.read() as session:
        # Pages must reach the disk before they can be looked at there.
        home = Path(str(session.execute(text("SHOW data_directory")).scalar()))
        number = session.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar()
    with psycopg.connect(os.environ["APPRECIATE_TEST_POSTGRESQL"], autocommit=True) as server:
        server.execute("CHECKPOINT")
    return [one for one in (*home.glob(f"base/{number}/*"), *home.glob("pg_wal/*")) if one.is_file()]


def holds_key(paths: Iterable[Path], key: bytes) -> bool:
    """The key as it is and in the ways in which people write keys down."""
    spelt = (key, key.hex().encode(), base64.b64encode(key), base64.urlsafe_b64encode(key))
    return any(one in content for path in paths for content in [path.read_bytes()] for one in spelt)


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


WAL_FILE, WAL_PAGE, WAL_HEADER = 16 << 20, 8192, 24


def touched(sessions: Sessions, before: str) -> list[bytes]:
    """Where a round can have written: SQLite's file and log; PostgreSQL's tables, and its log since then."""
    if sessions.is_sqlite:
        return [path.read_bytes() for path in disk_of(sessions) if not path.name.endswith("-shm")]
    disk_of(sessions)  # Reaches the disk only after a checkpoint.
    with sessions.read() as session:
        home = Path(str(session.scalar(text("SHOW data_directory"))))
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
    log = b"".join(path.read_bytes() for path in files)[: (len(files) - 1) * WAL_FILE + end]
    # A key could be written across two pages of the log; their headers are taken out.
    first = start - start % WAL_PAGE
    pages = [log[at + WAL_HEADER : at + WAL_PAGE] for at in range(first, len(log), WAL_PAGE)]
    return [*((home / path).read_bytes() for path in tables if path), b"".join(pages)]


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
    person, (receipt, box) = hospital.people["Ward 7 1"], hospital.ballots()[0]
    contents = touched(hospital.sessions, before)
    # The premise: what is read has this round in it; in PostgreSQL twice, in a table and in the log.
    assert sum(box[100:164] in content for content in contents) == (1 if hospital.sessions.is_sqlite else 2)
    found, tried = window_that_opens(contents, hospital.poll_id, person, receipt)
    assert found is None
    assert tried > 2_000
    key = hospital.secret()
    planted = os.urandom(50) + key + os.urandom(50)
    assert window_that_opens([planted], hospital.poll_id, person, receipt)[0] == key
