"""Pressing and filling exactly one element, by its block and action: a label may stand on a screen twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from slackapp.i18n import marked
from slackapp.sandbox import interactions, posts
from slackapp.sandbox.elements import STATE_KEYS, Control, elements_of, entry, initial_values, options_of
from slackapp.sandbox.escape import escaped
from slackapp.sandbox.filling import OPTIONS, entered
from slackapp.sandbox.screen import takes_several
from slackapp.sandbox.sight import NotHere, Sight, Spot
from slackapp.sandbox.slack import Slack
from slackapp.sandbox.state import Message, Person, View

# Buttons of which the person API knows nothing, since they have no label of their own.
NAMELESS: Final = frozenset({"icon_button", "feedback_buttons"})
EXTERNAL: Final = frozenset({"external_select", "multi_external_select"})
Order = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  # an answer, not a failure
    """What was asked cannot be done; the text is for the person."""


async def act(slack: Slack, person: Person, order: Order) -> None:
    """Do what the page asks: `within` (a message's time, "modal", "home"), `block_id`, `action_id`, `value`.

    A button is pressed, a menu's choice is told, a field is filled and, where it dispatches, told too. Raises
    Refusal when the element is no longer there or does not take the value.
    """
    sight = Sight(slack, slack.state.workspaces[person.team_id], person)
    try:
        spot = _spot(sight, order)
        control, value = spot.control, order.get("value")
        if control.kind == "button":
            await _tell(sight, spot, {"value": value} if control.type == "feedback_buttons" else {})
        elif control.kind == "menu":
            await _tell(sight, spot, {"selected_option": _option(control, str(value))})
        else:
            await _fill(sight, spot, value)
    except NotHere as answer:
        raise Refusal(str(answer)) from None


def reply(slack: Slack, person: Person, order: Order) -> None:
    """Answer in a thread, as a person."""
    sight = Sight(slack, slack.state.workspaces[person.team_id], person)
    try:
        channel, root = sight.message(str(order.get("place")), str(order.get("thread_ts")))
    except NotHere as answer:
        raise Refusal(str(answer)) from None
    if channel.archived or person.id not in channel.members or root.only_for:
        raise Refusal(marked("Nobody can write here."))
    if channel.im_with and slack.manifest.messages_read_only:
        raise Refusal(marked("Sending messages to this app has been turned off."))
    text = escaped(str(order.get("text", "")).strip(), sight.space, person, resolve=True, labels=False)
    thread = root.thread_ts or root.ts
    posts.add(
        slack, channel, Message(ts=slack.state.next_ts(), author=person.id, text=text, thread_ts=thread)
    )


def _spot(sight: Sight, order: Order) -> Spot:
    within, names = str(order.get("within")), (order.get("block_id"), order.get("action_id"))
    for spot in sight.spots(within):
        if (spot.control.block_id, spot.control.action_id) == names:
            return spot
    nameless = _nameless(sight, within, names)
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


def _option(control: Control, value: str) -> dict[str, Any]:
    for option in options_of(control.element):
        if option["value"] == value:
            return option
    raise Refusal(marked("That is no longer on the screen."))


async def _fill(sight: Sight, spot: Spot, value: Any) -> None:  # noqa: ANN401  # JSON in
    control = spot.control
    held = entry(control.element, _held(sight, control, value))
    if spot.view is not None:
        _fill_view(spot.view, control, held)
    elif spot.message is not None:
        kept = initial_values(spot.message.blocks, spot.message.values.get(sight.person.id))
        kept[control.block_id][control.action_id] = held
        spot.message.values[sight.person.id] = kept
    sight.slack.state.touch()
    if control.dispatches:
        await _tell(sight, spot, {STATE_KEYS[control.type]: held[STATE_KEYS[control.type]]})


def _fill_view(view: View, control: Control, held: dict[str, Any]) -> None:
    before = view.values[control.block_id][control.action_id]
    view.values[control.block_id][control.action_id] = held
    # What was wrong with a field stands beside it until the field is changed.
    if before != held:
        view.errors.pop(control.label, None)


def _held(sight: Sight, control: Control, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """The element's new value: options by their values, everything else as the person API takes it."""
    if control.type in OPTIONS | EXTERNAL:
        wanted = value if isinstance(value, list) else [value] if value else []
        picked = [_option(control, str(one)) for one in wanted]
        return picked if takes_several(control) else (picked[0] if picked else None)
    if control.type == "datetimepicker" and value:
        value = datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(sight.person.tz)).isoformat()
    return entered(sight, control, value)


async def _tell(sight: Sight, spot: Spot, said: dict[str, Any]) -> None:
    if spot.view is not None:
        await interactions.act_in_view(sight.slack, sight.person, spot.view, spot.control, said)
    elif spot.channel is not None and spot.message is not None:
        message, user = spot.message, sight.person.id
        message.values[user] = initial_values(message.blocks, message.values.get(user))
        place = (spot.channel, message)
        await interactions.act_in_message(sight.slack, sight.person, place, spot.control, said)
