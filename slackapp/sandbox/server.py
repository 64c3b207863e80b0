"""The sandbox as a server: HTTP and WebSocket on loopback, in its own thread."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from slackapp.sandbox.control import Control
from slackapp.sandbox.core import store
from slackapp.sandbox.core.clock import ClockListener, SandboxClock
from slackapp.sandbox.core.manifest import read_manifest
from slackapp.sandbox.core.seeds import AppSeed, WorkspaceSeed
from slackapp.sandbox.core.simulator import Settings, Simulator
from slackapp.sandbox.core.state import State
from slackapp.sandbox.page.tour import Step, Tour
from slackapp.sandbox.routes import build_application

HOST = "127.0.0.1"
START_SECONDS = 10.0
MOVE_SECONDS = 60.0

__all__ = ["ClockListener", "Sandbox"]

Result = TypeVar("Result")


class Sandbox:
    """A simulated Slack on localhost for one app, described by its manifest.

    Use it as a context manager, or `start()` and `stop()` it. `url` is known once it runs; the Web API is at
    `url + "/api/"`. Seed it before or after the start. With `state`, it goes on where it was stopped.
    """

    def __init__(  # noqa: PLR0913  # the parts one composes a sandbox of, all by keyword
        self,
        *,
        manifest: Path | dict[str, Any],
        port: int = 0,
        journal: Path | None = None,
        state: Path | None = None,
        now: datetime | None = None,
        latency: tuple[float, float] = (0, 0),
        follower: ClockListener | None = None,
        extra: Mapping[str, Callable[[], dict[str, Any]]] | None = None,
        app: AppSeed | None = None,
        deliver_to: str | None = None,
        rate_limits: bool = True,
        scan_seconds: float = 0.0,
    ) -> None:
        self.clock = SandboxClock(now)
        self.follower = follower
        self.extra = dict(extra or {})
        self.jumps: Callable[[], list[tuple[str, datetime]]] | None = None
        """Returns labels and moments that the page's [Move time] offers besides an hour and a day."""
        settings = Settings(
            latency=latency, deliver_to=deliver_to, rate_limits=rate_limits, scan_seconds=scan_seconds
        )
        self.slack = Simulator(
            app=app or AppSeed(),
            manifest=read_manifest(manifest),
            clock=self.clock,
            settings=settings,
            journal=journal,
        )
        self.tour = Tour(self.slack, ())
        self.control = Control(self.slack, self)
        self.preparing = False
        """While true, only the app is served; people and tools are asked to wait."""
        self.url = ""
        self._port = port
        self._saved = store.Store(self.slack, state) if state else None
        if self._saved:
            self._saved.load()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def state(self) -> State:
        """The sandbox's state. Read it on the sandbox's event loop only (see `run`)."""
        return self.slack.state

    def guide(self, steps: Sequence[Step]) -> None:
        """Set the steps of the tour; the page opens at the first."""
        self.tour = Tour(self.slack, steps)

    def seed(self, workspace: WorkspaceSeed) -> None:
        """Add a workspace. A saved workspace keeps its messages; new people are added."""
        self.run(lambda: store.seed_workspace(self.slack, workspace))

    def run(self, work: Callable[[], Result]) -> Result:
        """Call `work` on the sandbox's event loop (directly before the start) and return its result."""
        if self._loop is None or threading.current_thread() is self._thread:
            return work()
        done: Future[Result] = Future()

        def call() -> None:
            try:
                done.set_result(work())
            except BaseException as problem:  # noqa: BLE001  # handed over to the caller, whatever it is
                done.set_exception(problem)

        self._loop.call_soon_threadsafe(call)
        return done.result(START_SECONDS)

    def move_to(self, moment: datetime) -> None:
        """Move the clock as POST /control/clock does; return once everything due is done."""
        if self._loop is None:
            raise RuntimeError("The clock moves in a running sandbox only.")
        asyncio.run_coroutine_threadsafe(self.control.move_to(moment), self._loop).result(MOVE_SECONDS)

    def start(self) -> None:
        """Start serving; return once `url` answers."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="sandbox", daemon=True)
        self._thread.start()
        ready.result(START_SECONDS)

    def stop(self) -> None:
        """Stop serving, save the state and close connections."""
        if self._loop is None or self._thread is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_SECONDS)
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._main(ready))
        except BaseException as problem:  # handed over to the thread that waits for the start
            if ready.done():
                raise
            ready.set_exception(problem)

    async def _main(self, ready: Future[None]) -> None:
        self._stopping = asyncio.Event()
        self.slack.state.changes.is_ended = False
        runner = web.AppRunner(build_application(self), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port)
        try:
            await site.start()
            self._port = runner.addresses[0][1]
            self.url = self.slack.url = f"http://{HOST}:{self._port}"
            self._loop = asyncio.get_running_loop()
            saving = asyncio.ensure_future(self._saved.save_periodically()) if self._saved else None
            ready.set_result(None)
            await self._stopping.wait()
            if saving:
                saving.cancel()
        finally:
            await self.slack.close()
            await runner.cleanup()
            if self._saved:
                self._saved.save()
