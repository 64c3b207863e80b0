"""Control of the sandbox: clock, faults, journal, connections, and what happens in a workspace by itself."""

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
from slackapp.sandbox.core.json_input import number, wanted, words
from slackapp.sandbox.core.responses import NotFound, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.page.tour import Tour
from slackapp.sandbox.slack.events import deliver_in_turn
from slackapp.sandbox.slack.http_requests import SignedHttp
from slackapp.sandbox.slack.socket_mode import SocketMode
from slackapp.sandbox.slack.workspace_changes import WorkspaceChanges

MOST_REPEATS = 10
# Within these years a message's time has ten digits, as Slack's has, and a month later is still a date.
FIRST_YEAR, LAST_YEAR = 2002, 2199
BEYOND = f"The clock goes from {FIRST_YEAR} to {LAST_YEAR}."
Answer = Callable[[web.Request], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Composed(Protocol):
    """What the control needs of the whole sandbox: who follows its clock, and the tour."""

    follower: ClockListener | None
    tour: Tour


class Control:
    """The routes under /control."""

    def __init__(self, slack: Simulator, holder: Composed) -> None:
        self._slack = slack
        self._holder = holder
        # One thread of its own: the app's work must neither block our loop nor wait behind other work.
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sandbox-follower")
        self._turn = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/control/clock", self._answered(self.clock)),
            web.post("/control/clock", self._answered(self.move)),
            web.post("/control/fault", self._answered(self.fault)),
            web.get("/control/fault", self._answered(self.faults)),
            web.post("/control/plan", self._answered(self.plan)),
            web.get("/control/plan", self._answered(self.plans)),
            web.post("/control/connection", self._answered(self.connection)),
            web.post("/control/change", self._answered(self.change)),
            web.post("/control/events", self._answered(self.events)),
            web.get("/control/events", self._answered(self.held_events)),
            web.get("/control/journal", self.journal),
            web.get("/control/tour", self._answered(self.tour)),
        ]

    def _answered(self, answer_to: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return json_response(await answer_to(request))
            except NotFound as answer:
                return json_response(answer.extra, status=answer.status)

        return handle

    async def clock(self, _request: web.Request | None = None) -> dict[str, Any]:
        """The present moment, and what is due next."""
        following = await self._next_due(self._slack.clock.now())
        due = {"at": following[0].isoformat(), "label": following[1]} if following else None
        return {"ok": True, "now": self._slack.clock.now().isoformat(), "next": due}

    async def move(self, request: web.Request) -> dict[str, Any]:
        """Move the clock, from one due moment to the next."""
        order = await wanted(request)
        done = await self.move_to(self._target(order))
        return {**await self.clock(), "done": done}

    async def move_to(self, target: datetime) -> list[dict[str, str]]:
        """The same for a moment; gives what was done on the way."""
        async with self._turn:
            self._slack.hurrying = True
            try:
                return await self._step_to(target)
            finally:
                self._slack.hurrying = False

    def _target(self, order: dict[str, Any]) -> datetime:
        advance = order.get("advance")
        try:
            if isinstance(advance, int | float) and not isinstance(advance, bool):
                moment = self._slack.clock.now() + timedelta(seconds=advance)
            else:
                moment = datetime.fromisoformat(words(order, "now"))
        except OverflowError:
            raise NotFound(400, BEYOND) from None
        except ValueError:
            raise NotFound(400, "“now” must be a moment in ISO 8601.") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise NotFound(400, BEYOND)
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
                # What stays due although it has been settled must not hold up the clock for ever.
                break
            current = max(current, moment)
            self._slack.clock.set(current)
            await self._settle(current)
            done.append({"at": moment.isoformat(), "label": label})
        self._slack.clock.set(target)
        await self._settle(target)
        self._slack.state.touch()
        return done

    async def _next_due(self, after: datetime) -> tuple[datetime, str] | None:
        follower = self._holder.follower
        if follower is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._threads, follower.next_due, after)

    async def _settle(self, now: datetime) -> None:
        follower = self._holder.follower
        if follower is not None:
            await asyncio.get_running_loop().run_in_executor(self._threads, follower.run_due, now)

    async def fault(self, request: web.Request) -> dict[str, Any]:
        """Put a fault in force, or with {"clear": true} end all of them."""
        order = await wanted(request)
        if order.get("clear"):
            self._slack.faults.clear()
        else:
            self._slack.faults.add(read_fault(order, self._slack.contract, self._slack.clock))
        self._slack.state.touch()
        return {"ok": True}

    async def faults(self, _request: web.Request) -> dict[str, Any]:
        """The faults in force, oldest first."""
        return {"ok": True, "waiting": [fault.describe() for fault in self._slack.faults.in_force()]}

    async def plan(self, request: web.Request) -> dict[str, Any]:
        """Change what a workspace lets the app do; gives all of it."""
        order = await wanted(request)
        workspace = plans.change(self._slack, order)
        self._slack.state.touch()
        return {"ok": True, **plans.describe(self._slack, workspace)}

    async def plans(self, _request: web.Request) -> dict[str, Any]:
        """What each workspace lets the app do."""
        spaces = self._slack.state.workspaces.values()
        return {"ok": True, "workspaces": [plans.describe(self._slack, space) for space in spaces]}

    async def connection(self, request: web.Request) -> dict[str, Any]:
        """The way to the app: {"kind": "refresh"} or "drop" with Socket Mode, "challenge" with HTTP."""
        kind, delivery = words(await wanted(request), "kind"), self._slack.delivery
        if isinstance(delivery, SocketMode) and kind == "refresh":
            await delivery.refresh()
        elif isinstance(delivery, SocketMode) and kind == "drop":
            delivery.drop()
        elif isinstance(delivery, SignedHttp) and kind == "challenge":
            return {"ok": await delivery.challenge()}
        else:
            raise NotFound(400, "“kind” must be refresh or drop (Socket Mode) or challenge (HTTP).")
        return {"ok": True}

    async def change(self, request: web.Request) -> dict[str, Any]:
        """Something happens in the workspace: see docs/sandbox.md for the kinds."""
        order = await wanted(request)
        WorkspaceChanges(self._slack, order).apply()
        return {"ok": True}

    async def events(self, request: web.Request) -> dict[str, Any]:
        """Hold events back, or send those that are held, in another order or more than once."""
        order = await wanted(request)
        hold = self._slack.event_hold
        if order.get("hold"):
            hold.is_on = True
        else:
            sequence = words(order, "release")
            if sequence not in ORDERS:
                raise NotFound(400, f"“release” must be one of {', '.join(ORDERS)}.")
            times = int(number(order, "times", 1))
            self._slack.spawn(deliver_in_turn(self._slack, hold.release(sequence, times=times)))
        return await self.held_events()

    async def held_events(self, _request: web.Request | None = None) -> dict[str, Any]:
        """Whether events are held, and the types of those that wait."""
        hold = self._slack.event_hold
        return {"ok": True, "hold": hold.is_on, "waiting": [each["event"]["type"] for each in hold.waiting]}

    async def tour(self, _request: web.Request) -> dict[str, Any]:
        """The steps of the tour, and which are done."""
        tour = self._holder.tour
        tour.look()
        return {"ok": True, "hidden": tour.hidden, "steps": tour.report()}

    async def journal(self, _request: web.Request) -> web.StreamResponse:
        """The app's calls so far, as JSON lines."""
        lines = b"".join(self._slack.journal.calls)
        return web.Response(body=lines, headers={"Content-Type": "application/x-ndjson; charset=utf-8"})
