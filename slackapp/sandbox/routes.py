"""All addresses of the sandbox, and who may call them."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from slackapp.sandbox.api.calls import Dispatcher, json_response
from slackapp.sandbox.api.methods import HANDLERS
from slackapp.sandbox.control import Control
from slackapp.sandbox.files import FileServer
from slackapp.sandbox.hooks import Hooks
from slackapp.sandbox.http_delivery import SignedHttp
from slackapp.sandbox.installing import Installing
from slackapp.sandbox.person import PersonApi
from slackapp.sandbox.slack import Slack
from slackapp.sandbox.socket_mode import SocketMode

if TYPE_CHECKING:
    from slackapp.sandbox.server import Sandbox

LOCAL = frozenset({"127.0.0.1", "localhost"})
MOST_BYTES = 64_000_000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_application(sandbox: "Sandbox") -> web.Application:
    """The aiohttp application; chooses the way to the app on the way."""
    slack = sandbox.slack
    application = web.Application(client_max_size=MOST_BYTES, middlewares=[_local_only])
    dispatcher, files = Dispatcher(slack, HANDLERS), FileServer(slack)
    application.add_routes(
        [
            web.post("/api/{method}", dispatcher.answer),
            web.get("/api/{method}", dispatcher.answer),
            web.post("/upload/v1/{file}", files.upload),
            web.get("/files-pri/{team:[^-/]+}-{file}/{name}", files.download),
            web.get("/oauth/v2/authorize", Installing(slack).authorize),
            *_hooks(slack),
            *PersonApi(slack).routes(),
            *Control(slack, sandbox).routes(),
            *(web.get(path, _extra(answer)) for path, answer in sandbox.extra.items()),
            *_delivery(slack),
            *_pages(sandbox),
        ]
    )
    return application


def _hooks(slack: Slack) -> list[web.RouteDef]:
    hooks = Hooks(slack)
    return [web.post(f"/{kind}/{{team}}/{{token}}", hooks.answer) for kind in ("commands", "actions", "app")]


def _delivery(slack: Slack) -> list[web.RouteDef]:
    if slack.settings.deliver_to:
        slack.delivery = SignedHttp(slack, slack.settings.deliver_to)
        return []
    socket_mode = SocketMode(slack)
    slack.delivery = socket_mode
    return [web.get("/link/", socket_mode.connect)]


def _extra(answer: Callable[[], dict[str, Any]]) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return json_response(answer())

    return handle


def _pages(sandbox: "Sandbox") -> list[web.AbstractRouteDef]:
    # The page draws what the server knows and imports it; at the top, each would wait for the other.
    from slackapp.sandbox import pages  # noqa: PLC0415

    found: list[web.AbstractRouteDef] = [*pages.routes(sandbox)]
    return found


@web.middleware
async def _local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a page from elsewhere has a browser on this machine send (DNS rebinding, forged posts)."""
    host = urlsplit("//" + request.headers.get("Host", "")).hostname
    origin = request.headers.get("Origin")
    if host not in LOCAL or (origin is not None and urlsplit(origin).hostname not in LOCAL):
        return web.Response(status=403, text="The sandbox answers this machine only.")
    return await handler(request)
