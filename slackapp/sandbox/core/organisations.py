"""An app installed in a whole organisation (Enterprise Grid): one token for several workspaces.

Some methods then require `team_id`. What changes in payloads: enterprise_payloads.py.
"""

from typing import Any

from slackapp.sandbox.core.enterprise_payloads import has_organisation_token
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace

NEED_TEAM_ID = frozenset({"users.list", "usergroups.list", "usergroups.users.list", "conversations.list"})
"""Methods that refuse an organisation's token without `team_id`."""

_PLACES = ("channel", "user", "user_id", "usergroup")


def workspaces_of(slack: Simulator, enterprise_id: str) -> list[Workspace]:
    """Return the organisation's workspaces; empty if it does not exist."""
    spaces = slack.state.workspaces.values()
    return [space for space in spaces if enterprise_id and space.enterprise_id == enterprise_id]


def install(slack: Simulator, enterprise_id: str, token: str) -> list[Workspace]:
    """Install the app in all of the organisation's workspaces with one token."""
    spaces = workspaces_of(slack, enterprise_id)
    for space in spaces:
        space.bot_token, space.installed = token, True
    slack.organisations[enterprise_id] = token
    slack.index_tokens()
    slack.state.touch()
    return spaces


def is_organisation_install(slack: Simulator, space: Workspace) -> bool:
    """Whether the app is installed in this workspace through its organisation."""
    return has_organisation_token(space, slack.organisations)


def resolve_workspace(slack: Simulator, known: Workspace, method: str, sent: dict[str, Any]) -> Workspace:
    """Return the workspace that a call with an organisation's token concerns."""
    if not is_organisation_install(slack, known):
        return known
    spaces = [space for space in workspaces_of(slack, known.enterprise_id) if space.installed]
    if team_id := sent.get("team_id"):
        space = next((space for space in spaces if space.id == team_id), None)
        if space is None and team_id != known.enterprise_id:
            raise Refused("team_not_found")
        if space is not None:
            return space
    if method in NEED_TEAM_ID:
        raise Refused("missing_argument", "[ERROR] missing required field: team_id")
    return next((space for space in spaces if _is_about(slack, space, sent)), known)


def _is_about(slack: Simulator, space: Workspace, sent: dict[str, Any]) -> bool:
    trigger = slack.triggers.get(str(sent.get("trigger_id", "")))
    view = slack.state.view(str(sent["view_id"])) if sent.get("view_id") else None
    if trigger is not None or view is not None:
        return space.id in {origin.team_id for origin in (trigger, view) if origin is not None}
    return any(
        sent.get(name) in ids for name in _PLACES for ids in (space.channels, space.people, space.usergroups)
    )
