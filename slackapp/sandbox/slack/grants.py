"""Grants of an organisation's install: workspaces granted, revoked, or all of them."""

from typing import Any

from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace
from slackapp.sandbox.slack import payloads
from slackapp.sandbox.slack.events import is_subscribed


def grant(slack: Simulator, space: Workspace) -> None:
    """Grant the organisation's app access to another workspace."""
    space.bot_token, space.installed = slack.organisations[space.enterprise_id], True
    _send_event(slack, space, {"type": "team_access_granted", "team_ids": [space.id]})


def revoke(slack: Simulator, space: Workspace) -> None:
    """Revoke the app's access to this workspace."""
    _remove(slack, space)
    _send_event(slack, space, {"type": "team_access_revoked", "team_ids": [space.id]})


def revoke_all(slack: Simulator, enterprise_id: str) -> None:
    """Uninstall the app from the organisation."""
    spaces = organisations.workspaces_of(slack, enterprise_id)
    for space in spaces:
        _remove(slack, space)
    slack.organisations.pop(enterprise_id, None)
    _send_event(slack, spaces[0], {"type": "app_uninstalled"})


def _remove(slack: Simulator, space: Workspace) -> None:
    space.bot_token, space.installed = f"xoxb-not-granted-{space.id}", False
    for user in space.people:
        slack.state.modals.pop(user, None)
        slack.state.homes.pop(user, None)


def _send_event(slack: Simulator, space: Workspace, event: dict[str, Any]) -> None:
    """Send an event of the organisation, which has no workspace fields."""
    slack.index_tokens()
    slack.state.touch()
    event = event | {"event_ts": slack.state.next_ts()}
    callback = payloads.event_callback(slack, space, event)
    payload = {name: value for name, value in callback.items() if name not in {"team_id", "authorizations"}}
    if is_subscribed(slack, event["type"], space):
        slack.start_task(slack.send("event_callback", payload))
