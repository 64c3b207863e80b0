"""The sandbox's routes, and the middleware that protects them."""

from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import lru_cache, partial
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware

from slackapp.core.i18n import voice
from slackapp.sandbox.api.calls import Dispatcher
from slackapp.sandbox.api.methods import HANDLERS
from slackapp.sandbox.core.responses import RequestError, json_response
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.page import routes as pages
from slackapp.sandbox.page.routes import SandboxParts
from slackapp.sandbox.person.api import PersonApi
from slackapp.sandbox.slack.files import FileServer
from slackapp.sandbox.slack.http_requests import SignedHttp
from slackapp.sandbox.slack.oauth_page import AuthorizePage
from slackapp.sandbox.slack.response_urls import ResponseUrls
from slackapp.sandbox.slack.socket_mode import SocketMode

LOCAL = frozenset({"127.0.0.1", "localhost"})
MOST_BYTES = 64_000_000
FOR_PEOPLE = ("/person", "/page/", "/control/")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_WAIT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    "<title>{title}</title><body><h1>{title}</h1><p>{words}</p></body></html>"
)


def build_application(sandbox: SandboxParts) -> web.Application:
    """Build the aiohttp application and set the delivery: HTTP or Socket Mode."""
    slack = sandbox.slack
    application = web.Application(client_max_size=MOST_BYTES, middlewares=[_guard(sandbox)])
    application.on_response_prepare.append(_date_header(slack))
    dispatcher, files = Dispatcher(slack, HANDLERS), FileServer(slack)
    application.add_routes(
        [
            web.post("/api/{method}", dispatcher.answer),
            web.get("/api/{method}", dispatcher.answer),
            web.post("/upload/v1/{file}", files.upload),
            web.get("/files-pri/{team:[^-/]+}-{file}/{name}", files.download),
            web.get("/oauth/v2/authorize", AuthorizePage(slack).authorize),
            *_response_url_routes(slack),
            *PersonApi(slack).routes(),
            *sandbox.control.routes(),
            *_delivery_routes(slack),
            *pages.routes(sandbox),
            web.get("/{extra:.+}", _extra_answer(sandbox)),
        ]
    )
    return application


def _date_header(slack: Simulator) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Set the Date header to the sandbox's clock, which the app compares with its own."""

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = _http_date(int(slack.clock.epoch()))

    return date


# Formatted once a second, not once a call.
_http_date = lru_cache(maxsize=8)(partial(formatdate, usegmt=True))


def _response_url_routes(slack: Simulator) -> list[web.RouteDef]:
    hooks = ResponseUrls(slack)
    return [web.post(f"/{kind}/{{team}}/{{token}}", hooks.answer) for kind in ("commands", "actions", "app")]


def _delivery_routes(slack: Simulator) -> list[web.RouteDef]:
    if slack.settings.deliver_to:
        slack.delivery = SignedHttp(slack, slack.settings.deliver_to)
        return []
    socket_mode = SocketMode(slack)
    slack.delivery = socket_mode
    return [web.get("/link/", socket_mode.connect)]


def _extra_answer(sandbox: SandboxParts) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        # Looked up at each request, because routes can be added while the sandbox runs.
        answer = sandbox.extra.get(request.path)
        if answer is None:
            raise web.HTTPNotFound
        return json_response(answer())

    return handle


def _guard(sandbox: SandboxParts) -> Middleware:
    """Refuse foreign requests, and ask people to wait while the app is being set up.

    A foreign request is made by a browser on this machine for another site (DNS rebinding, forged posts).
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = request.headers
        if not _is_local("//" + headers.get("Host", "")) or not _is_local(
            headers.get("Origin", "http://localhost")
        ):
            return web.Response(status=403, text="The sandbox answers this machine only.")
        if sandbox.preparing and (request.path == "/" or request.path.startswith(FOR_PEOPLE)):
            return _wait()
        try:
            return await handler(request)
        except RequestError as answer:
            return json_response(answer.extra, status=answer.status)
        except (web.RequestPayloadError, HttpProcessingError):
            unread = web.Response(status=400, text="The body could not be read.")
            # The rest of the body cannot be separated from the next request.
            unread.force_close()
            return unread

    return middleware


@lru_cache(maxsize=64)
def _is_local(address: str) -> bool:
    """Whether the address's host is this machine."""
    try:
        return urlsplit(address).hostname in LOCAL
    except ValueError:
        return False


def _wait() -> web.Response:
    """Answer 503 while the app is being set up; a change made meanwhile would be lost."""
    say = voice()
    words = say("The practice workspace is being prepared. This page opens it by itself.")
    page = _WAIT.format(title=say("One moment"), words=words)
    return web.Response(status=503, text=page, content_type="text/html", headers={"Retry-After": "2"})
