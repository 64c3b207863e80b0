"""With everything logged that can be: no line joins a person and what they said."""

import io
import logging
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from slack_bolt import App
from sqlalchemy import select, text

import handlers
from handlers.pulse import survey_view as pulse
from handlers.shared.context import Context
from slackapp.core import log
from slackapp.core.db import Sessions, connect
from slackapp.models import Member, Poll, PollState
from slackapp.pulse import statement_logs
from slackapp.pulse.keys import KeyDirectory
from slackapp.verify import server_logs
from tests.pulse.front import Front, Slack
from tests.pulse.hospital import Hospital
from tests.pulse.second_worlds import own_postgresql_url  # noqa: F401 - these tests change tables

MARK = "the kettle on the ward is broken again"
SCORES = {"attending": 1, "understanding": 5, "empathising": 4, "helping": 2}
UNHANDLED = "nobody_listens_to_this"
_PID = re.compile(r"\[(\d+)\]")
_ID = re.compile(r"\bU1\d{6}\b")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The application's log with DEBUG asked for, and everything put back afterwards."""
    root, written = logging.getLogger(), io.StringIO()
    before = root.level, list(root.handlers), logging.raiseExceptions
    named = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    log.configure("DEBUG", stream=written)
    yield written
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    logging.raiseExceptions = before[2]
    for name, level in named.items():
        logging.getLogger(name).setLevel(level)


def said_in(line: str) -> bool:
    """Whether a line holds what somebody said: the comment, or a score as payloads spell it."""
    return MARK in line or "kettle" in line or bool(re.search(r'"value":\s*"[0-5]"|"helping":\s*\d', line))


def joined(written: str) -> list[str]:
    return [line for line in written.splitlines() if said_in(line)]


def everything_that_goes_wrong(front: Front) -> None:
    """A double click, an action nobody handles, a listener that fails, a bad signature."""
    who = front.slack_id("Ward 7 1")
    for _ in range(2):
        front.presses(who, pulse.ANSWER)
        assert front.submits(who, SCORES, MARK).status == 200
    front.presses(who, UNHANDLED, view_id="V1CHECKIN0")
    unhandled = front.submission(who, SCORES, MARK, callback_id=UNHANDLED)
    assert front.sends(unhandled).status == 404
    assert front.sends(front.submission(who, SCORES, MARK), signed_with="wrong").status == 401
    # The table goes away under the listener's feet: a real exception, with the answer in its hands.
    with front.hospital.sessions.begin() as session:
        session.execute(text("ALTER TABLE ballot RENAME TO ballot_away"))
    failed = front.submits(who, SCORES, MARK)
    assert failed.status == 200
    with front.hospital.sessions.begin() as session:
        session.execute(text("ALTER TABLE ballot_away RENAME TO ballot"))
        session.get_one(Poll, front.hospital.poll_id).state = PollState.OPEN
    logging.getLogger("handlers.pulse").debug("the premise: a line of ours does come out")


def test_no_line_of_the_log_holds_an_answer_or_a_comment(lines: io.StringIO, front: Front) -> None:
    everything_that_goes_wrong(front)
    written = lines.getvalue()
    assert "the premise: a line of ours does come out" in written
    assert "words withheld" in written
    assert joined(written) == []
    assert not _ID.search(written)


def test_the_same_visits_with_ordinary_logging_are_caught(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin: Python's own basic configuration, at the level an operator would ask for."""
    root, written = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(written)
    monkeypatch.setattr(root, "handlers", [handler])
    before = {name: logging.getLogger(name).level for name in ("", "slack_bolt", "slack_sdk", "sqlalchemy")}
    for name in before:
        logging.getLogger(name).setLevel(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("slack_bolt", "slack_sdk")):
            before[name] = logging.getLogger(name).level
            logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        everything_that_goes_wrong(front)
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    assert joined(written.getvalue())


def test_a_failing_listener_s_exception_does_not_print_the_answer(
    lines: io.StringIO, hospital: Hospital, slack: Slack, front: Front
) -> None:
    def failing(body: dict[str, object]) -> None:
        raise RuntimeError(f"{front.slack_id('Ward 7 1')} said {body}")

    def register(bolt: App, desk: Context) -> None:
        bolt.view("fails")(failing)
        handlers.register(bolt, desk)

    twin = Front(hospital, slack, register)
    who = front.slack_id("Ward 7 1")
    assert twin.sends(twin.submission(who, SCORES, MARK, callback_id="fails")).status == 200
    assert "RuntimeError" in lines.getvalue()
    assert joined(lines.getvalue()) == []
    assert not _ID.search(lines.getvalue())


def server_log(database: Sessions) -> Path:
    with database.read() as session:
        home = Path(str(session.execute(text("SHOW data_directory")).scalar()))
    return home / "log"


@pytest.fixture
def logged_front(postgresql_url: str, keys: KeyDirectory, slack: Slack) -> Iterator[Front]:
    """The same front on PostgreSQL, with every statement and its parameters in the server's log."""
    database = connect(postgresql_url)
    name = database.engine.url.database
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
        server.execute(f'ALTER DATABASE "{name}" SET log_min_duration_statement = 0')
        server.execute(f'ALTER DATABASE "{name}" SET log_parameter_max_length = -1')
        server.execute(f'ALTER DATABASE "{name}" SET log_parameter_max_length_on_error = -1')
    ready = Hospital(database, keys).build({"Ward 7": 9}, comments_on=True)
    ready.open()
    yield Front(ready, slack, handlers.register)
    database.dispose()
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" RESET ALL')


@pytest.mark.parametrize("may_silence", [False, True])
def test_postgresql_s_log_of_every_statement_holds_no_answer(
    logged_front: Front, *, may_silence: bool
) -> None:
    front = logged_front
    # As if the app's role were no superuser.
    statement_logs._may_silence[front.hospital.sessions.engine] = may_silence
    path = server_log(front.hospital.sessions)
    start = path.stat().st_size
    everything_that_goes_wrong(front)
    with path.open("rb") as opened:
        opened.seek(start)
        written = opened.read().decode(errors="replace")
    # The premise: statements and their parameters are in it, those about this person and this ballot too.
    receipt = front.hospital.ballots()[0][0]
    assert "SELECT workspace" in written
    assert ("INSERT INTO ballot" in written) is not may_silence
    assert (receipt.hex() in written) is not may_silence
    assert joined(written) == []
    # The naive twin: an answer that is sent to the database in the clear is found.
    with front.hospital.sessions.begin() as session:
        session.execute(text("CREATE TABLE naive (said TEXT)"))
        session.execute(text("INSERT INTO naive VALUES (:said)"), {"said": MARK})
    with path.open("rb") as opened:
        opened.seek(start)
        assert joined(opened.read().decode(errors="replace"))


def test_what_postgresql_writes_down_is_told_by_name_and_by_verify_anonymity(postgresql_url: str) -> None:
    """Each setting by which a statement or its values get into a log; with none of them nothing is told."""
    loud = {
        "log_statement": "all",
        "log_min_duration_statement": "0",
        "log_parameter_max_length": "-1",
        "log_parameter_max_length_on_error": "-1",
    }
    quiet = {
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_parameter_max_length": "-1",
        "log_parameter_max_length_on_error": "0",
    }
    for settings, expected in ((loud, {f"{name} = {value}" for name, value in loud.items()}), (quiet, set())):
        database = connect(postgresql_url)
        name = database.engine.url.database
        with psycopg.connect(postgresql_url, autocommit=True) as server:
            for setting, value in settings.items():
                server.execute(f"ALTER DATABASE \"{name}\" SET {setting} = '{value}'")
        database.dispose()
        database = connect(postgresql_url)
        with database.read() as session:
            assert set(statement_logs.logging_settings(session)) == expected
            assert len(server_logs.checked(session).findings) == len(expected)
            assert server_logs.checked(session).is_clean is not bool(expected)
        database.dispose()


def statements(database: Sessions, start: int) -> str:
    """What this database's own connections have logged since then; the server has others, too."""
    with database.read() as session:
        own = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = {str(pid) for pid in session.scalars(own)}
    with server_log(database).open("rb") as opened:
        opened.seek(start)
        written = opened.read().decode(errors="replace")
    # Each entry begins with its moment and its process; the lines of a long one begin with a tab.
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\d )", written)
    return "\n".join(entry for entry in entries if (pid := _PID.search(entry)) and pid[1] in pids)


def test_postgresql_s_log_of_every_statement_names_nobody_from_the_modal_to_the_withdrawal(
    logged_front: Front,
) -> None:
    front = logged_front
    statement_logs._may_silence[front.hospital.sessions.engine] = False
    database, who = front.hospital.sessions, front.slack_id("Ward 7 1")
    names = {who, front.hospital.people["Ward 7 1"]}
    start = server_log(database).stat().st_size
    front.presses(who, pulse.ANSWER)
    front.types(who, "/pulse")
    front.presses(who, pulse.ABOUT)
    assert "Your answer is stored." in front.submits(who, SCORES, MARK).body
    front.presses(who, pulse.WITHDRAW, view_id="V1CHECKIN0")
    written = statements(database, start)
    # The premise: the statements are there, parameters too.
    assert "INSERT INTO ballot" in written
    assert "DELETE FROM ballot" in written
    assert [line for line in written.splitlines() if any(name in line for name in names)] == []
    # The naive twin: whoever looks the person up first, as handlers do elsewhere, is found by it.
    with front.hospital.sessions.read() as session:
        session.scalars(select(Member).where(Member.slack_user_id == who)).one()
    assert who in statements(database, start)
