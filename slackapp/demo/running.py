"""Starts the app and the practice hospital together, and ends both cleanly."""

import os
import shutil
import signal
import socket
import threading
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from slackapp import manifest_path, migrations
from slackapp.app import Appreciate
from slackapp.core import log
from slackapp.core.calendar import first_day, first_working_day, month_after, month_of, occurrence
from slackapp.core.config import Settings
from slackapp.core.db import connect
from slackapp.core.errors import SettingsError
from slackapp.core.i18n import voice
from slackapp.demo import history, hospital, tour
from slackapp.demo.living_staff import LivingStaff
from slackapp.sandbox.server import Sandbox

LATENCY = (0.03, 0.08)
"""Seconds that a call takes in the demo; an instant Slack would hide races that the real one shows."""

_SNAPSHOT = "hospital.json"
_READY = "ready"


@dataclass(frozen=True, slots=True)
class Options:
    """Command-line options of the demo."""

    port: int = 8642
    state: Path = Path(".demo")
    journal: Path | None = None
    reset: bool = False


class Demo:
    """The app and the sandbox in one process, connected by HTTP and WebSocket as the app is to Slack."""

    def __init__(self, options: Options) -> None:
        self._state = options.state.resolve()
        if options.reset or not (self._state / _READY).exists():
            # Remove half a history, which a first start that was interrupted leaves.
            _remove(self._state)
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.sandbox = Sandbox(
            manifest=manifest_path(),
            port=options.port,
            journal=options.journal,
            state=self._state / _SNAPSHOT,
            now=history.BEGINNING,
        )
        self.sandbox.preparing = True
        self.app: Appreciate | None = None

    def __enter__(self) -> Self:
        self.sandbox.start()
        self.sandbox.seed(hospital.workspace())
        settings = _settings(self._state, self.sandbox.url)
        _migrate(settings)
        app = self.app = Appreciate(settings, now=self.sandbox.clock.now)
        self.sandbox.follower = app
        self.sandbox.extra["/healthz"] = app.health
        self.sandbox.jumps = self._jumps
        self.sandbox.guide(tour.STEPS)
        if not (self._state / _READY).exists():
            click.echo("Three months pass in the practice hospital. This happens once ...")
            app.sync_all_members()
            history.set_up(app, first_digest=history.EARLIER_DIGESTS)
            history.live_through(app, self.sandbox.move_to)
            (self._state / _READY).touch()
        self.sandbox.slack.settings = replace(self.sandbox.slack.settings, latency=LATENCY)
        app.start()
        self.sandbox.follower = LivingStaff(app)
        self.sandbox.preparing = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.app:
            self.app.stop()
        self.sandbox.stop()

    def _jumps(self) -> list[tuple[str, datetime]]:
        """Return the jumps in time: next opening and close of a check-in, and the month's digest."""
        if self.app is None:
            return []
        now = self.sandbox.clock.now()
        check_ins = [(label, at) for at, label in self.app.pulse_moments(now)]
        say = voice()
        return [*check_ins, (say("end of the month"), _after_month_end(now))]


def run(options: Options) -> None:
    """Run the demo until Ctrl-C or SIGTERM.

    Raises:
        SettingsError: The port is taken.
    """
    log.configure("WARNING")
    _check_free(options.port)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with Demo(options) as demo:
        click.echo(f"The practice hospital is open: {demo.sandbox.url}")
        click.echo("Nothing leaves this computer. Ctrl-C ends it; what happened is kept.")
        stopping.wait()
    click.echo("Closed.")


def _settings(state: Path, url: str) -> Settings:
    place = hospital.workspace()
    return Settings(
        bot_token=place.bot_token,
        app_token=place.app_token,
        database_url=f"sqlite:///{state / 'appreciate.db'}",
        key_directory=state / "keys",
        slack_api_url=url,
        browser_path=os.environ.get("BROWSER_PATH"),
    )


def _migrate(settings: Settings) -> None:
    sessions = connect(settings.database_url)
    migrations.upgrade(sessions)
    sessions.dispose()


def _remove(state: Path) -> None:
    """Remove the files of an earlier demo, and nothing else in the folder."""
    for name in (_READY, _SNAPSHOT, "appreciate.db", "appreciate.db-wal", "appreciate.db-shm"):
        (state / name).unlink(missing_ok=True)
    shutil.rmtree(state / "keys", ignore_errors=True)


def _check_free(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            raise SettingsError(
                f"Port {port} is taken. Choose another, as in: make demo PORT={port + 100}"
            ) from None


def _after_month_end(now: datetime) -> datetime:
    """Return a moment after this month's digests are sent, on the next month's first working day at nine."""
    next_month = first_day(month_after(month_of(now, "Europe/London")))
    first = first_working_day(next_month.year, next_month.month, "ENG")
    return occurrence(first, time(9, 5), "Europe/London")
