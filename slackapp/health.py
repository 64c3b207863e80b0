"""What a process says about itself: is it alive, is it ready, and what stands still.

Three questions, for three readers. `/healthz`, for whoever would restart it: do its loops turn? `/readyz`,
for whoever sends it requests: can it answer truly? `/status`, for people and alarms: what is wrong, by name?
None of them asks the database while the reader waits.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event, Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
from sqlalchemy import and_, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from waitress.server import create_server

from slackapp import clock
from slackapp.core import log, metrics
from slackapp.core.db import Sessions
from slackapp.core.errors import SettingsError
from slackapp.models import Chore, Delivery, DeliveryState, Hold, HoldScope, Workspace

STUCK_AFTER = 600
"""Seconds that a due message may wait before the app counts as unhealthy."""

logger = logging.getLogger(__name__)
Report = dict[str, Any]

_PROBE = "write probe"
_REFRESH_SECONDS = 5.0
_LATE_SECONDS = 30.0
"""A state that is older comes from a probe that hangs: the database does not answer."""


def report(
    sessions: Sessions,
    *,
    connected: bool,
    now: datetime,
    check_ins: Mapping[str, int] | None = None,
    clock_skew: float | None = None,
) -> Report:
    """Return the app's health in numbers: no names, no content.

    `{"ok", "problems", "database", "writable", "slack", "oldest_due_seconds", "clock", "clock_skew_seconds",
    "held", "check_ins"}`.

    `writable` is false where the database can be read but not written. `clock` is false while deletions wait
    because the clock may be wrong; `clock_skew_seconds` is how far it is ahead of Slack's. `held` counts, by
    scope and Slack's own name of the reason, where Slack takes no message just now; `check_ins` counts alarms
    about changes in the database, and closes that are overdue by an hour. `problems` names what is wrong;
    `ok` is true when it is empty.
    """
    current: Report = {
        "database": False,
        "writable": False,
        "slack": connected,
        "oldest_due_seconds": None,
        "clock": None,
        "clock_skew_seconds": None if clock_skew is None else round(clock_skew, 1),
        "held": {},
        "check_ins": dict(check_ins or {}),
    }
    try:
        with sessions.read() as session:
            current |= _stored(session, now)
        current["writable"] = _is_writable(sessions)
    except SQLAlchemyError as failure:
        logger.warning("the database does not answer: %s", type(failure).__name__)
    problems = _problems(current)
    return {"ok": not problems, "problems": problems} | current


def _stored(session: Session, now: datetime) -> Report:
    installed = select(Workspace.id).where(Workspace.uninstalled_at.is_(None))
    due = (Delivery.state == DeliveryState.READY, Delivery.due <= now, Delivery.workspace_id.in_(installed))
    oldest = session.scalar(select(func.min(Delivery.due)).where(*due))
    return {
        "database": True,
        "oldest_due_seconds": round((now - oldest).total_seconds(), 1) if oldest else 0.0,
        "clock": not clock.is_doubted(session),
        "held": _held(session),
    }


def _is_writable(sessions: Sessions) -> bool:
    """Write something and take it back: a full disk or a read-only server can still be read."""
    try:
        with sessions.begin() as session:
            session.execute(insert(Chore).values(name=_PROBE, night=date.min))
            session.rollback()
    except SQLAlchemyError as failure:
        logger.warning("the database takes no writes: %s", type(failure).__name__)
        return False
    return True


def _problems(current: Report) -> list[str]:
    checks = {
        "database": current["database"],
        "database takes no writes": current["writable"] or not current["database"],
        "slack": current["slack"],
        "messages wait": (current["oldest_due_seconds"] or 0.0) < STUCK_AFTER,
        "clock": current["clock"] is not False,
        "clock is off": abs(current["clock_skew_seconds"] or 0.0) <= clock.HARMFUL_SKEW.total_seconds(),
        "workspace held": HoldScope.WORKSPACE not in current["held"],
        "check-in": not any(current["check_ins"].values()),
    }
    return [name for name, is_well in checks.items() if not is_well]


def _held(session: Session) -> dict[str, dict[str, int]]:
    """Return `{scope: {reason: number of holds}}` of the workspaces that have the app."""
    here = (Workspace.id == Hold.workspace_id, Workspace.uninstalled_at.is_(None))
    counted = (
        select(Hold.scope, Hold.reason, func.count())
        .join(Workspace, and_(*here))
        .where(Hold.again.is_not(None))
        .group_by(Hold.scope, Hold.reason)
    )
    held: dict[str, dict[str, int]] = {}
    for scope, reason, count in session.execute(counted):
        held.setdefault(scope, {})[reason] = count
    return held


class Probe:
    """Asks for the report every five seconds in its own thread, so that whoever reads it never waits."""

    def __init__(
        self,
        ask: Callable[[], Report],
        *,
        seconds: float = _REFRESH_SECONDS,
        late_seconds: float = _LATE_SECONDS,
    ) -> None:
        self._ask, self._seconds, self._late_seconds = ask, seconds, late_seconds
        self._latest: tuple[float, Report] | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="health probe", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more. A probe that hangs is left behind."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(1)

    def current(self) -> Report:
        """Return the newest report; one that is too old to be true says that the database does not answer."""
        latest = self._latest
        if latest is None:
            return {"ok": False, "problems": ["starting"]}
        at, known = latest
        age = time.monotonic() - at
        if age < self._late_seconds:
            return known | {"age_seconds": round(age, 1)}
        return known | {
            "ok": False,
            "problems": sorted({*known["problems"], "database"}),
            "database": False,
            "age_seconds": round(age, 1),
        }

    def refresh(self) -> None:
        """Ask now."""
        self._latest = (time.monotonic(), self._ask())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.refresh()
            except Exception as problem:  # noqa: BLE001 - the thread's boundary: the report grows old and says so
                log.failure(logger, "the health probe", problem)
            self._stopping.wait(self._seconds)


@dataclass(frozen=True, slots=True)
class Questions:
    """What the health pages ask of a process."""

    is_alive: Callable[[], bool]
    is_ready: Callable[[], bool]
    status: Callable[[], Report]
    exposition: Callable[[], bytes]

    def probes(self) -> dict[str, WSGIApplication]:
        """The pages for whoever restarts a process or sends it requests: an address and its page."""
        return {
            "/healthz": _page(lambda: {"ok": self.is_alive()}),
            "/readyz": _page(lambda: {"ok": self.is_ready()}),
        }

    def pages(self) -> dict[str, WSGIApplication]:
        """All pages; those for people and alarms are not for strangers."""
        return self.probes() | {"/status": _page(self.status), "/metrics": self._metrics}

    def _metrics(self, _environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Type", metrics.CONTENT_TYPE)])
        return [self.exposition()]


class HealthPage:
    """Serves the health pages on loopback, in its own thread: 200 when all is well, 503 when not.

    Raises:
        SettingsError: The port is taken.
    """

    def __init__(self, port: int, questions: Questions) -> None:
        self._pages = questions.pages()
        try:
            self._server = create_server(  # type: ignore[no-untyped-call]
                self._answer, host="127.0.0.1", port=port, threads=2
            )
        except OSError:
            raise SettingsError(f"HEALTH_PORT: nothing can listen on port {port}. Is it taken?") from None
        self._thread = Thread(target=self._server.run, name="health", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Start answering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        # Close it in its own thread, which would otherwise wait on a closed socket.
        self._server.trigger.pull_trigger(self._server.close)
        self._thread.join(5)
        self._server.task_dispatcher.shutdown()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = self._pages.get(environ["PATH_INFO"])
        if page is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [f"Here are {', '.join(sorted(self._pages))}.\n".encode()]
        return page(environ, start_response)


def _page(ask: Callable[[], Report]) -> WSGIApplication:
    def page(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        current = ask()
        status = "200 OK" if current["ok"] else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps(current)]

    return page
