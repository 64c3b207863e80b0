"""The practice page's routes. Fragments are rendered on the server and swapped in the browser."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from aiohttp import web

from slackapp.core import i18n
from slackapp.sandbox.core.clock import ClockListener, SandboxClock
from slackapp.sandbox.core.json_input import read_object
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Person
from slackapp.sandbox.page.element_actions import OfferedOptions, Refusal, act, reply
from slackapp.sandbox.page.fragments import Drawing, Due
from slackapp.sandbox.page.scene import DM, HOME, Reads, Scene
from slackapp.sandbox.page.tour import Tour

STATIC: Final = Path(__file__).parent / "static"
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
BEAT_SECONDS: Final = 15.0
DUE_SECONDS: Final = 5.0
LANGUAGE: Final = "language"
Jumps = Callable[[], list[tuple[str, datetime]]]


class ControlPart(Protocol):
    """The part of the control API that the page and the routes use."""

    def routes(self) -> list[web.RouteDef]:
        """Return its addresses under /control/."""

    async def move(self, request: web.Request) -> dict[str, Any]:
        """Move the clock as the request asks and return what was done."""


class SandboxParts(Protocol):
    """What the page and the routes take from the sandbox that serves them."""

    slack: Simulator
    clock: SandboxClock
    tour: Tour
    jumps: Jumps | None
    follower: ClockListener | None
    extra: dict[str, Callable[[], dict[str, Any]]]
    preparing: bool

    @property
    def control(self) -> ControlPart:
        """The control API."""


def routes(sandbox: SandboxParts) -> list[web.RouteDef]:
    """The page at `/` and what it fetches under `/page/`.

    `sandbox.jumps`, where the composition root has set it, gives the moments that [Move time] offers: a
    callable without arguments that returns labels with aware datetimes.
    """
    page = Page(sandbox)
    return [
        web.get("/", page.index),
        web.get("/page/static/{name}", page.static),
        web.get("/page/{user}/scene", page.scene),
        web.get("/page/{user}/moves", page.moves),
        web.get("/page/{user}/entry/{number:\\d+}", page.entry),
        web.get("/page/{user}/changes", page.changes),
        web.post("/page/{user}/act", page.act),
        web.post("/page/{user}/suggest", page.suggest),
        web.post("/page/{user}/reply", page.reply),
        web.post("/page/{user}/tour", page.tour),
        web.post("/page/{user}/move", page.move),
    ]


class Page:
    """Handlers of the page, for the person whose view is shown."""

    def __init__(self, sandbox: SandboxParts) -> None:
        self._sandbox = sandbox
        self._slack = sandbox.slack
        self._reads = Reads(f"{sandbox.clock.epoch():.6f}")
        self._offered_options = OfferedOptions()
        self._due: tuple[float, float, Due] = (0.0, 0.0, None)

    async def index(self, request: web.Request) -> web.Response:
        """Render the whole page."""
        say = self._voice(request)
        person = self._slack_person(request.query.get("as")) or self._first_person()
        if person is None:
            return web.Response(text=say("There is nobody in this workspace yet."), headers=SECURITY)
        scene = self._scene(person, request)
        drawing = Drawing(scene, say, due=await self._next_due(), tour=self._current_tour())
        spaces = {space for space, _ in scene.everyone}
        html = drawing.fragment(
            "index",
            composer_people=_composer_people(scene),
            commands=_commands(scene),
            languages=i18n.languages(),
            words=_words(say),
            several_workspaces=len(spaces) > 1,
        )
        page = web.Response(text=html, content_type="text/html", headers=SECURITY)
        page.set_cookie(LANGUAGE, say.language, samesite="Strict", httponly=True)
        return page

    async def static(self, request: web.Request) -> web.Response:
        """Serve the page's styles and scripts."""
        name = request.match_info["name"]
        file = STATIC / name
        if name not in {path.name for path in STATIC.iterdir()} or file.suffix not in TYPES:
            raise web.HTTPNotFound
        return web.Response(body=file.read_bytes(), content_type=TYPES[file.suffix], headers=SECURITY)

    async def scene(self, request: web.Request) -> web.Response:
        """Render the fragments that change, with the number of changes."""
        scene = self._scene(self._person(request), request)
        number = self._slack.state.changes.number
        if scene.channel is not None and request.query.get("looking") == "1":
            self._reads.mark_read(scene.person.id, scene.channel)
        drawing = Drawing(scene, self._voice(request), due=await self._next_due(), tour=self._current_tour())
        names = {
            "side": "side",
            "tour": "tour",
            "tour-phone": "tour_line",
            "place": "conversation",
            "thread": "thread",
            "clock": "clock",
            "modal": "modal",
        }
        fragments = {name: drawing.fragment(template) for name, template in names.items()}
        return _json({"number": number, "fragments": {**fragments, "inspector": drawing.inspector()}})

    async def moves(self, request: web.Request) -> web.Response:
        """Render the dialog for moving time."""
        scene = self._scene(self._person(request), request)
        offered: Jumps | None = getattr(self._sandbox, "jumps", None)
        jumps = await asyncio.to_thread(offered) if offered else []
        drawing = Drawing(scene, self._voice(request), due=await self._next_due())
        return _json({"html": drawing.fragment("moves", jumps=sorted(jumps, key=lambda jump: jump[1]))})

    async def entry(self, request: web.Request) -> web.Response:
        """Render one entry of the inspector."""
        scene = self._scene(self._person(request), request)
        return _json({"html": Drawing(scene, self._voice(request)).entry(int(request.match_info["number"]))})

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Stream the number of changes as server-sent events."""
        stream = web.StreamResponse(headers={**SECURITY, "Content-Type": "text/event-stream"})
        await stream.prepare(request)
        number = -1
        try:
            while not self._slack.state.changes.is_ended:
                changed = await self._slack.state.changes.after(number, timeout=BEAT_SECONDS)
                # A heartbeat without a change is a comment; it detects a closed connection.
                line = f"data: {changed}\n\n" if changed != number else ": still here\n\n"
                await stream.write((("retry: 1000\n" if number < 0 else "") + line).encode())
                number = changed
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        return stream

    async def act(self, request: web.Request) -> web.Response:
        """Press or fill one element, named by block id and action id."""
        person, order = self._person(request), await read_object(request)
        try:
            await act(self._slack, person, order, offered_options=self._offered_options)
        except Refusal as refusal:
            return _json({"ok": False, "words": self._voice(request)(str(refusal))}, status=409)
        return _json({"ok": True})

    async def suggest(self, request: web.Request) -> web.Response:
        """Return the app's options for text typed in an external select."""
        person, order = self._person(request), await read_object(request)
        try:
            options = await self._offered_options.load(self._slack, person, order)
        except Refusal as refusal:
            return _json({"ok": False, "words": self._voice(request)(str(refusal))}, status=409)
        return _json(
            {"ok": True, "options": [[option["value"], option["text"]["text"]] for option in options]}
        )

    async def reply(self, request: web.Request) -> web.Response:
        """Post a reply in a thread."""
        person, order = self._person(request), await read_object(request)
        try:
            reply(self._slack, person, order)
        except Refusal as refusal:
            return _json({"ok": False, "words": self._voice(request)(str(refusal))}, status=409)
        return _json({"ok": True})

    async def tour(self, request: web.Request) -> web.Response:
        """Handle the buttons of the tour's card."""
        order = await read_object(request)
        try:
            self._sandbox.tour.apply(str(order.get("do")))
        except ValueError:
            raise web.HTTPBadRequest(text="No such order.") from None
        return _json({"ok": True})

    async def move(self, request: web.Request) -> web.Response:
        """Move time as /control/clock does; labels are in the page's language."""
        say = self._voice(request)
        try:
            moved = await self._sandbox.control.move(request)
        except RequestError as answer:
            return _json({"ok": False, "words": say(str(answer))}, status=answer.status)
        done = [(step["at"], step["label"]) for step in moved["done"]]
        return _json({"done": [{"at": at, "label": say(label)} for at, label in done]})

    def _voice(self, request: web.Request) -> i18n.Voice:
        """Return the browser's language: from the address, else from the cookie."""
        language = request.query.get(LANGUAGE) or request.cookies.get(LANGUAGE, "")
        return i18n.voice(language if language in i18n.languages() else i18n.DEFAULT_LANGUAGE)

    def _current_tour(self) -> Tour | None:
        tour = self._sandbox.tour
        if not tour.steps:
            return None
        tour.update()
        return tour

    def _person(self, request: web.Request) -> Person:
        person = self._slack_person(request.match_info["user"])
        if person is None:
            raise web.HTTPNotFound(text="Nobody by that id.")
        return person

    def _slack_person(self, user: str | None) -> Person | None:
        space = self._slack.state.workspace_of(user) if user else None
        person = space.people.get(str(user)) if space else None
        return None if person is None or person.is_bot or person.deleted else person

    def _first_person(self) -> Person | None:
        if first := next(iter(self._sandbox.tour.steps), None):
            return self._slack_person(first.person)
        people = (
            person for space in self._slack.state.workspaces.values() for person in space.people.values()
        )
        return next(
            (person for person in people if not person.is_bot and not person.deleted and not person.stranger),
            None,
        )

    def _scene(self, person: Person, request: web.Request) -> Scene:
        scene = Scene(
            self._slack,
            self._reads,
            person,
            request.query.get("place") or self._first_place(person),
            request.query.get("thread") or None,
            self._voice(request).language,
        )
        if scene.place not in {DM, HOME} and scene.channel is None:
            return Scene(self._slack, self._reads, person, DM)
        return scene

    async def _next_due(self) -> Due:
        """Return what is due next; cached for a few seconds unless the clock was moved."""
        follower = self._sandbox.follower
        if follower is None:
            return None
        checked_at, offset, known = self._due
        if time.monotonic() - checked_at > DUE_SECONDS or offset != self._slack.clock.offset:
            known = await asyncio.to_thread(follower.next_due, self._slack.clock.now())
            self._due = (time.monotonic(), self._slack.clock.offset, known)
        return known

    def _first_place(self, person: Person) -> str:
        """Return the place to show if none is requested."""
        first = next(iter(self._sandbox.tour.steps), None)
        if first is not None and first.person == person.id:
            return first.place
        channels = self._slack.state.workspaces[person.team_id].channels.values()
        return next(
            (channel.id for channel in channels if person.id in channel.members and not channel.is_direct), DM
        )


def _words(say: i18n.Voice) -> dict[str, str]:
    """Return the sentences for the script."""
    return {
        "sending": say("Sending..."),
        "working": say("One moment..."),
        "moving": say("Moving time..."),
        "nothing": say("Nothing became due."),
        "done": say("What was done:"),
        "colleague": say("You now see what {name} sees."),
        "failed": say("That did not work. Please try again."),
        "choose": say("Choose one"),
        "remove": say("Remove {name}"),
        "write": say("Message, or / for a command"),
        "onlyCommands": say("Type / for a command"),
    }


def _composer_people(scene: Scene) -> list[dict[str, str]]:
    return [
        {"id": person.id, "name": person.name, "handle": person.handle, "title": person.title}
        for person in scene.workspace.people.values()
        if not person.deleted
    ]


def _commands(scene: Scene) -> list[dict[str, str]]:
    return [
        {"name": command.name, "description": command.description, "hint": command.usage_hint}
        for command in scene.slack.manifest.commands.values()
    ]


def _json(body: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, content_type="application/json", headers=SECURITY
    )
