"""Attackers who hold the database, its files, its log and its backups. Each catches a naive design too."""

import sqlite3
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import LargeBinary, inspect, text

from slackapp.core.db import Sessions
from slackapp.models import Ballot, BundleScore, Comment
from slackapp.pulse.ballots import InvalidBallotError, SealedBallot, open_box
from tests.pulse.disk import files
from tests.pulse.hospital import Hospital
from tests.pulse.nine_answers import ANSWERS, PEOPLE, WORDS, answered
from tests.pulse.second_worlds import Copy, own_postgresql_url  # noqa: F401 - these tests change tables


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
        rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        made = {str(name): str(sql) for name, sql in rows}
    assert "WITHOUT ROWID" in made["ballot"]
    assert "WITHOUT ROWID" in made["comment"]
    assert "WITHOUT ROWID" not in made["poll"]


def opens(secret: bytes, poll_id: str, ballot: SealedBallot) -> bool:
    try:
        open_box(secret, poll_id, ballot)
    except InvalidBallotError:
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
