"""The scheduler: one interval job in memory per kind of work. What is due is in rows, never here.

Rows with a unique occurrence make any number of processes safe and lose nothing in a
restart; a job only looks for due rows. So the library's own store, missed-run rules and
cron expressions are not used: they fail with two processes or a clock change.
"""

# APScheduler ships no types.
# mypy: disallow-untyped-calls=False

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core import log, metrics
from slackapp.core.db import Sessions
from slackapp.models import Chore

_logger = logging.getLogger(__name__)
_THREADS = 4
_LOOK_SECONDS = 60.0
_HOUR = timedelta(hours=2)
"""Nightly work is due from 02:00 UTC on: the quietest hours of a hospital in the United Kingdom."""
_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work, run every `seconds`. `work` must be harmless to repeat."""

    name: str
    work: Callable[[], object]
    seconds: float
    is_nightly: bool = False
    """Whether most runs only look, so that a run says nothing about the work's success."""


def nightly(sessions: Sessions, now: Callable[[], datetime], name: str, work: Callable[[], object]) -> Job:
    """Return a job that runs once a night; a missed night runs within a minute of the next start.

    The night is recorded after the work, so two processes may both do it, which is harmless. Failed
    work is tried again after an hour.
    """
    tried: list[datetime] = []

    def look() -> None:
        moment = now()
        night = (moment - _HOUR).date()
        if (tried and abs(moment - tried[-1]) < _AGAIN) or _is_done(sessions, name, night):
            return
        tried[:] = [moment]
        work()
        with sessions.begin() as session:
            session.merge(Chore(name=name, night=night))

    return Job(name, look, _LOOK_SECONDS, is_nightly=True)


def collect(session: Session) -> None:
    """Set the gauge of nightly work by the last night that each was done, in whichever process."""
    for chore in session.scalars(select(Chore)):
        done = datetime.combine(chore.night, time(), UTC) + _HOUR
        metrics.JOB_LAST_SUCCESS.labels(chore.name).set(done.timestamp())


def _is_done(sessions: Sessions, name: str, night: date) -> bool:
    with sessions.read() as session:
        chore = session.get(Chore, name)
        return chore is not None and chore.night == night


class Scheduler:
    """Runs jobs in the background, each at most once at a time in this process."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(_THREADS)},
            # A late tick runs once: it finds in the rows what was missed.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in jobs:
            self._scheduler.add_job(
                _guarded(job), "interval", seconds=job.seconds, id=job.name, name=job.name
            )

    @property
    def jobs(self) -> list[str]:
        """The names of its jobs."""
        return [str(job.name) for job in self._scheduler.get_jobs()]

    def start(self) -> None:
        """Start the jobs; each runs first after its interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more jobs, and wait for running ones."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _guarded(job: Job) -> Callable[[], None]:
    def tick() -> None:
        try:
            job.work()
        except Exception as problem:  # noqa: BLE001 - the scheduler's boundary: the job runs again at the next tick
            log.failure(_logger, f"job {job.name}", problem)
            metrics.JOB_FAILURES.labels(job.name).inc()
        else:
            if not job.is_nightly:
                metrics.JOB_LAST_SUCCESS.labels(job.name).set_to_current_time()

    return tick
