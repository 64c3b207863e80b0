"""The timetable ticks, survives a job that fails, and stops only when jobs have ended."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import SchedulerNotRunningError

from slackapp.core.db import Sessions
from slackapp.scheduler import Job, Scheduler, nightly
from tests.delivery.conftest import PATIENCE


def test_a_job_that_fails_is_named_in_the_log_and_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    again = threading.Event()
    runs = []

    def fail() -> None:
        runs.append(1)
        if len(runs) > 1:
            again.set()
        raise ValueError("what a nurse wrote")

    timetable = Scheduler([Job("open polls", fail, 0.05)])
    timetable.start()
    assert again.wait(PATIENCE)
    timetable.stop()
    assert "job open polls failed" in caplog.text
    assert "ValueError" in caplog.text
    assert "what a nurse wrote" not in caplog.text


def test_a_slow_job_never_runs_beside_itself_and_stopping_waits_for_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    running = threading.Semaphore(1)
    begun, release, ended, beside, others = (threading.Event() for _ in range(5))
    ticks = []

    def slow() -> None:
        if not running.acquire(blocking=False):
            beside.set()
            return
        begun.set()
        release.wait(PATIENCE)
        running.release()
        ended.set()

    def quick() -> None:
        ticks.append(1)
        if begun.is_set() and len(ticks) > 5:
            others.set()

    timetable = Scheduler([Job("slow", slow, 0.05), Job("quick", quick, 0.05)])
    assert timetable.jobs == ["slow", "quick"]
    timetable.start()
    assert others.wait(PATIENCE), "a slow job held up another"
    stopping = threading.Thread(target=timetable.stop)
    stopping.start()
    assert not ended.is_set()
    release.set()
    stopping.join(PATIENCE)
    assert ended.is_set()
    assert not beside.is_set()


def test_stopping_what_never_started_is_harmless() -> None:
    timetable = Scheduler([])
    timetable.stop()
    with pytest.raises(SchedulerNotRunningError):
        timetable._scheduler.shutdown()


def test_nightly_work_is_done_once_a_night_at_its_hour_and_a_missed_night_is_made_up_for(
    database: Sessions,
) -> None:
    moment = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
    done: list[datetime] = []

    def look() -> int:
        # A new job each time, as after a restart: what was done stands in the database.
        nightly(database, lambda: moment, "sweep", lambda: done.append(moment)).work()
        return len(done)

    assert [look(), look()] == [1, 1], "at the first start it has never been done"
    moment = datetime(2026, 11, 4, 1, 59, tzinfo=UTC)
    assert look() == 1
    moment = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
    assert [look(), look()] == [2, 2]
    moment += timedelta(days=3, hours=9)
    assert [look(), look()] == [3, 3], "three nights were missed, and once makes up for them"


def test_nightly_work_that_fails_is_tried_again_after_an_hour(database: Sessions) -> None:
    moment = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
    tries: list[datetime] = []

    def fail_once() -> None:
        tries.append(moment)
        if len(tries) == 1:
            raise OSError

    job = nightly(database, lambda: moment, "teams", fail_once)
    with pytest.raises(OSError):  # noqa: PT011 - the failure above, without words
        job.work()
    job.work()
    assert len(tries) == 1
    moment += timedelta(hours=1)
    job.work()
    moment += timedelta(hours=1)
    job.work()
    assert len(tries) == 2
