"""A full disk, a key that others could read, a missing key: refused clearly, and nothing is half done."""

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import handlers
from handlers.pulse.survey import NOT_STORED
from handlers.pulse.survey_view import WITHDRAW
from slackapp.core.errors import SettingsError
from slackapp.core.i18n import voice
from slackapp.models import Member, Poll
from slackapp.pulse import rounds
from tests.pulse.front import Front, Slack
from tests.pulse.hospital import CLOSE, OPENING, Hospital

CLAIMED = {
    "opens_on": OPENING.date(),
    "opens_at": OPENING,
    "closes_at": CLOSE,
    "items": ["helping"],
    "k": 5,
    "c": 1,
    "comment_threshold": 8,
}


@contextmanager
def full_disk(hospital: Hospital) -> Iterator[None]:
    """The disk is full as soon as a table or the file would have to grow."""
    with full_sqlite(hospital) if hospital.sessions.is_sqlite else full_postgresql(hospital):
        yield


@contextmanager
def full_sqlite(hospital: Hospital) -> Iterator[None]:
    """SQLite's own limit, at which it says "database or disk is full"."""
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


TABLES = ("ballot", "poll_member", "poll_unit")


@contextmanager
def full_postgresql(hospital: Hospital) -> Iterator[None]:
    """What the server raises when it cannot extend a table's file: SQLSTATE 53100."""
    with hospital.sessions.begin() as session:
        session.execute(
            text(
                "CREATE FUNCTION extend_file() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
            )
        )
        for table in TABLES:
            session.execute(
                text(
                    f"CREATE TRIGGER full_{table} BEFORE INSERT OR UPDATE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION extend_file()"
                )
            )
    yield
    with hospital.sessions.begin() as session:
        session.execute(text("DROP FUNCTION extend_file CASCADE"))


@contextmanager
def full_key_disk() -> Iterator[None]:
    """No file of this process can grow meanwhile, which a write is told as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def rows(hospital: Hospital) -> dict[str, int]:
    with hospital.sessions.read() as session:
        return {
            table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - our own names
            for table in ("poll_member", "poll_unit", "fan_out", "delivery")
        }


def test_a_full_disk_at_the_opening_is_told_leaves_no_half_round_and_it_opens_later(
    hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    hospital.build({"Ward 7": 60, "Theatres": 60})
    with full_disk(hospital), pytest.raises(OperationalError):
        hospital.open()
    assert "Is the disk of the database, or of KEY_DIR, full?" in caplog.text
    with hospital.sessions.read() as session:
        states = session.scalars(text("SELECT state FROM poll")).all()
    assert states in ([], ["opening"])
    assert set(rows(hospital).values()) == {0}
    hospital.open()
    assert hospital.state() == "open"
    assert rows(hospital)["poll_member"] == 122


def test_a_full_disk_of_the_keys_opens_nothing_and_leaves_no_piece_of_a_key(hospital: Hospital) -> None:
    hospital.build({"Ward 7": 9})
    # The round is claimed first, so that only the key is left to be written.
    with hospital.sessions.begin() as session:
        session.add(Poll(**CLAIMED, workspace_id=hospital.workspace_id))
    with hospital.sessions.read() as session:
        poll_id = str(session.scalar(text("SELECT id FROM poll")))
    with pytest.raises(OSError, match="File too large"), full_key_disk():
        hospital.keys.create(poll_id)
    assert sorted(path.name for path in hospital.keys.path.iterdir()) == [".lock", "identity"]
    with hospital.sessions.read() as session:
        assert session.scalars(text("SELECT state FROM poll")).all() == ["opening"]
    rounds.recover(hospital.sessions, hospital.keys, hospital.opening)
    hospital.poll_id = poll_id
    assert hospital.state() == "open"
    assert hospital.keys.poll_ids() == [poll_id]


def test_a_full_disk_at_an_answer_is_told_and_an_earlier_answer_stays(front: Front) -> None:
    people = [front.slack_id(f"Ward 7 {number}") for number in range(1, 10)]
    assert "Your answer is stored." in front.submits(people[0], {"helping": 4}, "first").body
    kept = front.hospital.ballots()
    with full_disk(front.hospital):
        replies = [front.submits(one, {"helping": 5}, "x" * 500).body for one in people]
    refused = [reply for reply in replies if "could not be stored" in reply]
    stored = [reply for reply in replies if "Your answer is stored." in reply]
    assert refused, "the disk was not full"
    assert len(refused) + len(stored) == len(replies)
    if not front.hospital.sessions.is_sqlite:
        # Writing over a row needs no new page in SQLite, so there the first one's second answer is kept.
        assert front.hospital.ballots() == kept
    assert {receipt for receipt, _ in kept} <= {receipt for receipt, _ in front.hospital.ballots()}
    assert "Your answer is stored." in front.submits(people[-1], {"helping": 5}).body


def test_a_full_disk_is_told_in_the_person_s_own_language(hospital: Hospital, slack: Slack) -> None:
    hospital.build({"Ward 7": 9}, comments_on=True)
    with hospital.sessions.begin() as session:
        session.get_one(Member, hospital.people["Ward 7 1"]).language = "cy"
    hospital.open()
    front = Front(hospital, slack, handlers.register)
    who = front.slack_id("Ward 7 1")
    with full_disk(front.hospital):
        others = [front.slack_id(f"Ward 7 {number}") for number in range(2, 10)]
        replies = [front.submits(one, {"helping": 5}).body for one in [*others, who]]
    assert "could not be stored" in replies[-2]
    assert "could not be stored" not in replies[-1]
    assert voice("cy")(NOT_STORED) in json.loads(replies[-1])["view"]["blocks"][0]["text"]["text"]


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


def test_a_withdrawal_that_failed_never_says_that_nothing_is_stored(front: Front, slack: Slack) -> None:
    who = front.slack_id("Ward 7 1")
    front.submits(who, {"helping": 4})
    kept = front.hospital.ballots()
    away = front.hospital.keys.path.rename(front.hospital.keys.path.with_name("unmounted"))
    front.presses(who, WITHDRAW, view_id="V1CHECKIN0")
    assert "Nothing could be withdrawn just now." in unquote_plus(slack.calls[-1][1].decode())
    assert "Your answer could not be stored." in front.submits(who, {"helping": 2}).body
    away.rename(front.hospital.keys.path)
    assert front.hospital.ballots() == kept
    front.presses(who, WITHDRAW, view_id="V1CHECKIN0")
    assert front.hospital.ballots() == []


def test_a_close_waits_for_a_key_directory_that_is_away(front: Front) -> None:
    """A volume that is not mounted comes back; what is deleted does not."""
    hospital = front.hospital
    for number in range(1, 7):
        front.submits(front.slack_id(f"Ward 7 {number}"), {"helping": 4})
    away = hospital.keys.path.rename(hospital.keys.path.with_name("unmounted"))
    hospital.keys.path.mkdir(mode=0o700)
    with pytest.raises(OSError, match="identity"):
        rounds.close_due(hospital.sessions, hospital.keys, hospital.close_at)
    assert len(hospital.ballots()) == 6
    hospital.keys.path.rmdir()
    away.rename(hospital.keys.path)
    rounds.close_due(hospital.sessions, hospital.keys, hospital.close_at)
    assert hospital.bundles() == {"Ward 7": 6}


@pytest.mark.parametrize("left", [0, 16])
def test_a_key_of_which_a_damaged_disk_left_a_part_locks_no_answer(front: Front, left: int) -> None:
    key = front.hospital.keys.path / f"{front.hospital.poll_id}.key"
    key.write_bytes(key.read_bytes()[:left])
    assert "This check-in has closed." in front.submits(front.slack_id("Ward 7 1"), {"helping": 4}).body
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
