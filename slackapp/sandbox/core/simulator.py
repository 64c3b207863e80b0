"""The simulated Slack: state, settings and shared services."""

import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from slackapp.sandbox.core.clock import SandboxClock
from slackapp.sandbox.core.contract import Contract, read_contract
from slackapp.sandbox.core.enterprise_payloads import add_enterprise_fields
from slackapp.sandbox.core.event_hold import EventHold
from slackapp.sandbox.core.faults import Faults
from slackapp.sandbox.core.journal import Journal
from slackapp.sandbox.core.manifest import Manifest
from slackapp.sandbox.core.rate_limits import Limits
from slackapp.sandbox.core.seeds import AppSeed
from slackapp.sandbox.core.state import State, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How this Slack behaves. Times are real seconds.

    `latency`: shortest and longest, for API answers and deliveries. `deliver_to`: the app's address for
    signed HTTP, or None for Socket Mode. `scan_seconds`: how long a new file is scanned. `quiet_seconds`:
    how long, after an acknowledgement, a person's request waits for further calls of the app.
    """

    latency: tuple[float, float] = (0.0, 0.0)
    rate_limits: bool = True
    deliver_to: str | None = None
    scan_seconds: float = 0.0
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    quiet_seconds: float = 0.03


@dataclass(frozen=True, slots=True)
class Ack:
    """Result of a delivery: `payload` is the app's answer, `failure` the reason if it failed."""

    payload: Any = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The number of the retry (0: first attempt) and its reason."""

    attempt: int = 0
    reason: str = ""


FIRST = Retry()


class Delivery(Protocol):
    """A transport to the app."""

    async def send(self, kind: str, payload: dict[str, Any], retry: Retry) -> Ack:
        """Send once; return the app's answer or the failure. `kind` is the journal's name."""

    async def close(self) -> None:
        """Stop delivering."""


@dataclass(slots=True)
class Trigger:
    """A trigger id, valid once within three real seconds. `view_id` is the modal it came from."""

    team_id: str
    user: str
    expires: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class OAuthCode:
    """An authorisation code, valid once within ten minutes."""

    team_id: str
    user: str
    redirect_uri: str | None
    expires: float
    scopes: tuple[str, ...] = ()


@dataclass(slots=True)
class Traffic:
    """Web API calls in progress, so that a person's request can wait for the app."""

    under_way: int = 0
    last: float = field(default_factory=time.monotonic)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call as in progress until it is answered."""
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            self.last = time.monotonic()


class Simulator:
    """A simulated Slack for one app and any number of workspaces."""

    def __init__(
        self,
        *,
        app: AppSeed,
        manifest: Manifest,
        clock: SandboxClock,
        settings: Settings,
        journal: Path | None,
    ) -> None:
        self.app = app
        self.manifest = manifest
        self.clock = clock
        self.settings = settings
        self.state = State(clock)
        self.contract: Contract = read_contract()
        self.journal = Journal(clock, journal)
        self.faults = Faults(clock)
        self.event_hold = EventHold()
        self.limits = Limits(clock, enabled=settings.rate_limits)
        self.traffic = Traffic()
        self.triggers: dict[str, Trigger] = {}
        self.codes: dict[str, OAuthCode] = {}
        self.tokens: dict[str, tuple[Workspace, str]] = {}
        self.tickets: set[str] = set()
        self.organisations: dict[str, str] = {}
        """Organisation id -> the app's token, for organisation-wide installs."""
        self.is_moving_clock = False
        """True while the clock is moved: latency is off, or a day's messages would take minutes."""
        self.url = ""
        self.delivery: Delivery | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.journal.hide(
            app.client_secret, app.signing_secret, app.verification_token, app.configuration_token
        )

    def index_tokens(self) -> None:
        """Rebuild the token index: token -> (workspace, "bot", "app" or "old")."""
        self.tokens.clear()
        for space in self.state.workspaces.values():
            self.tokens.update(dict.fromkeys(space.old_tokens, (space, "old")))
            self.tokens[space.app_token] = (space, "app")
            self.tokens[space.bot_token] = (space, "bot" if space.installed else "old")
            self.journal.hide(space.bot_token, space.app_token)

    def new_trigger(self, team_id: str, user: str, *, view_id: str | None = None) -> str:
        """Create a trigger id in Slack's format."""
        now = time.monotonic()
        self.triggers = {
            key: existing for key, existing in self.triggers.items() if existing.expires > now - 60
        }
        trigger = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.triggers[trigger] = Trigger(team_id, user, now + self.settings.trigger_seconds, view_id)
        return trigger

    async def simulate_latency(self) -> None:
        """Wait for the configured network latency."""
        low, high = self.settings.latency
        if high > 0 and not self.is_moving_clock:
            await asyncio.sleep(random.uniform(low, high))  # noqa: S311  # a delay, not a secret

    async def send(self, kind: str, payload: dict[str, Any], retry: Retry = FIRST) -> Ack:
        """Record a payload, send it to the app and return its answer."""
        payload = add_enterprise_fields(self.state.workspaces, self.organisations, kind, payload)
        entry, started = self.journal.sent(kind, payload), time.perf_counter()
        await self.simulate_latency()
        ack = Ack(failure="dispatch_failed")
        if self.delivery is not None:
            ack = await self.delivery.send(kind, payload, retry)
        entry.took = time.perf_counter() - started
        entry.response = {"ok": False, "error": ack.failure} if ack.failure else {"ok": True}
        self.state.touch()
        return ack

    async def wait_until_idle(self) -> None:
        """Wait, at most a second, until the app has made no call for `quiet_seconds`."""
        end = time.monotonic() + 1.0
        started = time.monotonic()
        while time.monotonic() < end:
            since = max(started, self.traffic.last)
            if not self.traffic.under_way and time.monotonic() - since >= self.settings.quiet_seconds:
                return
            await asyncio.sleep(0.005)

    def start_task(self, work: Any) -> None:  # noqa: ANN401  # any coroutine
        """Run a coroutine in the background and keep a reference to its task."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop background tasks and deliveries, and wake everyone who waits for changes."""
        self.state.changes.end()
        for task in tuple(self._tasks):
            task.cancel()
        if self.delivery is not None:
            await self.delivery.close()
        self.journal.close()
