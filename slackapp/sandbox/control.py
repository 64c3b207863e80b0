"""Control of the sandbox: clock, faults, journal, connections, and what happens in a workspace by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from slackapp.sandbox import events, granting
from slackapp.sandbox.api.calls import json_response
from slackapp.sandbox.faults import KINDS, Fault
from slackapp.sandbox.follower import Follower
from slackapp.sandbox.http_delivery import SignedHttp
from slackapp.sandbox.person import wanted, words
from slackapp.sandbox.sight import NotHere
from slackapp.sandbox.slack import Slack
from slackapp.sandbox.socket_mode import SocketMode
from slackapp.sandbox.state import Channel, Person, Workspace
from slackapp.sandbox.tour import Tour

MOST_REPEATS = 10
Answer = Callable[[web.Request], Awaitable[dict[str, Any]]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Composed(Protocol):
    """Whoever holds the one who keeps time with the sandbox, and the tour."""

    follower: Follower | None
    tour: Tour


class Control:
    """The routes under /control."""

    def __init__(self, slack: Slack, holder: Composed) -> None:
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
            web.post("/control/connection", self._answered(self.connection)),
            web.post("/control/change", self._answered(self.change)),
            web.get("/control/journal", self.journal),
            web.get("/control/tour", self._answered(self.tour)),
        ]

    def _answered(self, deed: Answer) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return json_response(await deed(request))
            except NotHere as answer:
                return json_response(answer.extra, status=answer.status)

        return handle

    async def clock(self, _request: web.Request | None = None) -> dict[str, Any]:
        """The present moment, and what is due next."""
        following = await self._next_due(self._slack.clock.now())
        due = {"at": following[0].isoformat(), "label": following[1]} if following else None
        return {"ok": True, "now": self._slack.clock.now().isoformat(), "next": due}

    async def move(self, request: web.Request) -> dict[str, Any]:
        """Move the clock, from one due moment to the next."""
        asked = await wanted(request)
        done = await self.move_to(self._target(asked))
        return {**await self.clock(), "done": done}

    async def move_to(self, target: datetime) -> list[dict[str, str]]:
        """The same for a moment; gives what was done on the way."""
        async with self._turn:
            self._slack.hurrying = True
            try:
                return await self._step_to(target)
            finally:
                self._slack.hurrying = False

    def _target(self, asked: dict[str, Any]) -> datetime:
        if isinstance(asked.get("advance"), int | float):
            return self._slack.clock.now() + timedelta(seconds=asked["advance"])
        try:
            moment = datetime.fromisoformat(words(asked, "now"))
        except ValueError:
            raise NotHere(400, "“now” must be a moment in ISO 8601.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

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
            await asyncio.get_running_loop().run_in_executor(self._threads, follower.settle, now)

    async def fault(self, request: web.Request) -> dict[str, Any]:
        """Order a trouble, or with {"clear": true} call all off."""
        asked = await wanted(request)
        if asked.get("clear"):
            self._slack.faults.clear()
            return {"ok": True}
        kind = str(asked.get("kind"))
        if kind not in KINDS:
            raise NotHere(400, f"“kind” must be one of {', '.join(KINDS)}.")
        fault = Fault(
            method=words(asked, "method"),
            kind=kind,
            count=int(asked.get("count", 1)),
            retry_after=int(asked.get("retry_after", 1)),
            seconds=float(asked.get("seconds", 5.0)),
        )
        self._slack.faults.add(fault)
        return {"ok": True}

    async def faults(self, _request: web.Request) -> dict[str, Any]:
        """The troubles still to come."""
        waiting = [
            {"method": one.method, "kind": one.kind, "count": one.count} for one in self._slack.faults.waiting
        ]
        return {"ok": True, "waiting": waiting}

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
            raise NotHere(400, "“kind” must be refresh or drop (Socket Mode) or challenge (HTTP).")
        return {"ok": True}

    async def change(self, request: web.Request) -> dict[str, Any]:
        """Something happens in the workspace: see docs/sandbox.md for the kinds."""
        asked = await wanted(request)
        Happening(self._slack, asked).apply()
        return {"ok": True}

    async def tour(self, _request: web.Request) -> dict[str, Any]:
        """The steps of the tour, and which are done."""
        tour = self._holder.tour
        tour.look()
        return {"ok": True, "hidden": tour.hidden, "steps": tour.report()}

    async def journal(self, _request: web.Request) -> web.StreamResponse:
        """The app's calls so far, as JSON lines."""
        lines = b"".join(self._slack.journal.calls)
        return web.Response(body=lines, headers={"Content-Type": "application/x-ndjson; charset=utf-8"})


class Happening:
    """One change in a workspace that no person makes through a screen."""

    def __init__(self, slack: Slack, asked: dict[str, Any]) -> None:
        self._slack = slack
        self._asked = asked

    def apply(self) -> None:
        """Do it, or raise NotHere."""
        deeds: dict[str, Callable[[], None]] = {
            "join": self._join,
            "leave": lambda: events.left(self._slack, self._channel(), words(self._asked, "user")),
            "archive": self._archive,
            "rename": lambda: events.renamed(self._slack, self._channel(), words(self._asked, "name")),
            "delete": lambda: events.deleted(self._slack, self._channel()),
            "person": self._person_changes,
            "team_join": self._team_join,
            "usergroup": self._usergroup,
            "uninstall": self._uninstall,
            "grant": lambda: granting.grant(self._slack, self._workspace()),
            "revoke": lambda: granting.revoke(self._slack, self._workspace()),
        }
        deed = deeds.get(words(self._asked, "kind"))
        if deed is None:
            raise NotHere(400, f"“kind” must be one of {', '.join(deeds)}.")
        deed()

    def _workspace(self) -> Workspace:
        spaces = self._slack.state.workspaces
        space = spaces.get(self._asked.get("workspace") or next(iter(spaces), ""))
        if space is None:
            raise NotHere(404, "There is no such workspace.")
        return space

    def _channel(self) -> Channel:
        wanted_id = words(self._asked, "channel")
        for space in self._slack.state.workspaces.values():
            if wanted_id in space.channels:
                return space.channels[wanted_id]
        raise NotHere(404, f"There is no channel {wanted_id}.")

    def _join(self) -> None:
        events.joined(self._slack, self._channel(), words(self._asked, "user"), self._asked.get("inviter"))

    def _uninstall(self) -> None:
        """From one workspace or, by its id, from an organisation that has it as a whole."""
        wanted_id = str(self._asked.get("workspace"))
        if wanted_id in self._slack.organisations:
            granting.end(self._slack, wanted_id)
        else:
            events.app_uninstalled(self._slack, self._workspace())

    def _archive(self) -> None:
        events.archived(self._slack, self._channel(), is_archived=bool(self._asked.get("archived", True)))

    def _person_changes(self) -> None:
        user = words(self._asked, "user")
        space = self._slack.state.workspace_of(user)
        if space is None:
            raise NotHere(404, f"There is no person {user}.")
        person = space.people[user]
        for name in ("name", "handle", "title", "tz", "deleted", "is_admin", "is_guest", "locale"):
            if name in self._asked:
                setattr(person, name, self._asked[name])
        events.person_changed(self._slack, person)

    def _team_join(self) -> None:
        space = self._workspace()
        person = Person(
            id=words(self._asked, "user"),
            team_id=space.id,
            name=words(self._asked, "name"),
            handle=words(self._asked, "handle"),
            roles=list(self._asked.get("roles", [])),
            is_guest=bool(self._asked.get("is_guest")),
        )
        events.person_joined_team(self._slack, person)

    def _usergroup(self) -> None:
        space = self._workspace()
        group = space.usergroups.get(words(self._asked, "usergroup"))
        if group is None:
            raise NotHere(404, "There is no such user group.")
        if "name" in self._asked or self._asked.get("off"):
            name = str(self._asked.get("name", group.name))
            events.group_updated(self._slack, space, group, name=name, is_off=bool(self._asked.get("off")))
        else:
            events.group_changed(self._slack, space, group, list(self._asked.get("members", [])))
