"""Control API of the sandbox: clock, faults, journal, connections and workspace changes."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from slackapp.sandbox.core import plans
from slackapp.sandbox.core.clock import ClockListener
from slackapp.sandbox.core.event_hold import ORDERS
from slackapp.sandbox.core.fault_orders import read_fault
from slackapp.sandbox.core.json_input import get_number, get_string, read_object
from slackapp.sandbox.core.responses import RequestError, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.page.tour import Tour
from slackapp.sandbox.slack.events import deliver_in_turn
from slackapp.sandbox.slack.http_requests import SignedHttp
from slackapp.sandbox.slack.socket_mode import SocketMode
from slackapp.sandbox.slack.workspace_changes import WorkspaceChanges

MOST_REPEATS = 10
# In these years a `ts` has ten digits, as Slack's, and adding a month stays in range.
FIRST_YEAR, LAST_YEAR = 2002, 2199
OUT_OF_RANGE = f"The clock goes from {FIRST_YEAR} to {LAST_YEAR}."
Answer = Callable[[web.Request], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlledSandbox(Protocol):
    """The parts of the sandbox that the control API uses: the clock's listener and the tour."""

    follower: ClockListener | None
    tour: Tour


class Control:
    """The routes under /control."""

    def __init__(self, slack: Simulator, holder: ControlledSandbox) -> None:
        self._slack = slack
        self._holder = holder
        # A thread of its own: the app's work must not block the event loop, nor wait for other work.
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sandbox-follower")
        self._turn = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/control/clock", self._json_handler(self.clock)),
            web.post("/control/clock", self._json_handler(self.move)),
            web.post("/control/fault", self._json_handler(self.fault)),
            web.get("/control/fault", self._json_handler(self.faults)),
            web.post("/control/plan", self._json_handler(self.plan)),
            web.get("/control/plan", self._json_handler(self.plans)),
            web.post("/control/connection", self._json_handler(self.connection)),
            web.post("/control/change", self._json_handler(self.change)),
            web.post("/control/events", self._json_handler(self.events)),
            web.get("/control/events", self._json_handler(self.held_events)),
            web.get("/control/journal", self.journal),
            web.get("/control/tour", self._json_handler(self.tour)),
        ]

    def _json_handler(self, answer_to: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return json_response(await answer_to(request))
            except RequestError as answer:
                return json_response(answer.extra, status=answer.status)

        return handle

    async def clock(self, _request: web.Request | None = None) -> dict[str, Any]:
        """Return the current time and what is due next."""
        following = await self._next_due(self._slack.clock.now())
        due = {"at": following[0].isoformat(), "label": following[1]} if following else None
        return {"ok": True, "now": self._slack.clock.now().isoformat(), "next": due}

    async def move(self, request: web.Request) -> dict[str, Any]:
        """Move the clock, stopping at each due moment."""
        order = await read_object(request)
        done = await self.move_to(self._target(order))
        return {**await self.clock(), "done": done}

    async def move_to(self, target: datetime) -> list[dict[str, str]]:
        """Move the clock to `target`; return what was done on the way."""
        async with self._turn:
            self._slack.is_moving_clock = True
            try:
                return await self._step_to(target)
            finally:
                self._slack.is_moving_clock = False

    def _target(self, order: dict[str, Any]) -> datetime:
        advance = order.get("advance")
        try:
            if isinstance(advance, int | float) and not isinstance(advance, bool):
                moment = self._slack.clock.now() + timedelta(seconds=advance)
            else:
                moment = datetime.fromisoformat(get_string(order, "now"))
        except OverflowError:
            raise RequestError(400, OUT_OF_RANGE) from None
        except ValueError:
            raise RequestError(400, "“now” must be a moment in ISO 8601.") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise RequestError(400, OUT_OF_RANGE)
        return moment

    async def _step_to(self, target: datetime) -> list[dict[str, str]]:
        done: list[dict[str, str]] = []
        current, repeats = self._slack.clock.now(), 0
        while following := await self._next_due(current):
            moment, label = following
            if moment > target:
                break
            repeats = repeats + 1 if moment <= current and done else 0
            if repeats >= MOST_REPEATS:
                # Something that stays due after it was run must not stop the clock for ever.
                break
            current = max(current, moment)
            self._slack.clock.set(current)
            await self._run_due(current)
            done.append({"at": moment.isoformat(), "label": label})
        self._slack.clock.set(target)
        await self._run_due(target)
        self._slack.state.touch()
        return done

    async def _next_due(self, after: datetime) -> tuple[datetime, str] | None:
        follower = self._holder.follower
        if follower is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._threads, follower.next_due, after)

    async def _run_due(self, now: datetime) -> None:
        follower = self._holder.follower
        if follower is not None:
            await asyncio.get_running_loop().run_in_executor(self._threads, follower.run_due, now)

    async def fault(self, request: web.Request) -> dict[str, Any]:
        """Activate a fault, or with {"clear": true} remove all faults."""
        order = await read_object(request)
        if order.get("clear"):
            self._slack.faults.clear()
        else:
            self._slack.faults.add(read_fault(order, self._slack.contract, self._slack.clock))
        self._slack.state.touch()
        return {"ok": True}

    async def faults(self, _request: web.Request) -> dict[str, Any]:
        """The active faults, oldest first."""
        return {"ok": True, "waiting": [fault.describe() for fault in self._slack.faults.in_force()]}

    async def plan(self, request: web.Request) -> dict[str, Any]:
        """Change a workspace's plan, scopes or restrictions; return all of them."""
        order = await read_object(request)
        workspace = plans.change(self._slack, order)
        self._slack.state.touch()
        return {"ok": True, **plans.describe(self._slack, workspace)}

    async def plans(self, _request: web.Request) -> dict[str, Any]:
        """Return the plan, scopes and restrictions of each workspace."""
        spaces = self._slack.state.workspaces.values()
        return {"ok": True, "workspaces": [plans.describe(self._slack, space) for space in spaces]}

    async def connection(self, request: web.Request) -> dict[str, Any]:
        """Affect the connection: {"kind": "refresh"} or "drop" (Socket Mode), "challenge" (HTTP)."""
        kind, delivery = get_string(await read_object(request), "kind"), self._slack.delivery
        if isinstance(delivery, SocketMode) and kind == "refresh":
            await delivery.refresh()
        elif isinstance(delivery, SocketMode) and kind == "drop":
            delivery.drop()
        elif isinstance(delivery, SignedHttp) and kind == "challenge":
            return {"ok": await delivery.challenge()}
        else:
            raise RequestError(400, "“kind” must be refresh or drop (Socket Mode) or challenge (HTTP).")
        return {"ok": True}

    async def change(self, request: web.Request) -> dict[str, Any]:
        """Apply a change in the workspace; docs/sandbox.md lists the kinds."""
        order = await read_object(request)
        WorkspaceChanges(self._slack, order).apply()
        return {"ok": True}

    async def events(self, request: web.Request) -> dict[str, Any]:
        """Hold events, or release the held ones, perhaps in another order or repeatedly."""
        order = await read_object(request)
        hold = self._slack.event_hold
        if order.get("hold"):
            hold.is_on = True
        else:
            sequence = get_string(order, "release")
            if sequence not in ORDERS:
                raise RequestError(400, f"“release” must be one of {', '.join(ORDERS)}.")
            times = int(get_number(order, "times", 1))
            self._slack.start_task(deliver_in_turn(self._slack, hold.release(sequence, times=times)))
        return await self.held_events()

    async def held_events(self, _request: web.Request | None = None) -> dict[str, Any]:
        """Return whether events are held, and the types of those that wait."""
        hold = self._slack.event_hold
        return {"ok": True, "hold": hold.is_on, "waiting": [each["event"]["type"] for each in hold.waiting]}

    async def tour(self, _request: web.Request) -> dict[str, Any]:
        """Return the steps of the tour and which are done."""
        tour = self._holder.tour
        tour.update()
        return {"ok": True, "hidden": tour.hidden, "steps": tour.report()}

    async def journal(self, _request: web.Request) -> web.StreamResponse:
        """Return the app's calls as JSON lines."""
        lines = b"".join(self._slack.journal.calls)
        return web.Response(body=lines, headers={"Content-Type": "application/x-ndjson; charset=utf-8"})
