"""The check that staff can run: it passes on what the app leaves, and finds each planted fault."""

import gzip
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from slack_bolt import Ack, App
from sqlalchemy import text

import handlers
from handlers.pulse import survey_view as pulse
from handlers.shared.context import Context
from reports.charts.renderer import ChartRenderer
from slackapp.app import routes
from slackapp.cli.main import main
from slackapp.core.db import connect
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.pulse import rounds
from slackapp.pulse.disclosure import publish
from slackapp.verify import canary, contents
from slackapp.workspace.audit_log import Action
from tests.pulse.hospital import CLOSE, Hospital
from tests.pulse.second_worlds import own_postgresql_url  # noqa: F401 - these tests change tables

SIZES = {"Ward 7": 9, "Theatres": 6, "Clinic": 4}
LOGGED = "2026-11-09 09:00:00 INFO slackapp.pulse.rounds A check-in has closed.\n"


@pytest.fixture
def lived(hospital: Hospital, tmp_path: Path) -> Hospital:
    """One check-in that has closed, with figures and comments, and one that is open."""
    hospital.build(SIZES, comments_on=True)
    hospital.open()
    for name, size in SIZES.items():
        for number in range(1, size + 1):
            hospital.answer(f"{name} {number}", 1 + number % 5, f"comment {number} of {name}")
    hospital.open(CLOSE)
    with hospital.sessions.begin() as session:
        paper = rounds.Answers(hospital.poll_id, hospital.person("Ward 7 1"), {"helping": 3}, "still open")
        rounds.submit(session, hospital.keys, paper, CLOSE)
    hospital.sessions.dispose()
    (tmp_path / "app.log").write_text(LOGGED)
    return hospital


def address(hospital: Hospital) -> str:
    url = hospital.sessions.engine.url
    return str(url.database) if hospital.sessions.is_sqlite else url.render_as_string(hide_password=False)


def verified(hospital: Hospital, *more: str) -> Result:
    log = hospital.keys.path.parent / "app.log"
    asked = ["--database", address(hospital), "--keys", str(hospital.keys.path), "--log", str(log), *more]
    return CliRunner().invoke(main, ["verify-anonymity", *asked])


def execute(hospital: Hospital, statement: str, **values: object) -> None:
    with hospital.sessions.begin() as session:
        session.execute(text(statement), values)
    hospital.sessions.dispose()


def closed_poll(hospital: Hospital) -> str:
    with hospital.sessions.read() as session:
        return str(session.scalar(text("SELECT id FROM poll WHERE state = 'closed'")))


def test_what_the_app_leaves_is_in_order_and_the_limits_are_told(lived: Hospital) -> None:
    result = verified(lived)
    assert result.exit_code == 0, result.output
    assert result.output.count(": in order") == 13 + (not lived.sessions.is_sqlite)
    assert "Nothing was found." in result.output
    assert "What these checks cannot show:" in result.output
    assert lived.bundles() or closed_poll(lived)


def test_the_result_can_be_read_by_a_program(lived: Hospital) -> None:
    told = json.loads(verified(lived, "--json", "--stored-only").output)
    assert told["clean"] is True
    assert len(told["checks"]) == 12 + (not lived.sessions.is_sqlite)


def test_nothing_that_is_looked_at_is_changed(lived: Hospital) -> None:
    if not lived.sessions.is_sqlite:
        pytest.skip("PostgreSQL refuses writes by itself in a read-only transaction")
    before = fingerprints(lived.keys.path.parent)
    verified(lived, "--stored-only")
    assert fingerprints(lived.keys.path.parent) == before


def fingerprints(folder: Path) -> dict[str, str]:
    files = [found for found in folder.rglob("*") if found.is_file()]
    return {str(found): hashlib.sha256(found.read_bytes()).hexdigest() for found in files}


def exact_sum(hospital: Hospital) -> None:
    execute(
        hospital, "UPDATE bundle_score SET sum_hi = sum_lo + 1, sum_lo = sum_lo + 1 WHERE item = 'helping'"
    )


def team_of_four(hospital: Hospital) -> None:
    values = {"poll": closed_poll(hospital), "unit": hospital.teams["Clinic"]}
    execute(hospital, "INSERT INTO bundle (poll_id, unit_id, ballots) VALUES (:poll, :unit, 4)", **values)


def total_over_everybody(hospital: Hospital) -> None:
    """All nineteen answers as one more group, rounded as faithfully as the others."""
    cell = publish(19, 57)
    assert cell is not None
    values = {"poll": closed_poll(hospital), "unit": hospital.teams["Medicine"]}
    execute(hospital, "DELETE FROM bundle_score WHERE unit_id = :unit", unit=values["unit"])
    execute(hospital, "DELETE FROM bundle WHERE unit_id = :unit", unit=values["unit"])
    execute(hospital, "INSERT INTO bundle (poll_id, unit_id, ballots) VALUES (:poll, :unit, 19)", **values)
    execute(
        hospital,
        "INSERT INTO bundle_score (poll_id, unit_id, item, n, sum_lo, sum_hi)"
        " VALUES (:poll, :unit, 'helping', 19, :lo, :hi)",
        lo=cell.lo,
        hi=cell.hi,
        **values,
    )


def time_of_answering(hospital: Hospital) -> None:
    execute(hospital, "ALTER TABLE ballot ADD COLUMN created_at TIMESTAMP")


def kept_key(hospital: Hospital) -> None:
    hospital.keys.create(closed_poll(hospital))


def unpadded_ballot(hospital: Hospital) -> None:
    values = {"poll": hospital.poll_id, "receipt": os.urandom(32), "box": os.urandom(200)}
    execute(hospital, "INSERT INTO ballot (poll_id, receipt, box) VALUES (:poll, :receipt, :box)", **values)


def debug_table(hospital: Hospital) -> None:
    execute(hospital, "CREATE TABLE debug (payload TEXT)")
    execute(hospital, "INSERT INTO debug VALUES (:payload)", payload='{"type": "view_submission"}')


def payload_in_a_known_place(hospital: Hospital) -> None:
    execute(
        hospital, "UPDATE team SET name = :payload WHERE name = 'Clinic'", payload='"answers":{"helping":4}'
    )


def key_in_the_database(hospital: Hospital) -> None:
    execute(hospital, "UPDATE team SET name = :key WHERE name = 'Clinic'", key=hospital.secret().hex())


def low_threshold(hospital: Hospital) -> None:
    execute(hospital, "UPDATE workspace SET k = 4")


def comment_in_the_log(hospital: Hospital) -> None:
    (hospital.keys.path.parent / "app.log").write_text(f"{LOGGED}stored: comment 3 of Ward 7\n")


def readable_key(hospital: Hospital) -> None:
    (hospital.keys.path / f"{hospital.poll_id}.key").chmod(0o644)


def answers_of_a_closed_poll(hospital: Hospital) -> None:
    values = {"poll": closed_poll(hospital), "receipt": os.urandom(32), "box": os.urandom(2588)}
    execute(hospital, "INSERT INTO ballot (poll_id, receipt, box) VALUES (:poll, :receipt, :box)", **values)


def day_of_a_comment(hospital: Hospital) -> None:
    values = {"unit": hospital.teams["Ward 7"], "id": "c" * 24}
    execute(
        hospital,
        "INSERT INTO comment (id, unit_id, month, words) VALUES (:id, :unit, '9-09:00', 'x')",
        **values,
    )


def who_has_answered(hospital: Hospital) -> None:
    execute(
        hospital,
        "INSERT INTO inbound (workspace_id, key, received_at)"
        " SELECT id, 'pulse_submit:U1000003', '2026-11-09 09:00:00' FROM workspace",
    )


def comment_in_a_packed_log(hospital: Hospital) -> None:
    log = hospital.keys.path.parent / "app.log"
    log.write_bytes(gzip.compress(f"{LOGGED}stored: comment 3 of Ward 7\n".encode()))


def staff_receipt(hospital: Hospital) -> None:
    """A receipt that anybody makes who has the list of staff and knows the check-in's id."""
    guess = hashlib.sha256(f"{hospital.poll_id}:U1000005".encode()).digest()
    execute(hospital, "UPDATE ballot SET receipt = :guess", guess=guess)


def plain_receipt(hospital: Hospital) -> None:
    execute(hospital, "UPDATE ballot SET receipt = :guess", guess=b"Ward 7 1".ljust(32, b"\0"))


def keyed_by_the_poll(hospital: Hospital) -> None:
    guess = hmac.digest(hospital.poll_id.encode(), b"T1HOSPITAL/U1000005", "sha256")
    execute(hospital, "UPDATE ballot SET receipt = :guess", guess=guess)


def unlocked_box(hospital: Hospital) -> None:
    box = json.dumps({"unit": "x", "scores": {"helping": 4}}).encode().ljust(2588, b"\0")
    execute(hospital, "UPDATE ballot SET box = :box", box=box)


def one_nonce_for_all(hospital: Hospital) -> None:
    values = {"poll": hospital.poll_id, "receipt": os.urandom(32)}
    statement = (
        "INSERT INTO ballot (poll_id, receipt, box) SELECT :poll, :receipt, box FROM ballot"
        " WHERE poll_id = :poll LIMIT 1"
    )
    execute(hospital, statement, **values)


def made_up_ballot(hospital: Hospital) -> None:
    values = {"poll": hospital.poll_id, "receipt": os.urandom(32), "box": os.urandom(2588)}
    execute(hospital, "INSERT INTO ballot (poll_id, receipt, box) VALUES (:poll, :receipt, :box)", **values)


def box_of_another_key(hospital: Hospital) -> None:
    execute(hospital, "UPDATE ballot SET box = :box", box=os.urandom(2588))


def altered_charter(hospital: Hospital) -> None:
    path = hospital.keys.path / f"{hospital.poll_id}.charter"
    path.write_bytes(path.read_bytes().replace(b'"k":5', b'"k":1'))


def file_beside_the_keys(hospital: Hospital) -> None:
    (hospital.keys.path / "who-answered.txt").write_text("U1000003\n")


def charter_of_a_closed_poll(hospital: Hospital) -> None:
    (hospital.keys.path / f"{closed_poll(hospital)}.charter").write_bytes(b"x")


def raised_alarm(hospital: Hospital) -> None:
    (hospital.keys.path / "alarms").write_text("2026-11-09 09:00 0123 had 3 answers changed\n")


def new_deed(hospital: Hospital) -> None:
    execute(
        hospital,
        "INSERT INTO audit_entry (id, workspace_id, at, actor, deed, subject)"
        " SELECT 'a', id, '2026-11-09 09:00:00', 'x', 'answered a check-in', '' FROM workspace",
    )


def new_kind_of_message(hospital: Hospital) -> None:
    execute(
        hospital,
        "INSERT INTO fan_out (key, workspace_id, kind, reference, cursor, done)"
        " SELECT 'k', id, 'poll_answered', 'x', '', false FROM workspace",
    )


def press_noted(hospital: Hospital) -> None:
    execute(
        hospital,
        "INSERT INTO inbound (workspace_id, key, received_at)"
        " SELECT id, 'poll:1.2.3', '2026-11-09 09:00:00' FROM workspace",
    )


def index_of_arrivals(hospital: Hospital) -> None:
    execute(hospital, "CREATE INDEX arrivals ON ballot (substr(box, 1, 4))")


def second_slice(hospital: Hospital) -> None:
    execute(hospital, "UPDATE poll SET closes_at = '2026-11-12 09:00:00' WHERE state = 'closed'")


def question_of_nobody(hospital: Hospital) -> None:
    execute(hospital, "UPDATE poll SET items = '[\"who_are_you\"]' WHERE state = 'open'")


def more_asked_than_people(hospital: Hospital) -> None:
    execute(hospital, "UPDATE poll_unit SET invited = 900 WHERE poll_id = :poll", poll=closed_poll(hospital))


def list_of_a_lost_poll(hospital: Hospital) -> None:
    execute(hospital, "UPDATE poll SET state = 'lost' WHERE state = 'open'")


def overdue_close(hospital: Hospital) -> None:
    execute(hospital, "DELETE FROM clock")
    execute(hospital, "INSERT INTO clock (id, latest) VALUES (1, '2026-11-20 09:00:00')")


def comment(hospital: Hospital, number: str, words: str) -> None:
    values = {"unit": hospital.teams["Ward 7"], "id": number, "words": words}
    statement = "INSERT INTO comment (id, unit_id, month, words) VALUES (:id, :unit, '2026-11', :words)"
    execute(hospital, statement, **values)


def signed_comment(hospital: Hospital) -> None:
    comment(hospital, os.urandom(12).hex(), "more breaks (U1000003)")


def numbered_comments(hospital: Hospital) -> None:
    for number in range(4):
        comment(hospital, f"{number:024}", "more breaks")


def comment_in_the_log_as_json(hospital: Hospital) -> None:
    comment(hospital, os.urandom(12).hex(), 'the "quiet" room\n is never quiet')
    line = json.dumps({"said": 'the "quiet" room\n is never quiet'})
    (hospital.keys.path.parent / "app.log").write_text(f"{LOGGED}{line}\n")


def comment_in_the_log_as_an_address(hospital: Hospital) -> None:
    comment(hospital, os.urandom(12).hex(), "café & corridor")
    (hospital.keys.path.parent / "app.log").write_text(f"{LOGGED}GET /?q=caf%C3%A9+%26+corridor\n")


def name_in_the_log(hospital: Hospital) -> None:
    line = "2026-11-09 09:00:01 INFO pulse: stored an answer of U1000003\n"
    (hospital.keys.path.parent / "app.log").write_text(LOGGED + line)


@contextmanager
def put_back(hospital: Hospital, tmp_path: Path) -> Iterator[None]:
    """Whatever is done to the hospital meanwhile is undone."""
    log, keys = tmp_path / "app.log", hospital.keys.path
    shutil.copytree(keys, tmp_path / "kept-keys")
    kept = saved(hospital, tmp_path)
    yield
    kept()
    shutil.rmtree(keys)
    (tmp_path / "kept-keys").rename(keys)
    log.write_text(LOGGED)


def saved(hospital: Hospital, tmp_path: Path) -> Callable[[], None]:
    if hospital.sessions.is_sqlite:
        there = Path(hospital.sessions.engine.url.database or "")
        shutil.copyfile(there, tmp_path / "kept.db")

        def file_back() -> None:
            hospital.sessions.dispose()
            for left_over in there.parent.glob("appreciate.db-*"):
                left_over.unlink()
            shutil.copyfile(tmp_path / "kept.db", there)

        return file_back
    server, name = os.environ["APPRECIATE_TEST_POSTGRESQL"], hospital.sessions.engine.url.database
    hospital.sessions.dispose()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_kept" TEMPLATE "{name}"')

    def database_back() -> None:
        hospital.sessions.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.execute(f'ALTER DATABASE "{name}_kept" RENAME TO "{name}"')

    return database_back


FAULTS = {
    exact_sum: "it may be an exact sum",
    team_of_four: "Clinic is shown with 4 answers; the smallest group allowed is 5.",
    total_over_everybody: "were counted a second time",
    time_of_answering: "has a column “created_at”",
    kept_key: "has closed, but its key is still there",
    unpadded_ballot: "have the length 32 + 200",
    debug_table: "There is a table “debug”",
    payload_in_a_known_place: "holds something that looks like an answer",
    key_in_the_database: "holds the key",
    low_threshold: "the smallest group that is shown is set to 4",
    comment_in_the_log: "app.log holds the words of a comment.",
    readable_key: "its permissions are 644 and not 600",
    answers_of_a_closed_poll: "but sealed answers of it are still there",
    day_of_a_comment: "which is more than a month",
    who_has_answered: "looks like an answer (pulse_submit)",
    comment_in_a_packed_log: "app.log holds the words of a comment.",
    staff_receipt: "can be worked out from the list of staff",
    plain_receipt: "can be worked out from the list of staff",
    keyed_by_the_poll: "can be worked out from the list of staff",
    unlocked_box: "do not look locked",
    one_nonce_for_all: "locked with the same number",
    made_up_ballot: "belong to nobody who is asked",
    box_of_another_key: "do not open with their key",
    altered_charter: "charter of an open check-in is missing or was altered",
    file_beside_the_keys: "“who-answered.txt” beside the keys",
    charter_of_a_closed_poll: "a file of it is still there",
    raised_alarm: "The app has noticed a change in the database",
    new_deed: "The audit log has entries “answered a check-in”",
    new_kind_of_message: "entries “poll_answered”",
    press_noted: "was noted among what Slack has said once",
    index_of_arrivals: "has an index “arrivals”",
    second_slice: "a second way to slice their answers",
    question_of_nobody: "has questions that do not exist: who_are_you",
    more_asked_than_people: "there have never been as many",
    list_of_a_lost_poll: "still has its list of who was asked",
    overdue_close: "its key is kept for too long",
    signed_comment: "have somebody's id in them",
    numbered_comments: "numbered one after the other",
    comment_in_the_log_as_json: "app.log holds the words of a comment.",
    comment_in_the_log_as_an_address: "app.log holds the words of a comment.",
    name_in_the_log: "app.log names somebody in a line about a check-in.",
}


def test_the_lists_written_by_hand_are_those_of_the_program() -> None:
    """Whoever adds a deed or a kind of message looks at what it tells, and writes it down a second time."""
    assert {str(action) for action in Action} == contents.DEEDS
    kinds = routes(ChartRenderer(None), Pseudonyms(Path()))
    assert {str(kind) for kind in kinds} == contents.KINDS


def test_each_planted_fault_is_found(lived: Hospital, tmp_path: Path) -> None:
    """One hospital, brought back after each fault, because building one takes longer than checking it."""
    assert verified(lived, "--stored-only").exit_code == 0
    missed = []
    # A PostgreSQL database takes longer to bring back; the seven first are those that everybody fears.
    for plant, words in list(FAULTS.items())[: None if lived.sessions.is_sqlite else 7]:
        with put_back(lived, tmp_path):
            plant(lived)
            result = verified(lived, "--stored-only")
            if result.exit_code != 1 or words not in result.output:
                missed.append((plant.__name__, result.exit_code, result.output))
    assert missed == []
    assert verified(lived, "--stored-only").exit_code == 0


def test_a_packed_log_that_is_not_whole_is_told_in_words_and_never_passed(lived: Hospital) -> None:
    log = lived.keys.path.parent / "app.log"
    whole = gzip.compress(LOGGED.encode() * 50)
    for damaged in (whole[: len(whole) // 2], whole[:14] + b"?" * 30):
        log.write_bytes(damaged)
        result = verified(lived, "--stored-only")
        assert result.exit_code == 1
        assert "app.log cannot be read: it is damaged or not complete." in result.output


def test_places_that_only_postgresql_has_are_looked_at_too(lived: Hospital) -> None:
    if lived.sessions.is_sqlite:
        pytest.skip("SQLite has neither schemas nor rules")
    for statement in (
        "CREATE SCHEMA beside",
        "CREATE TABLE beside.note (receipt BYTEA, at TIMESTAMPTZ DEFAULT now())",
        "CREATE MATERIALIZED VIEW arrivals AS SELECT receipt FROM ballot",
        "CREATE RULE noting AS ON INSERT TO ballot DO ALSO INSERT INTO beside.note VALUES (NEW.receipt)",
    ):
        execute(lived, statement)
    result = verified(lived, "--stored-only")
    assert result.exit_code == 1
    assert "There is “beside.note”" in result.output
    assert "arrivals”, which Appreciate does not have." in result.output
    assert "There is a rule “noting”" in result.output


def test_a_damaged_copy_and_one_that_is_none_are_told_in_words(tmp_path: Path) -> None:
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Dear colleagues")
    for asked, words in ((wrong, "is not a SQLite database"), (tmp_path / "none.db", "There is no file")):
        result = CliRunner().invoke(main, ["verify-anonymity", "--database", str(asked)])
        assert (result.exit_code, words in result.output) == (1, True), result.output
    empty = tmp_path / "empty.db"
    sessions = connect(f"sqlite:///{empty}")
    with sessions.begin() as session:
        session.execute(text("CREATE TABLE ballot (poll_id TEXT)"))
    sessions.dispose()
    result = CliRunner().invoke(main, ["verify-anonymity", "--database", str(empty)])
    assert (result.exit_code, "another version" in result.output) == (1, True)


def echoing(bolt: App, desk: Context) -> None:
    """A listener that thanks people by telling them what they said."""

    def answered(ack: Ack, body: dict[str, Any]) -> None:
        chosen = body["view"]["state"]["values"]["helping"][pulse.CHOICE]["selected_option"]["value"]
        bolt.client.chat_postMessage(channel=body["user"]["id"], text=f"You answered {chosen}.")
        ack()

    bolt.view(pulse.SUBMIT)(answered)
    handlers.register(bolt, desk)


def remembering(bolt: App, desk: Context) -> None:
    """A listener that writes down who has answered."""

    def middleware(body: dict[str, Any], next_: Callable[[], None]) -> None:
        if body.get("type") == "view_submission":
            with desk.sessions.begin() as session:
                session.execute(
                    text("UPDATE member SET name = name || '!' WHERE slack_user_id = :who"),
                    {"who": body["user"]["id"]},
                )
        next_()

    bolt.middleware(middleware)
    handlers.register(bolt, desk)


@pytest.mark.parametrize(
    ("naive", "words"),
    [(echoing, "What was sent to Slack differed"), (remembering, "Answering wrote into the table “member”.")],
)
def test_the_made_up_check_in_finds_a_program_that_tells(naive: canary.Register, words: str) -> None:
    found = canary.checked(naive)
    assert any(words in finding for finding in found.findings), found.findings
