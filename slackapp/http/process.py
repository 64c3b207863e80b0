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
    server = None
    if http.settings.role.listens:
        server = Server(web.application(app, http), http.host, http.port, connections=connections)
    port = http.settings.health_port
    page = health.HealthPage(port, app.questions()) if port else None
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    app.start()
    if page:
        page.start()
    has_failed = not _serve_until(stopping, server, app, f"{http.host} port {http.port}")
    if page:
        page.stop()
    app.stop()
    if has_failed:
        raise OSError(0, "reading requests failed; the log says where", "HTTP server")


def _serve_until(stopping: threading.Event, server: Server | None, app: Appreciate, place: str) -> bool:
    """Listen, where the role does, until told to stop; return whether reading requests went well."""
    if server:
        server.start()
        _logger.info("Appreciate is listening on %s.", place)
    else:
        _logger.info("Appreciate is delivering.")
    app.meet_in_background()
    while not stopping.wait(_LOOK_SECONDS) and (server is None or server.is_running):
        pass
    is_well = server is None or server.is_running
    _logger.info("Stopping: what is under way is finished first.")
    if server:
        server.stop()
    return is_well


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
