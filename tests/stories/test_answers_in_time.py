"""Everybody is answered in time, with words that are true, whatever the database does."""

import threading
import time

import pytest
from slack_bolt import BoltRequest, BoltResponse
from sqlalchemy import select, text

from handlers.deadline import NOT_DONE, UNSURE, Answering, Languages
from slackapp.core.db import Sessions
from slackapp.core.deadline import TooLateError, Work, doing
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


def test_what_has_begun_to_commit_cannot_be_abandoned_until_the_next_transaction(database: Sessions) -> None:
    work = Work()
    with doing(work):
        _install(database)
        assert not work.abandon()
        with pytest.raises(TooLateError), database.begin() as session:  # noqa: PT012 - both belong together
            session.execute(text("UPDATE workspace SET name = 'Other'"))
            assert work.abandon()


def _command(words: str) -> BoltRequest:
    body = f"command=%2Fappreciate&text={words}&team_id=T1&user_id=U1"
    return BoltRequest(body=body, headers={"content-type": ["application/x-www-form-urlencoded"]})


def test_words_come_back_in_time_and_after_three_nobody_waits(database: Sessions) -> None:
    release = threading.Event()

    def hangs(_request: BoltRequest) -> BoltResponse:
        release.wait(20)
        return BoltResponse(status=200, body="late")

    answering = Answering(hangs, Languages(database), seconds=0.2)
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


def test_a_thank_you_during_a_lock_is_given_back_and_not_stored(practice: RunningApp) -> None:
    sessions, words = practice.app.sessions, "for staying late with the family on bed four"
    with sessions.read() as session:
        before = len(session.scalars(select(Recognition)).all())
    lock = "BEGIN IMMEDIATE" if sessions.is_sqlite else "BEGIN; LOCK TABLE recognition, member, inbound"
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        for statement in lock.split("; "):
            other.exec_driver_sql(statement)
        practice.nurse.types(f"/appreciate <@{DYLAN}> helping: {words}")
        seen = practice.nurse.sees(NOT_DONE).texts
        other.exec_driver_sql("ROLLBACK")
    assert words in seen
    assert UNSURE not in seen
    with sessions.read() as session:
        assert len(session.scalars(select(Recognition)).all()) == before
