"""The WSGI application: the guard, Bolt, and the pages for health and installation."""

from collections.abc import Callable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackapp import health
from slackapp.app import Appreciate
from slackapp.http import oauth
from slackapp.http.guard import EVENTS, Guard
from slackapp.http.settings import HttpSettings


def application(app: Appreciate, http: HttpSettings) -> Guard:
    """Build the application: Slack's requests, the health page, and installation where it is set up."""
    pages: dict[str, WSGIApplication] = {"/healthz": _health_page(app.health)}
    if (locker := http.locker) is not None:
        install = oauth.Installing(http, app.sessions, locker, app.now)
        pages |= {oauth.START: install.start, oauth.RETURN: install.come_back}
    slack = SlackRequestHandler(app.bolt, path=EVENTS)
    return Guard(slack, pages, secret=http.settings.signing_secret)


def _health_page(ask: Callable[[], health.Report]) -> WSGIApplication:
    def page(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        report = ask()
        status = "200 OK" if report["ok"] else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps(report)]

    return page
