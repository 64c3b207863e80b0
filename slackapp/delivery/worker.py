"""Deliver queued messages, in one process or in many."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from slack_sdk import WebClient
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.delivery import asking, claims, holding, rate_limits, recording
from slackapp.delivery.claims import ClaimBatch, ClaimedMessage, ClaimRules, Lease
from slackapp.delivery.fan_out import FanOuts
from slackapp.delivery.loading import Loader
from slackapp.delivery.recording import Finished, Harmless
from slackapp.delivery.results import NOT_IN_CHANNEL, Held
from slackapp.delivery.sender import ClientOf, Sender
from slackapp.delivery.thread_pool import SenderPool, WakeUp
from slackapp.delivery.turns import Turns
from slackapp.models import Delivery, DeliveryState
from slackapp.outbox import queue
from slackapp.outbox.rendered import Deletion, Expander, Message, Routes, Skip, Upload, WaitUntil

_logger = logging.getLogger(__name__)
POLL_SECONDS: Final = 0.2
"""How long a message that another process enqueued may wait to be noticed."""

_SILENT_SECONDS: Final = 60.0
_AFTER_TROUBLE: Final = 1.0
_TICK: Final = timedelta(milliseconds=1)


class DeliveryWorker:
    """Sends queued messages. Any number of processes may do so on one database.

    `now` is the clock by which messages are due and limits are counted; leases are on
    the real clock. `routes` and `expanders` go by the kind of delivery or fan-out.
    Every client must have been made with `retry_handlers=[]`; a function gives each workspace its own.
    `believes` tells whether a moment of the clock may be believed: no message ends by one that may not.
    """

    lease_seconds: float = queue.LEASE_SECONDS
    harmless: Harmless
    """Which messages may be sent twice: they are repeated when they may not have arrived."""

    def __init__(
        self,
        sessions: Sessions,
        client: WebClient | ClientOf,
        routes: Routes,
        now: Callable[[], datetime],
        expanders: Mapping[str, Expander] | None = None,
        *,
        believes: Callable[[datetime], bool] = lambda _now: True,
    ) -> None:
        self._sessions, self._now, self._believes = sessions, now, believes
        self.routes = routes
        kinds = [route.kind for route in routes.values()]
        self.harmless = Harmless(kinds)
        self._patience = {str(kind): kind.patience for kind in kinds if kind.patience}
        self._fan_outs = FanOuts(sessions, expanders or {})
        self._wake_up = WakeUp()
        self._loader, self._sender = Loader(sessions, routes), Sender(client)
        self._client_of = self._sender.client_of
        self._pool = SenderPool(self._send, self._wake_up)
        self._cycle = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._turns = Turns()
        self._turned_at = time.monotonic()

    def wake(self) -> None:
        """Wake the worker: a message was enqueued."""
        self._wake_up.notify()

    @property
    def is_turning(self) -> bool:
        """Whether it looked for messages within the last minute, whether or not the database answered."""
        return time.monotonic() - self._turned_at < _SILENT_SECONDS

    def start(self) -> None:
        """Send in the background until `stop`."""
        self._turned_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> bool:
        """Claim nothing more, wait for running calls, record them; return whether all ended in time.

        A call that did not ends with its lease, as UNKNOWN.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        self._wake_up.notify()
        if self._thread is not None:
            self._thread.join(timeout)
        rested = self._pool.drain(deadline - time.monotonic())
        with self._cycle:
            self._settle(self._now())
        self._pool.shutdown()
        return rested

    def run_once(self, now: datetime | None = None) -> bool:
        """Run one cycle: record, end old leases, claim, start calls; return whether there was work."""
        moment = now or self._now()
        with self._cycle:
            if self._stopping.is_set():
                return False
            ended = self._end_overdue(moment)
            expanded = self._fan_outs.expand_next(now=moment)
            return self._deliver(moment) or expanded or ended

    def drain(self, now: datetime | None = None) -> datetime | None:
        """Send everything that may be sent at `now`, wait for it and record it.

        Returns the next moment, always later than `now`, at which something may be sent;
        None when nothing is queued.
        """
        moment = now or self._now()
        self.ask_of_held(moment)
        while not self._stopping.is_set():
            heard = self._wake_up.count()
            if self.run_once(moment):
                continue
            if not self._pool.busy:
                break
            self._wake_up.wait(heard, POLL_SECONDS)
        due = self.next_due(moment)
        return None if due is None else max(due, moment + _TICK)

    def ask_of_held(self, now: datetime | None = None) -> None:
        """Ask Slack about each held workspace whose wait is over. For a tick."""
        if asking.ask_of_held(self._sessions, self._client_of, now or self._now()):
            self.wake()

    def next_due(self, now: datetime | None = None) -> datetime | None:
        """Return the earliest moment from `now` on to send something or to test a hold.

        None when nothing is queued.
        """
        moment = now or self._now()
        with self._sessions.read() as session:
            if self._fan_outs.waiting(session, now=moment):
                return moment
            moments = (claims.next_due(session, now=moment), holding.next_look(session))
            return min((due for due in moments if due is not None), default=None)

    def _deliver(self, now: datetime) -> bool:
        finished, slots = self._pool.finished(), self._pool.slots()
        if not finished and not (slots.free and self._anything(now)):
            return False
        lease = Lease.begin(self.lease_seconds)
        self._keep_back(finished, now)
        with self._sessions.begin() as session:
            recording.record_results(session, finished, self.harmless, now=now)
            lapsed = queue.release_expired_leases(
                session, real_now=time.time(), now=now, harmless=self.harmless
            )
            rules = ClaimRules(self._patience, self.harmless.order)
            batch = ClaimBatch(session, rules, self._turns, now=now, lease=lease)
            batch.give_back(
                done.claimed.row for done in finished if isinstance(done.outcome, WaitUntil | Skip)
            )
            claimed = batch.claim(slots)
        self._pool.release(finished)
        self._pool.send(claimed)
        return bool(finished or lapsed or batch.looked_at)

    def _end_overdue(self, now: datetime) -> bool:
        """End messages whose time is over, unless the clock may be wrong; return whether there were any."""
        with self._sessions.read() as session:
            if not queue.has_overdue(session, now=now):
                return False
        # It may ask Slack for the time, so no transaction is open.
        if not self._believes(now):
            return False
        with self._sessions.begin() as session:
            return queue.end_overdue(session, now=now) > 0

    def _send(self, claimed: ClaimedMessage) -> Finished:
        """Load, render and send one message, in a thread of its own."""
        rendered = self._loader.render(claimed)
        if isinstance(rendered, Message | Upload | Deletion):
            follow_up = rendered.follow_up if isinstance(rendered, Message) else None
            outcome = self._sender.send(claimed, rendered)
            if isinstance(outcome, Held) and outcome.reason == NOT_IN_CHANNEL:
                outcome = self._loader.outcome_without_app(claimed, outcome)
            return Finished(claimed, outcome, follow_up)
        follow_up = rendered.follow_up if isinstance(rendered, WaitUntil | Skip) else None
        return Finished(claimed, rendered, follow_up)

    def _settle(self, now: datetime) -> None:
        finished = self._pool.finished()
        if finished:
            self._keep_back(finished, now)
            with self._sessions.begin() as session:
                recording.record_results(session, finished, self.harmless, now=now)
            self._pool.release(finished)

    def _keep_back(self, finished: list[Finished], now: datetime) -> None:
        if any(done.concerns_others for done in finished):
            with self._sessions.begin() as session:
                recording.keep_back(session, finished, now=now)

    def _anything(self, now: datetime) -> bool:
        """Return whether there is work, without a lock: most of the time there is none."""
        with self._sessions.read() as session:
            return _lapsed(session) or (claims.next_due(session, now=now) or _never(now)) <= now

    def _run(self) -> None:
        while not self._stopping.is_set():
            heard = self._wake_up.count()
            self._wake_up.wait(heard, self._turn())

    def _turn(self) -> float:
        """Run one cycle; return the seconds to wait after it."""
        self._turned_at = time.monotonic()
        try:
            now = self._now()
            if self.run_once(now):
                return 0.0
            due = self.next_due(now)
            if due is None or due <= now:
                # A due message that was not sent waits for a slot, which wakes us, or for another process.
                return POLL_SECONDS
            return min((due - now).total_seconds(), POLL_SECONDS)
        except Exception as problem:  # noqa: BLE001 - the thread's boundary: it continues when the database is back
            log.failure(_logger, "a delivery cycle", problem)
            return _AFTER_TROUBLE


def delete_idle_limits(session: Session, now: datetime) -> None:
    """Delete limits that are no longer needed. For a slow tick."""
    rate_limits.delete_idle(session, now=now)


def _lapsed(session: Session) -> bool:
    is_lapsed = exists().where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < time.time())
    return bool(session.scalar(select(is_lapsed)))


def _never(now: datetime) -> datetime:
    return now + timedelta(days=1)
