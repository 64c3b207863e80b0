"""Permissions of the app in a workspace: plan, granted scopes and admin restrictions."""

from slackapp.sandbox.core.contract import Method
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Channel, Workspace

PLANS = ("free", "paid", "grid")
RESTRICTIONS = ("general", "dm", "channels")
"""What admins can restrict: posts in #general, direct messages from apps, creating channels."""
CHANNEL_MAKERS = frozenset({"conversations.create"})


def granted_scopes(slack: Simulator, space: Workspace) -> tuple[str, ...]:
    """Return the token's scopes: the manifest's unless others were granted."""
    return slack.manifest.scopes if space.scopes is None else tuple(space.scopes)


def has_scope(slack: Simulator, space: Workspace, *scopes: str) -> bool:
    """Whether one of these scopes is granted."""
    return not set(scopes).isdisjoint(granted_scopes(slack, space))


def require_scope(slack: Simulator, space: Workspace, *scopes: str) -> None:
    """Refuse a call that needs one of these scopes where none is granted."""
    if not has_scope(slack, space, *scopes):
        provided = ",".join(granted_scopes(slack, space))
        raise Refused("missing_scope", needed=",".join(sorted(scopes)), provided=provided)


def check_plan(space: Workspace, method: Method) -> None:
    """Refuse what the workspace's plan does not include, where the method documents such an answer."""
    if space.plan == "free" and "plan_upgrade_required" in method.errors:
        raise Refused("plan_upgrade_required")
    if "channels" in space.restrictions and method.name in CHANNEL_MAKERS:
        raise Refused("restricted_action")


def check_posting(space: Workspace, channel: Channel) -> None:
    """Refuse a message where the workspace's admins let no app post."""
    if channel.im_with is not None and "dm" in space.restrictions:
        raise Refused("app_access_restricted")
    if channel.name == "general" and "general" in space.restrictions:
        raise Refused("restricted_action")
