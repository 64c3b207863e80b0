"""`slackapp serve --http`: one process that listens, sends and runs the scheduled jobs."""

import logging
import resource
import signal
import threading

from slackapp import health
from slackapp.app import Appreciate
from slackapp.connection import installations
from slackapp.connection.installations import TokenEncryption
from slackapp.core import hardening, log
from slackapp.core.db import Sessions
from slackapp.http import web
from slackapp.http.server import CONNECTIONS, Server
from slackapp.http.settings import HttpSettings

_logger = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_FILES = 2 * CONNECTIONS


def serve(http: HttpSettings) -> None:
    """Run until SIGTERM or Ctrl-C, then end without losing what was acknowledged.

    Raises:
        SettingsError: The address or the health page's port is taken.
        OSError: Reading requests failed, so that the process cannot go on.
    """
    hardening.harden()
    log.configure(http.settings.log_level)
    connections = _allowed_connections()
    locker = http.locker
    app = Appreciate(http.settings, locker=locker, http=True)
    if locker is not None:
        _reseal(app.sessions, locker)
    server = Server(web.application(app, http), http.host, http.port, connections=connections)
    port = http.settings.health_port
    page = health.HealthPage(port, app.questions()) if port else None
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    app.start()
    server.start()
    app.meet_in_background()
    if page:
        page.start()
    _logger.info("Appreciate is listening on %s port %d.", http.host, http.port)
    while not stopping.wait(_LOOK_SECONDS) and server.is_running:
        pass
    has_failed = not server.is_running
    _logger.info("Stopping: what is under way is finished first.")
    server.stop()
    if page:
        page.stop()
    app.stop()
    if has_failed:
        raise OSError(0, "reading requests failed; the log says where", "HTTP server")


def _reseal(sessions: Sessions, locker: TokenEncryption) -> None:
    with sessions.begin() as session:
        lost = installations.reencrypt(session, locker)
    if lost:
        _logger.error("%d tokens open with none of TOKEN_KEYS: those workspaces must install again.", lost)


def _allowed_connections() -> int:
    """Raise this process's limit of open files, which often is 1,024; half of it may be connections.

    The other half is for the database, Slack and the browser. With no file left, the server could neither
    accept a connection nor wait for one.
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, most))
    if enough < _FILES:
        _logger.warning("Only %d files may be open, so that %d connections may.", enough, enough // 2)
    return enough // 2
