"""`slackapp serve --http`: this process sends and keeps the clock, its child listens."""

import logging
import signal
import subprocess
import sys
import threading

from slackapp.app import Appreciate
from slackapp.connection import installations
from slackapp.core import log
from slackapp.core.errors import SettingsError
from slackapp.http.settings import HttpSettings

_logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5
_END_SECONDS = 30.0


def serve(http: HttpSettings) -> None:
    """Run until SIGTERM or Ctrl-C, then end without losing what was acknowledged.

    Raises:
        SettingsError: The listening process ended by itself: the address may be taken.
    """
    log.configure(http.settings.log_level)
    locker = http.locker
    app = Appreciate(http.settings, locker=locker, http=True)
    if locker is not None:
        with app.sessions.begin() as session:
            lost = installations.reencrypt(session, locker)
        if lost:
            _logger.error(
                "%d tokens open with none of TOKEN_KEYS: those workspaces must install again.", lost
            )
    app.sync_all_members()
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    web = subprocess.Popen([sys.executable, "-m", "slackapp.http.web"], stdin=subprocess.PIPE)
    app.start()
    _logger.info("Appreciate is listening on %s port %d.", http.host, http.port)
    while not stopping.wait(_LOOK_SECONDS) and web.poll() is None:
        pass
    failed = web.poll() is not None
    _logger.info("Stopping: what is under way is finished first.")
    web.terminate()
    web.wait(_END_SECONDS)
    app.stop()
    if failed:
        raise SettingsError(f"HTTP_ADDRESS: nothing can listen on {http.host} port {http.port}. Is it taken?")
