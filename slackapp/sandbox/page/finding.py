"""Finding an element by its block and action, in a message, in the modal on top or on the Home tab."""

from collections.abc import Mapping
from typing import Any, Final

from slackapp.i18n import marked
from slackapp.sandbox.elements import Control, elements_of
from slackapp.sandbox.sight import NotHere, Sight, Spot

# Buttons of which the person API knows nothing, since they have no label of their own.
NAMELESS: Final = frozenset({"icon_button", "feedback_buttons"})
Order = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  # an answer, not a failure
    """What was asked cannot be done; the text is for the person."""


def spot_of(sight: Sight, order: Order) -> Spot:
    """The element that the page names. Raises Refusal when it is no longer there."""
    within, names = str(order.get("within")), (order.get("block_id"), order.get("action_id"))
    try:
        found = next((one for one in sight.spots(within) if _names(one.control) == names), None)
        nameless = found or _nameless(sight, within, names)
    except NotHere:
        nameless = None
    if nameless is None:
        raise Refusal(marked("That is no longer on the screen."))
    return nameless


def _nameless(sight: Sight, within: str, names: tuple[Any, Any]) -> Spot | None:
    if within in {"modal", "home"}:
        return None
    channel, message = sight.message(None, within)
    for block in message.blocks:
        for element in elements_of(block):
            if element["type"] in NAMELESS and (block["block_id"], element.get("action_id")) == names:
                control = Control(block, element, "button", (str(element["action_id"]),))
                return Spot(control, channel=channel, message=message)
    return None


def _names(control: Control) -> tuple[str, str]:
    return (control.block_id, control.action_id)
