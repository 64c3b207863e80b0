"""Finding an element by its block and action, in a message, in the modal on top or on the Home tab."""

from collections.abc import Mapping
from typing import Any

from slackapp.i18n import translatable
from slackapp.sandbox.elements import Control
from slackapp.sandbox.sight import ElementFinder, Location, NotFound

Order = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  # an answer, not a failure
    """What was asked cannot be done; the text is for the person."""


def spot_of(sight: ElementFinder, order: Order) -> Location:
    """The element that the page names. Raises Refusal when it is no longer there."""
    within, names = str(order.get("within")), (order.get("block_id"), order.get("action_id"))
    try:
        found = next((one for one in sight.spots(within) if _names(one.control) == names), None)
    except NotFound:
        found = None
    if found is None:
        raise Refusal(translatable("That is no longer on the screen."))
    return found


def _names(control: Control) -> tuple[str, str]:
    return (control.block_id, control.action_id)
