"""The health page: database, connection to Slack, holds, and messages that are stuck."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
from sqlalchemy import and_, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from waitress.server import create_server

from slackapp import clock
from slackapp.core import metrics
from slackapp.core.db import Sessions
from slackapp.core.errors import SettingsError
from slackapp.models import Delivery, DeliveryState, Hold, Workspace

STUCK_AFTER = 600
"""Seconds that a due message may wait before the app counts as unhealthy."""

logger = logging.getLogger(__name__)
Report = dict[str, Any]


def report(
    sessions: Sessions, *, connected: bool, now: datetime, check_ins: Mapping[str, int] | None = None
) -> Report:
    """Return the app's health in numbers: no names, no content.

    `{"ok", "database", "slack", "oldest_due_seconds", "clock", "held", "check_ins"}`.

    `clock` is false while deletions wait because the clock may be wrong; `held` counts, by scope and
    Slack's own name of the reason, where Slack takes no message just now; `check_ins` counts alarms about
    changes in the database, and closes that are overdue by an hour. None of them makes the app unwell: to
    start it again would not help.
    """
    try:
        with sessions.read() as session:
            is_doubted, held = clock.is_doubted(session), _held(session)
            oldest = session.scalar(
                select(func.min(Delivery.due)).where(
                    Delivery.state == DeliveryState.READY,
                    Delivery.due <= now,
                    Delivery.workspace_id.in_(select(Workspace.id).where(Workspace.uninstalled_at.is_(None))),
                )
            )
    except SQLAlchemyError as failure:
        logger.warning("the database does not answer: %s", type(failure).__name__)
        unknown: Report = {
            "oldest_due_seconds": None,
            "clock": None,
            "held": {},
            "check_ins": dict(check_ins or {}),
        }
        return {"ok": False, "database": False, "slack": connected, **unknown}
    waiting = (now - oldest).total_seconds() if oldest else 0.0
    is_well = connected and waiting < STUCK_AFTER
    return {
        "ok": is_well,
        "database": True,
        "slack": connected,
        "oldest_due_seconds": round(waiting, 1),
        "clock": not is_doubted,
        "held": held,
        "check_ins": dict(check_ins or {}),
    }


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


class HealthPage:
    """Serves `GET /healthz` on loopback, in its own thread: 200 when healthy, 503 when not; and `/metrics`.

    Raises:
        SettingsError: The port is taken.
    """

    def __init__(self, port: int, ask: Callable[[], Report], exposition: Callable[[], bytes]) -> None:
        self._ask, self._exposition = ask, exposition
        try:
            self._server = create_server(  # type: ignore[no-untyped-call]
                self._answer, host="127.0.0.1", port=port, threads=1
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

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            start_response("200 OK", [("Content-Type", metrics.CONTENT_TYPE)])
            return [self._exposition()]
        if environ["PATH_INFO"] != "/healthz":
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"Only /healthz and /metrics are here.\n"]
        current = self._ask()
        status = "200 OK" if current["ok"] else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps(current)]
