"""Open modals with a trigger id, which is valid once and for three seconds."""

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.shared.payloads import ButtonPress
from slackapp.blocks import View
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable

_USED = "exchanged_trigger_id"
_LATE = "expired_trigger_id"


def open_modal(client: WebClient, trigger_id: str, view: View) -> None:
    """Open a modal. When Slack repeats a press, the first one has already opened it.

    Raises:
        UserError: Three seconds had passed.
    """
    try:
        client.views_open(trigger_id=trigger_id, view=view)
    except SlackApiError as error:
        reason = error.response.get("error")
        if reason == _LATE:
            raise UserError(
                translatable("That took too long, so Slack did not open the form. Please try again.")
            ) from error
        if reason != _USED:
            raise


def push_or_open(client: WebClient, pressed: ButtonPress, view: View) -> None:
    """Show a modal above the one with the pressed button, else as a new one."""
    if pressed.view_id and not pressed.is_home:
        client.views_push(trigger_id=pressed.caller.trigger_id, view=view)
    else:
        open_modal(client, pressed.caller.trigger_id, view)


def replace_or_open(client: WebClient, pressed: ButtonPress, view: View) -> None:
    """Show a modal in place of the one with the pressed button, else as a new one."""
    if pressed.view_id and not pressed.is_home:
        client.views_update(view_id=pressed.view_id, view=view)
    else:
        open_modal(client, pressed.caller.trigger_id, view)
