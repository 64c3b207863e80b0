"""`/control/plan`: the plan, granted scopes, approval and restrictions of a workspace."""

from typing import Any

from slackapp.sandbox.core.json_input import get_boolean, get_string, get_strings
from slackapp.sandbox.core.permissions import PLANS, RESTRICTIONS, granted_scopes
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace


def change(slack: Simulator, order: dict[str, Any]) -> Workspace:
    """Apply a change to a workspace's plan completely or not at all.

    Raises:
        RequestError: The workspace does not exist, or the request is invalid.
    """
    space = _workspace(slack, order)
    changes: dict[str, Any] = {}
    if "plan" in order:
        changes["plan"] = _one_of(get_string(order, "plan"), PLANS, "plan")
    if "scopes" in order:
        scopes = None if order["scopes"] is None else get_strings(order, "scopes")
        if scopes is not None and (unknown := set(scopes) - slack.contract.bot_scopes):
            raise RequestError(
                400, f"Slack has no bot scope {min(unknown)}.", scopes=sorted(slack.contract.bot_scopes)
            )
        changes["scopes"] = scopes
    if "restrict" in order:
        changes["restrictions"] = [
            _one_of(name, RESTRICTIONS, "restrict") for name in get_strings(order, "restrict")
        ]
    if "approval_pending" in order:
        changes["approval_pending"] = get_boolean(order, "approval_pending")
    for name, value in changes.items():
        setattr(space, name, value)
    return space


def describe(slack: Simulator, space: Workspace) -> dict[str, Any]:
    """Return the workspace's plan, scopes and restrictions as JSON."""
    return {
        "workspace": space.id,
        "plan": space.plan,
        "scopes": list(granted_scopes(slack, space)),
        "restrict": space.restrictions,
        "approval_pending": space.approval_pending,
    }


def _workspace(slack: Simulator, order: dict[str, Any]) -> Workspace:
    spaces = slack.state.workspaces
    space = spaces.get(get_string(order, "workspace", next(iter(spaces), "")))
    if space is None:
        raise RequestError(404, "There is no such workspace.", workspaces=list(spaces))
    return space


def _one_of(value: str, known: tuple[str, ...], name: str) -> str:
    if value not in known:
        raise RequestError(400, f"“{name}” must be one of {', '.join(known)}.")
    return value
