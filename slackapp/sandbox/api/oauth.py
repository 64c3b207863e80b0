"""Identity and installation: auth.test, auth.revoke, oauth.v2.access, apps.connections.open."""

import base64
import secrets
import time
from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.permissions import granted_scopes
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import OAuthCode, Simulator
from slackapp.sandbox.core.state import Workspace
from slackapp.sandbox.slack.events import app_uninstalled
from slackapp.sandbox.slack.payloads import enterprise_of


def auth_test(call: Call) -> dict[str, Any]:
    """auth.test."""
    space = call.workspace
    return {
        "url": f"{call.slack.url}/",
        "team": space.name,
        "user": space.people[space.bot_user_id].handle,
        "team_id": space.id,
        "user_id": space.bot_user_id,
        "bot_id": space.bot_id,
        **({"enterprise_id": space.enterprise_id} if space.enterprise_id else {}),
        "is_enterprise_install": organisations.is_organisation_install(call.slack, space),
    }


def api_test(call: Call) -> dict[str, Any]:
    """api.test: echoes the arguments, or answers with the given error; needs no token."""
    if error := call.args.get("error"):
        raise Refused(str(error))
    arguments = {name: value for name, value in call.args.items() if name != "token"}
    return {"args": arguments} if arguments else {}


def auth_revoke(call: Call) -> dict[str, Any]:
    """auth.revoke: the app is removed from the workspace."""
    if call.args.get("test"):
        return {"revoked": False}
    app_uninstalled(call.slack, call.workspace)
    return {"revoked": True}


def connections_open(call: Call) -> dict[str, Any]:
    """apps.connections.open: an address for one Socket Mode connection."""
    ticket = secrets.token_hex(16)
    address = call.slack.url.replace("http://", "ws://", 1)
    call.slack.tickets.add(ticket)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.slack.app.app_id}"}


def oauth_access(call: Call) -> dict[str, Any]:
    """oauth.v2.access: a code for the workspace's bot token. Installing again gives a new token."""
    _check_client(call)
    slack = call.slack
    code = _code(call)
    if of_organisation := organisations.workspaces_of(slack, code.team_id):
        return _granted_to_all(call, of_organisation[0], code)
    space = slack.state.workspaces[code.team_id]
    _grant(slack, space, code)
    if space.installed:
        space.old_tokens.append(space.bot_token)
    space.bot_token, space.installed = f"xoxb-sandbox-{secrets.token_hex(12)}", True
    slack.index_tokens()
    slack.state.touch()
    return {
        "app_id": slack.app.app_id,
        "authed_user": {"id": code.user},
        "scope": ",".join(granted_scopes(slack, space)),
        "token_type": "bot",
        "access_token": space.bot_token,
        "bot_user_id": space.bot_user_id,
        "team": {"id": space.id, "name": space.name},
        "enterprise": enterprise_of(space),
        "is_enterprise_install": False,
    }


def _granted_to_all(call: Call, first: Workspace, code: OAuthCode) -> dict[str, Any]:
    token = f"xoxb-sandbox-{secrets.token_hex(12)}"
    for space in organisations.workspaces_of(call.slack, first.enterprise_id):
        _grant(call.slack, space, code)
    organisations.install(call.slack, first.enterprise_id, token)
    return {
        "app_id": call.slack.app.app_id,
        "authed_user": {"id": code.user},
        "scope": ",".join(granted_scopes(call.slack, first)),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": first.bot_user_id,
        "team": None,
        "enterprise": enterprise_of(first),
        "is_enterprise_install": True,
    }


def teams_list(call: Call) -> dict[str, Any]:
    """auth.teams.list: the workspaces that the token is valid for."""
    spaces = [call.workspace]
    if organisations.is_organisation_install(call.slack, call.workspace):
        spaces = [
            space
            for space in organisations.workspaces_of(call.slack, call.workspace.enterprise_id)
            if space.installed
        ]
    teams = [{"id": space.id, "name": space.name} for space in spaces]
    return {"teams": teams, "response_metadata": {"next_cursor": ""}}


def _grant(slack: Simulator, space: Workspace, code: OAuthCode) -> None:
    """Grant the requested scopes, in addition to those of an earlier installation."""
    had = granted_scopes(slack, space) if space.installed else ()
    space.scopes = list(dict.fromkeys((*had, *code.scopes)))


def _check_client(call: Call) -> None:
    client, secret = call.args.get("client_id", ""), call.args.get("client_secret", "")
    if call.basic:
        try:
            client, _, secret = base64.b64decode(call.basic).decode().partition(":")
        except ValueError:
            raise Refused("invalid_client_id") from None
    if client != call.slack.app.client_id:
        raise Refused("invalid_client_id")
    if secret != call.slack.app.client_secret:
        raise Refused("bad_client_secret")


def _code(call: Call) -> OAuthCode:
    code = call.slack.codes.pop(call.args.get("code", ""), None)
    if code is None or time.monotonic() > code.expires:
        raise Refused("invalid_code")
    if call.args.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
        raise Refused("bad_redirect_uri")
    return code
