"""A full disk, a key that others could read, a missing key: refused clearly, and nothing is half done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from slackapp.errors import SettingsError
from slackapp.pulse import rounds
from tests.pulse.conftest import Front, Hospital


@contextmanager
def full_disk(hospital: Hospital) -> Iterator[None]:
    """SQLite says "database or disk is full" as soon as the file would have to grow."""
    with hospital.sessions.begin() as session:
        pages = session.scalar(text("PRAGMA page_count"))
    # The limit holds for one connection, so the pool is left with a single one that has it.
    hospital.sessions.dispose()
    pool = hospital.sessions.engine.pool
    borrowed = pool.connect()
    borrowed.cursor().execute(f"PRAGMA max_page_count = {pages}").close()
    borrowed.close()
    yield
    borrowed = pool.connect()
    borrowed.cursor().execute("PRAGMA max_page_count = 1073741823").close()
    borrowed.close()


def test_a_full_disk_at_the_opening_leaves_no_half_round_and_it_opens_later(
    hospital_on_sqlite: Hospital,
) -> None:
    hospital = hospital_on_sqlite.build({"Ward 7": 60, "Theatres": 60})
    with full_disk(hospital), pytest.raises(OperationalError):
        hospital.open()
    with hospital.sessions.read() as session:
        states = session.scalars(text("SELECT state FROM poll")).all()
        assert session.scalar(text("SELECT count(*) FROM poll_member")) == 0
        assert session.scalar(text("SELECT count(*) FROM fan_out")) == 0
    assert states in ([], ["opening"])
    hospital.open()
    assert hospital.state() == "open"
    with hospital.sessions.read() as session:
        assert session.scalar(text("SELECT count(*) FROM poll_member")) == 122


def test_a_full_disk_at_an_answer_is_told_and_an_earlier_answer_stays(front: Front) -> None:
    if not front.hospital.sessions.is_sqlite:
        pytest.skip("a full PostgreSQL disk stops the server, which the next test of this kind stands for")
    people = [front.slack_id(f"Ward 7 {number}") for number in range(1, 10)]
    assert "Your answer is stored." in front.submits(people[0], {"helping": 4}, "first").body
    kept = front.hospital.ballots()
    with full_disk(front.hospital):
        replies = [front.submits(one, {"helping": 5}, "x" * 500).body for one in people[1:]]
    refused = [reply for reply in replies if "could not be stored" in reply]
    stored = [reply for reply in replies if "Your answer is stored." in reply]
    assert refused, "the disk was not full"
    assert len(refused) + len(stored) == len(replies)
    assert len(front.hospital.ballots()) == 1 + len(stored)
    assert set(kept) <= set(front.hospital.ballots())
    assert "Your answer is stored." in front.submits(people[-1], {"helping": 5}).body


def test_a_database_that_went_away_is_told_too(front: Front) -> None:
    who = front.slack_id("Ward 7 1")
    with front.hospital.sessions.begin() as session:
        session.execute(text("ALTER TABLE ballot RENAME TO ballot_away"))
    try:
        reply = front.submits(who, {"helping": 4})
    finally:
        with front.hospital.sessions.begin() as session:
            session.execute(text("ALTER TABLE ballot_away RENAME TO ballot"))
    assert "Your answer is stored." not in reply.body
    assert front.hospital.ballots() == []


@pytest.mark.parametrize("which", ["directory", "key"])
def test_keys_that_others_could_read_keep_the_app_from_starting(front: Front, which: str) -> None:
    keys, poll = front.hospital.keys, front.hospital.poll_id
    wrong = keys.path if which == "directory" else keys.path / f"{poll}.key"
    right = wrong.stat().st_mode
    wrong.chmod(0o755 if which == "directory" else 0o640)
    with pytest.raises(SettingsError, match="chmod"):
        keys.attach(front.hospital.sessions)
    assert keys.poll_ids() == [poll]
    wrong.chmod(right)
    keys.attach(front.hospital.sessions)


def test_a_missing_key_loses_the_round_tells_people_and_the_next_one_works(front: Front) -> None:
    hospital = front.hospital
    (hospital.keys.path / f"{hospital.poll_id}.key").unlink()
    assert "This check-in has closed." in front.submits(front.slack_id("Ward 7 1"), {"helping": 4}).body
    rounds.recover(hospital.sessions, hospital.keys, front.now)
    assert hospital.state() == "lost"
    hospital.open(hospital.close_at)
    assert hospital.state() == "open"
