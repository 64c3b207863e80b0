"""The fields of a payload that differ where the app is installed in a whole organisation."""

from typing import Any

from slackapp.sandbox.core.state import Workspace

_WITHOUT_TEAM = frozenset({"shortcut", "view_submission", "view_closed"})


def has_organisation_token(space: Workspace, organisations: dict[str, str]) -> bool:
    """Whether the app uses its organisation's token in this workspace."""
    return space.installed and organisations.get(space.enterprise_id) == space.bot_token


def add_enterprise_fields(
    workspaces: dict[str, Workspace], organisations: dict[str, str], kind: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """Return the payload as an app that is installed in the organisation receives it.

    `organisations`: organisation id -> the app's token there. `kind` is the journal's name for the payload.
    """
    user = payload.get("user")
    team_id = payload.get("team_id") or (user.get("team_id") if isinstance(user, dict) else "")
    space = workspaces.get(team_id or "")
    if space is None or not has_organisation_token(space, organisations):
        return payload
    if kind == "slash_command":
        return payload | {"is_enterprise_install": "true"}
    if kind == "event_callback":
        wide = {"team_id": None, "is_enterprise_install": True}
        authorizations = [authorization | wide for authorization in payload["authorizations"]]
        return payload | {"authorizations": authorizations}
    changed = payload | {"is_enterprise_install": True}
    if kind in _WITHOUT_TEAM:
        changed["team"] = None
    if "view" in changed:
        changed["view"] = changed["view"] | {"app_installed_team_id": space.enterprise_id}
    return changed
