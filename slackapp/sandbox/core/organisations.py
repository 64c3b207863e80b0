"""An app installed into a whole organisation (Enterprise Grid): one token for several workspaces.

Slack then leaves the workspace out of some payloads, and wants `team_id` with some calls.
"""

from typing import TYPE_CHECKING, Any

from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.state import Workspace

if TYPE_CHECKING:
    from slackapp.sandbox.core.simulator import Simulator

WANT_TEAM = frozenset({"users.list", "usergroups.list", "usergroups.users.list", "conversations.list"})
"""Methods that refuse an organisation's token without `team_id`."""

_WITHOUT_TEAM = frozenset({"shortcut", "view_submission", "view_closed"})
_PLACES = ("channel", "user", "user_id", "usergroup")


def workspaces_of(slack: "Simulator", enterprise_id: str) -> list[Workspace]:
    """The organisation's workspaces; none where there is no such organisation."""
    spaces = slack.state.workspaces.values()
    return [space for space in spaces if enterprise_id and space.enterprise_id == enterprise_id]


def install(slack: "Simulator", enterprise_id: str, token: str) -> list[Workspace]:
    """Give the app one token for all of them."""
    spaces = workspaces_of(slack, enterprise_id)
    for space in spaces:
        space.bot_token, space.installed = token, True
    slack.organisations[enterprise_id] = token
    slack.index_tokens()
    slack.state.touch()
    return spaces


def is_wide(slack: "Simulator", space: Workspace) -> bool:
    """Whether the app is in this workspace through its organisation."""
    return space.installed and slack.organisations.get(space.enterprise_id) == space.bot_token


def resolve_workspace(slack: "Simulator", known: Workspace, method: str, sent: dict[str, Any]) -> Workspace:
    """The workspace that a call with an organisation's token is about."""
    if not is_wide(slack, known):
        return known
    spaces = [space for space in workspaces_of(slack, known.enterprise_id) if space.installed]
    if team_id := sent.get("team_id"):
        space = next((space for space in spaces if space.id == team_id), None)
        if space is None and team_id != known.enterprise_id:
            raise Refused("team_not_found")
        if space is not None:
            return space
    if method in WANT_TEAM:
        raise Refused("missing_argument", "[ERROR] missing required field: team_id")
    return next((space for space in spaces if _is_about(slack, space, sent)), known)


def add_enterprise_fields(slack: "Simulator", kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload as an app that is installed into the organisation gets it."""
    user = payload.get("user")
    place = payload.get("team_id") or (user.get("team_id") if isinstance(user, dict) else "")
    space = slack.state.workspaces.get(place or "")
    if space is None or not is_wide(slack, space):
        return payload
    if kind == "slash_command":
        return payload | {"is_enterprise_install": "true"}
    if kind == "event_callback":
        wide = {"team_id": None, "is_enterprise_install": True}
        authorizations = [authorization | wide for authorization in payload["authorizations"]]
        return payload | {"authorizations": authorizations}
    dressed = payload | {"is_enterprise_install": True}
    if kind in _WITHOUT_TEAM:
        dressed["team"] = None
    if "view" in dressed:
        dressed["view"] = dressed["view"] | {"app_installed_team_id": space.enterprise_id}
    return dressed


def _is_about(slack: "Simulator", space: Workspace, sent: dict[str, Any]) -> bool:
    trigger = slack.triggers.get(str(sent.get("trigger_id", "")))
    view = slack.state.view(str(sent["view_id"])) if sent.get("view_id") else None
    if trigger is not None or view is not None:
        return space.id in {origin.team_id for origin in (trigger, view) if origin is not None}
    return any(
        sent.get(name) in ids for name in _PLACES for ids in (space.channels, space.people, space.usergroups)
    )
