"""What happens to an app in an organisation: a workspace is taken out of it or put in, or all of it ends."""

from typing import Any

from slackapp.sandbox.core import organisations
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Workspace
from slackapp.sandbox.slack import payloads
from slackapp.sandbox.slack.events import is_subscribed


def grant(slack: Simulator, space: Workspace) -> None:
    """The organisation's app may be used in one more of its workspaces."""
    space.bot_token, space.installed = slack.organisations[space.enterprise_id], True
    _tell(slack, space, {"type": "team_access_granted", "team_ids": [space.id]})


def revoke(slack: Simulator, space: Workspace) -> None:
    """It may not be used in this workspace any more."""
    _take_out(slack, space)
    _tell(slack, space, {"type": "team_access_revoked", "team_ids": [space.id]})


def end(slack: Simulator, enterprise_id: str) -> None:
    """The organisation takes the app away."""
    spaces = organisations.workspaces_of(slack, enterprise_id)
    for space in spaces:
        _take_out(slack, space)
    slack.organisations.pop(enterprise_id, None)
    _tell(slack, spaces[0], {"type": "app_uninstalled"})


def _take_out(slack: Simulator, space: Workspace) -> None:
    space.bot_token, space.installed = f"xoxb-not-granted-{space.id}", False
    for user in space.people:
        slack.state.modals.pop(user, None)
        slack.state.homes.pop(user, None)


def _tell(slack: Simulator, space: Workspace, event: dict[str, Any]) -> None:
    """Such an event tells of the organisation, not of a workspace."""
    slack.index_tokens()
    slack.state.touch()
    event = event | {"event_ts": slack.state.next_ts()}
    complete = payloads.event_callback(slack, space, event)
    payload = {name: value for name, value in complete.items() if name not in {"team_id", "authorizations"}}
    if is_subscribed(slack, event["type"], space):
        slack.spawn(slack.send("event_callback", payload))
