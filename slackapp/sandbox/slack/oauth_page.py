"""The OAuth authorize page, which approves at once."""

import secrets
import time
from urllib.parse import urlencode

from aiohttp import web

from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.responses import Refused, json_response
from slackapp.sandbox.core.simulator import OAuthCode, Simulator
from slackapp.sandbox.core.state import Person, Workspace

CODE_SECONDS = 600.0


class AuthorizePage:
    """Answers /oauth/v2/authorize."""

    def __init__(self, slack: Simulator) -> None:
        self._slack = slack

    async def authorize(self, request: web.Request) -> web.StreamResponse:
        """Redirect to redirect_uri with a code and the state. `team` and `user` choose the installer.

        `scope`: the requested scopes, by default the manifest's. `deny`: the person cancels. If the app
        awaits approval, only an admin can install it.
        """
        query = request.query
        try:
            target, space = self._target(query.get("client_id", ""), query.get("team", ""))
            redirect = self._redirect(query.get("redirect_uri", ""))
            scopes = self._scopes(query.get("scope", ""))
            installer = _installer(space, query.get("user", ""))
        except Refused as refused:
            return json_response(refused.answer(), status=400)
        if space.approval_pending and not installer.is_admin:
            return web.Response(text=f"An admin of {space.name} must approve this app first.")
        outcome = {"error": "access_denied"}
        if not query.get("deny"):
            code = secrets.token_hex(16)
            expires = time.monotonic() + CODE_SECONDS
            given = query.get("redirect_uri")
            self._slack.codes[code] = OAuthCode(target, installer.id, given, expires, scopes)
            outcome = {"code": code}
        back = urlencode(outcome | {"state": query.get("state", "")})
        raise web.HTTPFound(f"{redirect}{'&' if '?' in redirect else '?'}{back}")

    def _target(self, client_id: str, team: str) -> tuple[str, Workspace]:
        """Return the id of the workspace or organisation to install in, and a workspace of it."""
        spaces = self._slack.state.workspaces
        target = team or next(iter(spaces), "")
        # An organisation's id stands for all of its workspaces.
        inside = organisations.workspaces_of(self._slack, target)
        space = inside[0] if inside else spaces.get(target)
        if client_id != self._slack.app.client_id or space is None:
            raise Refused("invalid_client_id")
        return target, space

    def _redirect(self, address: str) -> str:
        known = self._slack.manifest.redirect_urls
        redirect = address or (known[0] if known else "")
        if not any(redirect.startswith(prefix) for prefix in known):
            raise Refused("bad_redirect_uri")
        return redirect

    def _scopes(self, listed: str) -> tuple[str, ...]:
        scopes = tuple(scope.strip() for scope in listed.split(",") if scope.strip())
        if not self._slack.contract.bot_scopes.issuperset(scopes):
            raise Refused("invalid_scope")
        return scopes or self._slack.manifest.scopes


def _installer(space: Workspace, user: str) -> Person:
    people = (person for person in space.people.values() if not person.is_bot)
    installer = space.people.get(user) or next(people, None)
    if installer is None:
        raise Refused("user_not_found")
    return installer
