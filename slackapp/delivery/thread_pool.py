"""The threads that call Slack: running calls and finished ones."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from slackapp.delivery.claims import ClaimedMessage
from slackapp.delivery.recording import Finished
from slackapp.delivery.turns import Slots

SLOTS = 8
RESERVED = 2
"""Slots that only messages a person waits for may use."""


class WakeUp:
    """Wakes threads that wait for work. A notification that came before the wait is not lost."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def notify(self) -> None:
        """Wake every thread that waits, or is about to."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def count(self) -> int:
        """Return the number of notifications so far."""
        with self._changed:
            return self._count

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until the count differs from `seen`, for at most `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, timeout=seconds)


class SenderPool:
    """Calls Slack in a few threads. A call keeps its slot until its outcome is recorded."""

    def __init__(self, call: Callable[[ClaimedMessage], Finished], wake_up: WakeUp) -> None:
        self._call, self._wake_up = call, wake_up
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="delivery")
        self._lock = threading.Lock()
        self._out: dict[str, ClaimedMessage] = {}
        self._back: list[Finished] = []

    def slots(self) -> Slots:
        """Return how many calls may start now."""
        with self._lock:
            bulk = sum(not message.urgent for message in self._out.values())
            return Slots(free=SLOTS - len(self._out), bulk=SLOTS - RESERVED - bulk)

    def send(self, claimed: list[ClaimedMessage]) -> None:
        """Start the calls."""
        with self._lock:
            self._out |= {message.claim.id: message for message in claimed}
        for message in claimed:
            self._pool.submit(self._call, message).add_done_callback(self._return)

    def finished(self) -> list[Finished]:
        """Return the finished calls that are not yet recorded."""
        with self._lock:
            return list(self._back)

    def release(self, settled: list[Finished]) -> None:
        """Free the slots of calls that are recorded."""
        with self._lock:
            for done in settled:
                self._back.remove(done)
                del self._out[done.claimed.claim.id]

    @property
    def busy(self) -> bool:
        """Whether any call is running or not yet recorded."""
        with self._lock:
            return bool(self._out)

    def drain(self, seconds: float) -> bool:
        """Wait for at most `seconds` until every call has finished; return whether all have."""
        deadline = time.monotonic() + seconds
        while True:
            heard = self._wake_up.count()
            with self._lock:
                if len(self._back) == len(self._out):
                    return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._wake_up.wait(heard, left)

    def shutdown(self) -> None:
        """Accept no more calls. Those that hang end by their own time-out."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _return(self, done: Future[Finished]) -> None:
        with self._lock:
            self._back.append(done.result())
        self._wake_up.notify()
