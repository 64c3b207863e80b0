import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from slackapp.core.db import Sessions, after_commit, connect
from slackapp.models import Inbound, Workspace

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_moment_comes_back_aware_and_the_same(database: Sessions) -> None:
    with database.begin() as session:
        workspace = Workspace(slack_team_id="T1", name="Hospital", pulse_since=NOON)
        session.add(workspace)
    with database.read() as session:
        stored = session.scalars(sa.select(Workspace)).one()
        assert stored.pulse_since == NOON
        assert stored.pulse_since.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: Sessions) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError), database.begin() as session:
        session.add(Workspace(slack_team_id="T1", name="Hospital", pulse_since=naive))


def test_a_failed_statement_prints_no_parameters(database: Sessions) -> None:
    def twice() -> None:
        with database.begin() as session:
            workspace = Workspace(slack_team_id="T1", name="Hospital")
            session.add(workspace)
            session.flush()
            for _ in range(2):
                session.execute(
                    sa.insert(Inbound).values(
                        workspace_id=workspace.id, key="what Ann wrote", received_at=NOON
                    )
                )

    with pytest.raises(sa.exc.IntegrityError) as failed:
        twice()
    # PostgreSQL's own DETAIL line is checked where it matters, in the tests of the log.
    assert "[SQL parameters hidden due to hide_parameters=True]" in str(failed.value)


def test_sqlite_is_durable_wipes_what_it_deletes_and_checks_foreign_keys(tmp_path: object) -> None:
    sessions = connect(f"sqlite:///{tmp_path}/a.db")
    with sessions.read() as session:
        pragmas = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        values = [session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in pragmas]
    sessions.dispose()
    assert values == ["wal", 2, 1, 1]


def test_reading_changes_nothing(database: Sessions) -> None:
    with database.read() as session:
        session.add(Workspace(slack_team_id="T1", name="Hospital"))
        session.flush()
    with database.read() as session:
        assert session.scalars(sa.select(Workspace)).all() == []


def run_after_commit(database: Sessions, *topics: str) -> list[str]:
    """The topics whose work runs: each call notes its topic, and that the row can be read by then."""
    ran: list[str] = []

    def note(topic: str) -> None:
        ran.append(f"{topic} {names_of(database)}")

    for topic in ("outbox", "old copies"):
        database.on_commit(topic, partial(note, topic))
    with database.begin() as session:
        session.add(Workspace(slack_team_id="T1", name="Hospital"))
        for topic in topics:
            after_commit(session, topic)
        session.flush()
        assert ran == []
    return ran


def test_work_runs_after_the_commit_once_for_each_topic(database: Sessions) -> None:
    ran = run_after_commit(database, "outbox", "old copies", "outbox")
    assert ran == ["outbox ['T1']", "old copies ['T1']"]


def test_a_topic_that_the_transaction_did_not_name_runs_nothing(database: Sessions) -> None:
    assert run_after_commit(database, "outbox") == ["outbox ['T1']"]


def test_nothing_runs_after_a_rollback_or_for_the_next_transaction(database: Sessions) -> None:
    ran: list[str] = []
    database.on_commit("outbox", lambda: ran.append("outbox"))

    def fail() -> None:
        with database.begin() as session:
            after_commit(session, "outbox")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    write(database, "T1")
    assert ran == []


def test_work_after_the_commit_that_fails_is_logged_and_the_rest_runs(
    database: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    ran: list[str] = []

    def fail() -> None:
        raise OSError("what Ann wrote")

    database.on_commit("outbox", fail)
    database.on_commit("outbox", lambda: ran.append("outbox"))
    with database.begin() as session:
        session.add(Workspace(slack_team_id="T1", name="Hospital"))
        after_commit(session, "outbox")
    assert (names_of(database), ran) == (["T1"], ["outbox"])
    assert "work after a commit (outbox) failed" in caplog.text
    assert "Ann" not in caplog.text


def test_the_next_writer_does_not_wait_for_work_after_a_commit(database: Sessions) -> None:
    with ThreadPoolExecutor(1) as other:
        database.on_commit("outbox", lambda: other.submit(write, database, "T2").result(timeout=5))
        with database.begin() as session:
            session.add(Workspace(slack_team_id="T1", name="Hospital"))
            after_commit(session, "outbox")
    assert names_of(database) == ["T1", "T2"]


def names_of(database: Sessions) -> list[str]:
    with database.read() as session:
        return list(session.scalars(sa.select(Workspace.slack_team_id).order_by(Workspace.slack_team_id)))


def write(database: Sessions, slack_team_id: str) -> None:
    with database.begin() as session:
        session.add(Workspace(slack_team_id=slack_team_id, name="Hospital"))


def fails(database: Sessions) -> None:
    write(database, "T1")
    write(database, "T1")


def rolls_back(database: Sessions) -> None:
    with database.begin() as session:
        session.add(Workspace(slack_team_id="T2", name="Hospital"))
        session.flush()
        session.rollback()


def loses_its_connection(database: Sessions) -> None:
    with database.begin() as session:
        connection = session.connection()
        connection.execute(sa.insert(Workspace).values(slack_team_id="T3", name="Hospital"))
        connection.invalidate()
        connection.execute(sa.select(Workspace.id))


def writes_inside_itself(database: Sessions) -> None:
    """The inner transaction writes only after the outer: two writers would wait for each other."""
    with database.begin() as session:
        with database.begin() as inner:
            assert inner.scalars(sa.select(Workspace.id)).all() is not None
        session.add(Workspace(slack_team_id="T4", name="Hospital"))


@pytest.mark.parametrize("ending", [fails, rolls_back, loses_its_connection, writes_inside_itself])
def test_however_a_writer_ends_the_next_one_has_its_turn(
    database: Sessions, ending: Callable[[Sessions], None]
) -> None:
    with ThreadPoolExecutor(1) as other, suppress(sa.exc.SQLAlchemyError):
        other.submit(ending, database).result(timeout=5)
    with ThreadPoolExecutor(1) as other:
        other.submit(write, database, "T9").result(timeout=5)
    assert "T9" in names_of(database)


def test_a_writer_that_does_not_end_is_waited_for_and_yet_not_for_ever(database: Sessions) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL lets writers work beside each other")
    impatient = Sessions(database.engine, patience=0.5)
    begun, finished = threading.Event(), threading.Event()

    def never_ends() -> None:
        with impatient.begin():
            begun.set()
            finished.wait(timeout=10)

    with ThreadPoolExecutor(2) as pool:
        pool.submit(never_ends)
        assert begun.wait(timeout=5)
        late = pool.submit(write, impatient, "T9")
        with pytest.raises(TimeoutError):
            late.result(timeout=0.2)
        # After the time-out SQLite itself is asked, and no connection holds its lock.
        late.result(timeout=5)
        finished.set()
    assert names_of(database) == ["T9"]


def test_a_writer_waits_for_one_in_another_process(tmp_path: Path) -> None:
    first, second = (connect(f"sqlite:///{tmp_path}/a.db") for _ in range(2))
    Workspace.metadata.create_all(first.engine)
    with ThreadPoolExecutor(1) as other:
        with first.begin() as session:
            session.add(Workspace(slack_team_id="T1", name="Hospital"))
            session.flush()
            waiting = other.submit(write, second, "T2")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.1)
        waiting.result(timeout=5)
    assert names_of(second) == ["T1", "T2"]
    first.dispose()
    second.dispose()
