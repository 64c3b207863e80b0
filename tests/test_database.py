from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from slackapp.db import Sessions, connect
from slackapp.models import Inbound, Workspace

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_moment_comes_back_aware_and_the_same(database: Sessions) -> None:
    with database.begin() as session:
        workspace = Workspace(slack_team_id="T1", name="Hospital", pulse_since=NOON)
        session.add(workspace)
    with database.read() as session:
        found = session.scalars(sa.select(Workspace)).one()
        assert found.pulse_since == NOON
        assert found.pulse_since.tzinfo is UTC


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
        asked = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        found = [session.execute(sa.text(f"PRAGMA {name}")).scalar() for name in asked]
    sessions.dispose()
    assert found == ["wal", 2, 1, 1]


def test_reading_changes_nothing(database: Sessions) -> None:
    with database.read() as session:
        session.add(Workspace(slack_team_id="T1", name="Hospital"))
        session.flush()
    with database.read() as session:
        assert session.scalars(sa.select(Workspace)).all() == []
