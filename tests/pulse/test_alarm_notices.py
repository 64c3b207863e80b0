"""Whoever changes the database can delete the outbox too: people are told of it all the same."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from slackapp.pulse import alarm_notices
from slackapp.pulse.keys import TELLING
from tests.stories.conftest import practice, settled
from tests.support.running_app import RunningApp

__all__ = ["practice", "settled"]

WORDS = "Somebody changed what is stored for this check-in."


def execute(practice: RunningApp, *statements: str) -> None:
    with practice.app.sessions.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def attacked(practice: RunningApp) -> Iterator[RunningApp]:
    """A check-in is open. Somebody lowers its rules by SQL, and lets no message about it leave."""
    practice.clock(now="2026-11-02T09:05:00+00:00")
    practice.nurse.sees("How were your last few shifts?", seconds=20)
    engine = practice.app.sessions.engine
    delete = "DELETE FROM delivery WHERE kind IN ('poll_altered', 'poll_lost');"
    if engine.dialect.name == "sqlite":
        execute(
            practice,
            f"CREATE TRIGGER silent AFTER INSERT ON delivery BEGIN {delete} END",
            "UPDATE poll SET k = 1",
        )
    else:
        execute(
            practice,
            "CREATE FUNCTION silent() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {delete} RETURN NULL; END $$",
            "CREATE TRIGGER silent AFTER INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION silent()",
            "UPDATE poll SET k = 1",
        )
    yield practice
    if engine.dialect.name != "sqlite":
        execute(practice, "DROP FUNCTION silent() CASCADE")


def test_everybody_who_was_asked_is_told_without_the_database(attacked: RunningApp) -> None:
    # As the job does every twenty seconds.
    attacked.app._pulse(attacked.app.now())
    attacked.nurse.sees(WORDS, seconds=30)
    attacked.colleague.sees(WORDS, seconds=30)
    assert attacked.nurse.screen().texts.count(WORDS) == 1


def test_the_outbox_alone_would_tell_nobody(attacked: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive twin: the notice is a row of the database that was changed."""
    monkeypatch.setattr(alarm_notices, "take", lambda *_arguments: [])
    attacked.app._pulse(attacked.app.now())
    attacked.clock(advance=3600)
    assert [path.name for path in attacked.key_directory.glob(f"*{TELLING}")], "the change was noticed"
    assert WORDS not in attacked.nurse.screen().texts
