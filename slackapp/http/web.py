"""The process that listens: granian's WSGI, the guard, Bolt. Deliveries and the clock run in its parent.

`python -m slackapp.http.web` is started by `slackapp serve --http`; it ends with its parent.
"""

import logging
import os
import signal
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
from granian.constants import Interfaces
from granian.server import Server
from slack_bolt.adapter.wsgi import SlackRequestHandler

from handlers.shared.context import Context
from slackapp import health, migrations
from slackapp.app import Clock, build_bolt, real_time
from slackapp.connection.clients import Clients
from slackapp.core import log
from slackapp.core.db import Sessions
from slackapp.http import oauth as installing
from slackapp.http import settings
from slackapp.http.guard import CONNECTIONS, EVENTS, Guard
from slackapp.http.settings import HttpSettings
from slackapp.pulse.keys import KeyDirectory

_DRAIN_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Web:
    """Everything that answers over HTTP, as one WSGI application."""

    guard: Guard
    sessions: Sessions

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        return self.guard(environ, start_response)

    def close(self) -> None:
        """Let go of the database."""
        self.sessions.dispose()


def worker() -> Web:
    """What granian's worker process makes for itself."""
    http = settings.read(os.environ)
    log.configure(http.settings.log_level)
    return application(http)


def application(http: HttpSettings, *, now: Clock = real_time) -> Web:
    """Put together what answers, beside the process that sends and keeps the clock."""
    sessions = migrations.opened(http.settings.database_url)
    keys = KeyDirectory(http.settings.key_directory)
    keys.attach(sessions)
    # The parent looks for what is owed several times a second: there is no bell between processes.
    context = Context(sessions, now, keys, lambda: None)
    locker = http.locker
    bolt = build_bolt(Clients(http.settings, sessions, locker), context, http.settings.signing_secret)
    pages: dict[str, WSGIApplication] = {"/healthz": _health_page(sessions, now)}
    if locker is not None:
        install = installing.Installing(http, sessions, locker, now)
        pages |= {installing.START: install.start, installing.RETURN: install.come_back}
    return Web(
        Guard(SlackRequestHandler(bolt, path=EVENTS), pages, secret=http.settings.signing_secret), sessions
    )


def run() -> None:
    """Listen until SIGTERM, or until the parent is gone."""
    http = settings.read(os.environ)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.getLogger("granian").setLevel(logging.WARNING)
    Server(
        "slackapp.http.web:worker",
        address=http.host,
        port=http.port,
        interface=Interfaces.WSGI,
        factory=True,
        blocking_threads=CONNECTIONS,
        # granian stands still for good once a request finds its pool of threads full, so that no more
        # connections are taken than there are threads.
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=_DRAIN_SECONDS,
        websockets=False,
    ).serve()


def _health_page(sessions: Sessions, now: Clock) -> WSGIApplication:
    def page(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        told = health.report(sessions, connected=True, now=now())
        status = "200 OK" if told["ok"] else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps(told)]

    return page


def _end_with_parent() -> None:
    # The parent holds the other end of this pipe; when it dies, however it dies, the pipe ends.
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    run()
