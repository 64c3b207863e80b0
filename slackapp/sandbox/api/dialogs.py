"""dialog.open: the form of old; Slack still shows it."""

import time
from typing import Any

from slackapp.sandbox.api.calls import Call
from slackapp.sandbox.core.responses import Refused
from slackapp.sandbox.slack import dialogs, views


def open_dialog(call: Call) -> dict[str, Any]:
    """dialog.open."""
    trigger = call.slack.triggers.get(call.args["trigger_id"])
    if trigger is None or trigger.team_id != call.workspace.id:
        raise Refused("invalid_trigger")
    if trigger.used:
        raise Refused("trigger_exchanged")
    if time.monotonic() > trigger.expires:
        raise Refused("trigger_expired")
    dialog = call.args["dialog"]
    if wrong := dialogs.problems(dialog):
        raise Refused("validation_errors", *wrong)
    trigger.used = True
    person = call.workspace.people[trigger.user]
    views.open_root(call.slack, dialogs.dialog_view(call.slack, call.workspace, person, dialog))
    return {}
