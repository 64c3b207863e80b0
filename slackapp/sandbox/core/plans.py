"""`/control/plan`: the plan, granted scopes, approval and restrictions of a workspace."""

from typing import TYPE_CHECKING, Any

from slackapp.sandbox.core.json_input import flag, names, words
from slackapp.sandbox.core.permissions import PLANS, RESTRICTIONS, granted_scopes
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.core.state import Workspace

if TYPE_CHECKING:
    from slackapp.sandbox.core.simulator import Simulator


def change(slack: "Simulator", order: dict[str, Any]) -> Workspace:
    """Carry out an order as a whole, or not at all.

    Raises:
        NotFound: There is no such workspace, or a part of the order makes no sense.
    """
    space = _workspace(slack, order)
    changes: dict[str, Any] = {}
    if "plan" in order:
        changes["plan"] = _one_of(words(order, "plan"), PLANS, "plan")
    if "scopes" in order:
        scopes = None if order["scopes"] is None else names(order, "scopes")
        if scopes is not None and (unknown := set(scopes) - slack.contract.bot_scopes):
            raise NotFound(
                400, f"Slack has no bot scope {min(unknown)}.", scopes=sorted(slack.contract.bot_scopes)
            )
        changes["scopes"] = scopes
    if "restrict" in order:
        changes["restrictions"] = [
            _one_of(name, RESTRICTIONS, "restrict") for name in names(order, "restrict")
        ]
    if "approval_pending" in order:
        changes["approval_pending"] = flag(order, "approval_pending")
    for name, value in changes.items():
        setattr(space, name, value)
    return space


def describe(slack: "Simulator", space: Workspace) -> dict[str, Any]:
    """What the workspace lets the app do."""
    return {
        "workspace": space.id,
        "plan": space.plan,
        "scopes": list(granted_scopes(slack, space)),
        "restrict": space.restrictions,
        "approval_pending": space.approval_pending,
    }


def _workspace(slack: "Simulator", order: dict[str, Any]) -> Workspace:
    spaces = slack.state.workspaces
    space = spaces.get(words(order, "workspace", next(iter(spaces), "")))
    if space is None:
        raise NotFound(404, "There is no such workspace.", workspaces=list(spaces))
    return space


def _one_of(value: str, known: tuple[str, ...], name: str) -> str:
    if value not in known:
        raise NotFound(400, f"“{name}” must be one of {', '.join(known)}.")
    return value
