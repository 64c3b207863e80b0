"""A database that hangs, freezes or is lost in the middle of a COMMIT: people read what is true, in time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select

from handlers.deadline import ANSWER_UNSURE, KEPT, NOT_KEPT, UNSURE
from handlers.error_handler import NOT_DONE, SORRY
from slackapp.core.deadline import Work
from slackapp.core.i18n import voice
from slackapp.demo import hospital
from slackapp.models import Ballot, Member, Recognition
from tests.support.human import Human, Screen
from tests.support.running_app import DYLAN, RunningApp, at_work, settled_app
from tests.support.slow_commit import end_slow_commits, slow_commit
from tests.support.waiting import comes
from tests.support.wire import Wire, wire_to_postgresql

WORDS = "You found us a bed and stayed until it was made"
THANKS = f"/appreciate <@{DYLAN}> helping: {WORDS}"
LIMIT = 2.9
"""Slack waits three seconds."""


@contextmanager
def in_time() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < LIMIT


def given(practice: RunningApp) -> int:
    with practice.app.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(Recognition)) or 0


def fills_in(nurse: Human) -> None:
    """The form for a thank-you, ready to be sent."""
    nurse.types("/appreciate")
    nurse.sees("Who would you like to thank?")
    nurse.fills("Who would you like to thank?", ["Dylan Hughes"])
    nurse.fills("What did they do?", "Helping")
    nurse.sees("What did they do, and what became easier?")
    nurse.fills("What did they do, and what became easier?", WORDS)


@pytest.fixture
def line_and_url(postgresql_url: str) -> Iterator[tuple[Wire, str]]:
    with wire_to_postgresql(postgresql_url) as line_and_url:
        yield line_and_url


@pytest.fixture
def line(line_and_url: tuple[Wire, str]) -> Wire:
    return line_and_url[0]


@pytest.fixture
def behind_a_line(line_and_url: tuple[Wire, str], tmp_path: Path) -> Iterator[RunningApp]:
    """The hospital at work, with its database at the other end of a line that can fail."""
    seed, url = hospital.workspace(), line_and_url[1]
    with settled_app(seed, url, tmp_path) as parts, at_work(*parts, tmp_path) as practice:
        yield practice


@pytest.fixture
def on_postgresql(postgresql_url: str, tmp_path: Path) -> Iterator[RunningApp]:
    with (
        settled_app(hospital.workspace(), postgresql_url, tmp_path) as parts,
        at_work(*parts, tmp_path) as practice,
    ):
        yield practice


def test_a_commit_that_hangs_is_not_known_and_then_told(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    with slow_commit(postgresql_url, "recognition", 4):
        with in_time():
            on_postgresql.nurse.types(THANKS)
        seen = on_postgresql.nurse.screen().texts
        assert UNSURE in seen
        assert NOT_DONE not in seen
        on_postgresql.nurse.sees("On its way to")
        on_postgresql.colleague.sees(WORDS)
    assert given(on_postgresql) == 1


def test_a_commit_that_hangs_and_fails_gives_the_words_back(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    with slow_commit(postgresql_url, "recognition", 60):
        with in_time():
            on_postgresql.nurse.types(THANKS)
        assert UNSURE in on_postgresql.nurse.screen().texts
        assert end_slow_commits(postgresql_url) == 1
        corrected = on_postgresql.nurse.sees(NOT_KEPT)
        assert WORDS in corrected["messages"][-1]["text"]
    assert given(on_postgresql) == 0


def test_a_commit_whose_answer_is_lost_is_looked_up(behind_a_line: RunningApp, line: Wire) -> None:
    line.loses_answer_to = b"INSERT INTO recognition "
    with in_time():
        behind_a_line.nurse.types(THANKS)
    assert UNSURE in behind_a_line.nurse.screen().texts
    seen = behind_a_line.nurse.sees(KEPT).texts
    assert NOT_KEPT not in seen
    behind_a_line.colleague.sees(WORDS)
    assert given(behind_a_line) == 1


def test_a_form_says_it_beside_its_last_field_and_stays_open_until_it_is_known(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    nurse = on_postgresql.nurse
    fills_in(nurse)
    with slow_commit(postgresql_url, "recognition", 4):
        with in_time():
            nurse.submits()
        modal = nurse.screen()["modal"]
        assert UNSURE in str(modal["errors"])
        nurse.sees("On its way to")
    assert given(on_postgresql) == 1


def test_a_form_whose_commit_fails_keeps_what_was_typed_and_can_be_sent_again(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    nurse = on_postgresql.nurse
    fills_in(nurse)
    with slow_commit(postgresql_url, "recognition", 60):
        nurse.submits()
        assert end_slow_commits(postgresql_url) == 1
        nurse.sees(NOT_KEPT)
    nurse.submits()
    nurse.sees("On its way to")
    on_postgresql.colleague.sees(WORDS)
    assert given(on_postgresql) == 1


def test_who_has_closed_the_form_reads_it_in_a_message(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    nurse = on_postgresql.nurse
    fills_in(nurse)
    with slow_commit(postgresql_url, "recognition", 4):
        nurse.submits()
        nurse.does("dismiss")
        nurse.sees(KEPT)
    assert given(on_postgresql) == 1


def test_a_button_says_it_and_then_what_is_true(on_postgresql: RunningApp, postgresql_url: str) -> None:
    nurse = on_postgresql.nurse
    nurse.types(THANKS)
    nurse.sees("On its way to")
    with slow_commit(postgresql_url, "recognition", 4):
        with in_time():
            nurse.presses("Undo")
        nurse.sees(UNSURE)
        nurse.sees(KEPT)


def _answers_check_in(practice: RunningApp) -> None:
    practice.clock(now="2026-11-02T10:00:00+00:00")
    nurse = practice.nurse
    nurse.waits(lambda seen: "Answer" in str(seen["messages"]))
    nurse.presses("Answer")
    for control in nurse.sees("Counted with")["modal"]["controls"]:
        if control["kind"] == "radio":
            nurse.fills(control["label"], "Agree")


def _messages(screen: Screen) -> list[str]:
    return [message["text"] for message in screen["messages"]]


def test_a_check_in_answer_is_corrected_in_the_open_window_and_never_by_a_message(
    on_postgresql: RunningApp, postgresql_url: str
) -> None:
    _answers_check_in(on_postgresql)
    nurse = on_postgresql.nurse
    before = _messages(nurse.screen())
    with slow_commit(postgresql_url, "ballot", 4):
        with in_time():
            nurse.submits()
        assert ANSWER_UNSURE in str(nurse.screen()["modal"]["errors"])
        nurse.sees("Your answer is stored.")
        # Once more, with the window closed meanwhile: nothing can be said any more, and nothing is.
        nurse.does("dismiss")
        nurse.presses("Answer")
        for control in nurse.sees("Counted with")["modal"]["controls"]:
            if control["kind"] == "radio":
                nurse.fills(control["label"], "Disagree")
        nurse.submits()
        nurse.does("dismiss")
    app = on_postgresql.app
    app._answering._pool.shutdown(wait=True)
    app._answering._aside.shutdown(wait=True)
    assert _messages(nurse.screen()) == before
    with app.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_a_frozen_database_gives_the_words_back_in_the_person_s_language_and_stores_nothing(
    behind_a_line: RunningApp, line: Wire
) -> None:
    with behind_a_line.app.sessions.begin() as session:
        member = session.scalars(select(Member).where(Member.slack_user_id == DYLAN)).one()
        member.language = "cy"
    behind_a_line.app.context.languages.refresh(behind_a_line.app.sessions)
    line.freeze()
    with in_time():
        behind_a_line.nurse.types(THANKS)
    seen = behind_a_line.nurse.screen().texts
    assert NOT_DONE in seen
    assert WORDS in seen
    with in_time():
        behind_a_line.colleague.types("/appreciate")
    assert voice("cy")(NOT_DONE) in behind_a_line.colleague.screen().texts
    with in_time():
        behind_a_line.nurse.types("/appreciate help")
    assert "alone opens a form" in behind_a_line.nurse.screen().texts
    line.thaw()
    assert given(behind_a_line) == 0

    def is_well() -> bool:
        behind_a_line.nurse.types(THANKS)
        return given(behind_a_line) == 1

    comes(is_well)
    behind_a_line.colleague.sees(WORDS)


@pytest.fixture
def read_only(practice: RunningApp) -> Iterator[RunningApp]:
    """The hospital, whose database can only be read."""
    engine = practice.app.sessions.engine
    if practice.app.sessions.is_sqlite:
        opened = [engine.raw_connection() for _ in range(8)]
        for plain in opened:
            plain.cursor().execute("PRAGMA query_only = ON")
            plain.close()
        yield practice
        return

    def only_read(connection: psycopg.Connection[Any], *_rest: object) -> None:
        connection.read_only = True

    event.listen(engine, "checkout", only_read)
    yield practice
    event.remove(engine, "checkout", only_read)


def test_a_database_that_can_only_be_read_is_an_apology_with_the_words(read_only: RunningApp) -> None:
    with in_time():
        read_only.nurse.types(THANKS)
    seen = read_only.nurse.screen().texts
    assert SORRY.partition("{")[0].strip() in seen
    assert WORDS in seen
    assert given(read_only) == 0


def test_slack_that_does_not_open_a_form_is_not_waited_for(practice: RunningApp) -> None:
    fault = {"method": "views.open", "kind": "slow", "seconds": 10, "count": 5}
    practice.http.post("/control/fault", json=fault).raise_for_status()
    with in_time():
        practice.nurse.types("/appreciate")
    assert SORRY.partition("{")[0].strip() in practice.nurse.screen().texts
    waiting = practice.http.get("/control/fault").json()["waiting"]
    assert waiting[0]["count"] == 4, "it was asked once only"


def test_the_naive_answer_would_be_noticed(
    on_postgresql: RunningApp, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive twin: whoever is late hears "not sent", whatever has become of it."""
    monkeypatch.setattr(Work, "abandon", lambda _work: True)
    with slow_commit(postgresql_url, "recognition", 3):
        on_postgresql.nurse.types(THANKS)
        assert NOT_DONE in on_postgresql.nurse.screen().texts
        comes(lambda: given(on_postgresql) == 1, "what was called not sent")
