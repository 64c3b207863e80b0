"""Everybody is answered in time, with words that are true, whatever the database does."""

import json
import threading
import time

import pytest
from slack_bolt import BoltRequest, BoltResponse
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from handlers.deadline import UNSURE, Answering, client_of_request
from handlers.error_handler import NOT_DONE
from handlers.shared.languages import Languages
from slackapp.core.db import Sessions
from slackapp.core.deadline import Outcome, TooLateError, Work, aside, doing, seconds_left
from slackapp.models import Recognition
from slackapp.workspace import registry
from tests.support.running_app import DYLAN, RunningApp


def _workspaces(sessions: Sessions) -> int:
    with sessions.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM workspace")) or 0)


def _install(sessions: Sessions) -> None:
    with sessions.begin() as session:
        registry.install(session, slack_team_id="T0WARD", name="Ward", bot_user_id="U0BOT")


def test_what_was_abandoned_is_never_stored(database: Sessions) -> None:
    work = Work()
    with doing(work):
        assert work.abandon()
        with pytest.raises(TooLateError):
            _install(database)
    assert _workspaces(database) == 0


def test_the_naive_answer_that_abandons_nothing_says_nothing_was_sent_and_stores_it(
    database: Sessions,
) -> None:
    work = Work()
    assert work.abandon()
    _install(database)
    assert _workspaces(database) == 1


def test_what_is_committed_cannot_be_abandoned_whatever_is_read_afterwards(database: Sessions) -> None:
    """A listener that has stored something and then reads a Home tab: "nothing was changed" is untrue."""
    work = Work()
    with doing(work):
        _install(database)
        assert work.outcome is Outcome.KEPT
        with database.read() as session:
            session.execute(text("SELECT 1"))
            assert not work.abandon()


def test_what_is_only_looked_up_for_a_request_does_not_count_as_done(database: Sessions) -> None:
    work = Work()
    with doing(work):
        with aside():
            _install(database)
        assert work.outcome is Outcome.NOT_KEPT
        assert work.abandon()
        with pytest.raises(TooLateError), aside():
            pass
        with pytest.raises(TooLateError), database.begin() as session:
            session.execute(text("UPDATE workspace SET name = 'Other'"))
    assert _workspaces(database) == 1


def test_a_writer_waits_no_longer_than_its_answer_may_take(database: Sessions) -> None:
    assert seconds_left(10) == 10
    with doing(Work(2.3)):
        assert 1.9 < seconds_left(10) <= 2
        assert seconds_left(1) == 1
    with doing(Work(0)):
        assert seconds_left(10) == 0.05
    if not database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        begun = time.monotonic()
        with doing(Work(0.8)), pytest.raises(OperationalError):
            _install(database)
        assert time.monotonic() - begun < 0.8
        other.exec_driver_sql("ROLLBACK")


def _command(words: str) -> BoltRequest:
    body = f"command=%2Fappreciate&text={words}&team_id=T1&user_id=U1"
    return BoltRequest(body=body, headers={"content-type": ["application/x-www-form-urlencoded"]})


def test_words_come_back_in_time_and_after_three_nobody_waits(database: Sessions) -> None:
    release = threading.Event()

    def hangs(_request: BoltRequest) -> BoltResponse:
        release.wait(20)
        return BoltResponse(status=200, body="late")

    answering = Answering(hangs, Languages(), database, client_of=client_of_request, seconds=0.2)
    try:
        for _ in range(3):
            answer = answering.dispatch(_command("words"))
            assert NOT_DONE in answer.body
        probe = threading.Thread(target=answering.dispatch, args=(_command("probe"),))
        probe.start()
        begun = time.monotonic()
        while NOT_DONE not in answering.dispatch(_command("words")).body:
            assert time.monotonic() - begun < 5
        probe.join()
    finally:
        release.set()
        answering.close()


def test_without_a_free_thread_it_is_said_at_once_and_the_help_is_given_all_the_same(
    database: Sessions,
) -> None:
    release, begun = threading.Event(), threading.Event()

    def hangs(_request: BoltRequest) -> BoltResponse:
        begun.set()
        release.wait(20)
        return BoltResponse(status=200, body="late")

    answering = Answering(hangs, Languages(), database, client_of=client_of_request, seconds=5, threads=1)
    try:
        first = threading.Thread(target=answering.dispatch, args=(_command("first"),))
        first.start()
        assert begun.wait(5)
        started = time.monotonic()
        answer = answering.dispatch(_command("words")).body
        assert NOT_DONE in answer
        assert "words" in answer
        assert "alone opens a form" in answering.dispatch(_command("help")).body
        assert time.monotonic() - started < 2
        assert answering.dispatch(_event()).status == 503
    finally:
        release.set()
        first.join()
        answering.close()


def _event() -> BoltRequest:
    body = {"type": "event_callback", "team_id": "T1", "event": {"type": "app_home_opened", "user": "U1"}}
    return BoltRequest(body=json.dumps(body), headers={"content-type": ["application/json"]})


def test_a_thank_you_during_a_lock_is_given_back_and_not_stored(practice: RunningApp) -> None:
    sessions, words = practice.app.sessions, "for staying late with the family on bed four"
    with sessions.read() as session:
        before = len(session.scalars(select(Recognition)).all())
    lock = "BEGIN IMMEDIATE" if sessions.is_sqlite else "BEGIN; LOCK TABLE recognition, member, inbound"
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        for statement in lock.split("; "):
            other.exec_driver_sql(statement)
        begun = time.monotonic()
        practice.nurse.types(f"/appreciate <@{DYLAN}> helping: {words}")
        assert time.monotonic() - begun < 2.9
        seen = practice.nurse.sees(NOT_DONE).texts
        other.exec_driver_sql("ROLLBACK")
    assert words in seen
    assert UNSURE not in seen
    with sessions.read() as session:
        assert len(session.scalars(select(Recognition)).all()) == before
