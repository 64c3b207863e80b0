"""The WSGI application: the guard, Bolt, and the pages for health and installation."""

from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackapp.app import Appreciate
from slackapp.http import oauth
from slackapp.http.guard import EVENTS, Guard
from slackapp.http.settings import HttpSettings


def application(app: Appreciate, http: HttpSettings) -> Guard:
    """Build the application: Slack's requests, the probes, and installation where it is set up."""
    pages = app.questions().probes()
    if (locker := http.locker) is not None:
        install = oauth.Installing(http, app.sessions, locker, app.now)
        pages |= {oauth.START: install.start, oauth.RETURN: install.come_back}
    slack = SlackRequestHandler(app.bolt, path=EVENTS)
    return Guard(slack, pages, secret=http.settings.signing_secret)
