"""The page on which a person would allow an app into a workspace, without the page: it allows at once."""

import secrets
import time
from urllib.parse import urlencode

from aiohttp import web

from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.responses import json_response
from slackapp.sandbox.core.simulator import OAuthCode, Simulator

CODE_SECONDS = 600.0


class Installing:
    """Answers /oauth/v2/authorize."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Back to redirect_uri with a code and the state. `team` and `user` choose who installs where.

        `deny` is somebody who presses Cancel.
        """
        asked = request.query
        spaces = self._slack.state.workspaces
        wanted = asked.get("team") or next(iter(spaces), "")
        # An organisation's id stands for all of its workspaces.
        inside = organisations.workspaces_of(self._slack, wanted)
        space = inside[0] if inside else spaces.get(wanted)
        if asked.get("client_id") != self._slack.app.client_id or space is None:
            return json_response({"ok": False, "error": "invalid_client_id"}, status=400)
        known = self._slack.manifest.redirect_urls
        redirect = asked.get("redirect_uri") or (known[0] if known else "")
        if not any(redirect.startswith(one) for one in known):
            return json_response({"ok": False, "error": "bad_redirect_uri"}, status=400)
        installer = asked.get("user") or next(one.id for one in space.people.values() if not one.is_bot)
        if asked.get("deny"):
            back = urlencode({"error": "access_denied", "state": asked.get("state", "")})
            raise web.HTTPFound(f"{redirect}{'&' if '?' in redirect else '?'}{back}")
        code = secrets.token_hex(16)
        given = asked.get("redirect_uri")
        self._slack.codes[code] = OAuthCode(wanted, installer, given, time.monotonic() + CODE_SECONDS)
        back = urlencode({"code": code, "state": asked.get("state", "")})
        raise web.HTTPFound(f"{redirect}{'&' if '?' in redirect else '?'}{back}")
