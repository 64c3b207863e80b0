"""Pressing and filling exactly one element, by its block and action: a label may stand on a screen twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackapp.core.i18n import translatable
from slackapp.sandbox.blocks.controls import STATE_KEYS, Control, entry, initial_values, options_of
from slackapp.sandbox.core.escaping import escaped
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Message, Person, View
from slackapp.sandbox.person.external_options import EXTERNAL, Option, suggested
from slackapp.sandbox.person.form_filling import OPTIONS, to_element_value
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.slack import interactions, message_events

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


class Suggestions:
    """What the app has offered to whom, so that a choice by its value can be told from an invention."""

    def __init__(self) -> None:
        self._offered: dict[tuple[str, str, str], dict[str, Option]] = {}

    def known(self, person: Person, spot: Location, value: str) -> Option | None:
        """The option of this value that the app has offered here."""
        return self._offered.get(_key(person, spot), {}).get(value)

    async def ask(self, slack: Simulator, person: Person, order: Order) -> list[Option]:
        """The app's options for what was typed. Raises Refusal when it gives none that Slack would take."""
        sight = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
        spot = spot_of(sight, order)
        try:
            options = await suggested(sight, spot, str(order.get("value", "")))
        except NotFound:
            raise Refusal(translatable("Nothing could be found just now.")) from None
        self._offered.setdefault(_key(person, spot), {}).update({one["value"]: one for one in options})
        return options


async def act(slack: Simulator, person: Person, order: Order, *, suggestions: Suggestions) -> None:
    """Do what the page asks: `within` (a message's time, "modal", "home"), `block_id`, `action_id`, `value`.

    A button is pressed, a menu's choice is told, a field is filled and, where it dispatches, told too. Raises
    Refusal when the element is no longer there or does not take the value.
    """
    sight = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
    spot = spot_of(sight, order)
    control, value = spot.control, order.get("value")
    try:
        if control.kind == "button":
            await _tell(sight, spot, {"value": value} if control.type == "feedback_buttons" else {})
        elif control.kind == "menu":
            await _tell(sight, spot, {"selected_option": _option(control, str(value))})
        else:
            await _fill(sight, spot, _held(sight, spot, value, suggestions))
    except NotFound as answer:
        raise Refusal(str(answer)) from None


def reply(slack: Simulator, person: Person, order: Order) -> None:
    """Answer in a thread, as a person."""
    sight = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
    try:
        channel, root = sight.message(str(order.get("place")), str(order.get("thread_ts")))
    except NotFound as answer:
        raise Refusal(str(answer)) from None
    if channel.archived or person.id not in channel.members or root.only_for:
        raise Refusal(translatable("Nobody can write here."))
    if channel.im_with and slack.manifest.messages_read_only:
        raise Refusal(translatable("Sending messages to this app has been turned off."))
    text = escaped(str(order.get("text", "")).strip(), sight.space, person, resolve=True, labels=False)
    thread = root.thread_ts or root.ts
    message = Message(ts=slack.state.next_ts(), author=person.id, text=text, thread_ts=thread)
    message_events.post(slack, channel, message)


def _option(control: Control, value: str) -> dict[str, Any]:
    for option in options_of(control.element):
        if option["value"] == value:
            return option
    raise Refusal(translatable("That is no longer on the screen."))


async def _fill(sight: ElementFinder, spot: Location, value: Any) -> None:  # noqa: ANN401  # the new state, any JSON
    control = spot.control
    held = entry(control.element, value)
    if spot.view is not None:
        _fill_view(spot.view, control, held)
    elif spot.message is not None:
        kept = initial_values(spot.message.shown, spot.message.values.get(sight.person.id))
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
        view.errors.pop(control.spot, None)


def _held(sight: ElementFinder, spot: Location, value: Any, suggestions: Suggestions) -> Any:  # noqa: ANN401  # JSON
    """The element's new value: options by their values, everything else as the person API takes it."""
    control = spot.control
    if control.type in OPTIONS | EXTERNAL:
        wanted = [str(one) for one in (value if isinstance(value, list) else [value] if value else [])]
        offered = [suggestions.known(sight.person, spot, one) for one in wanted]
        picked = [known or _option(control, one) for known, one in zip(offered, wanted, strict=True)]
        return picked if takes_several(control) else (picked[0] if picked else None)
    if control.type == "datetimepicker" and value:
        value = datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(sight.person.tz)).isoformat()
    return to_element_value(sight, control, value)


async def _tell(sight: ElementFinder, spot: Location, said: dict[str, Any]) -> None:
    if spot.view is not None:
        await interactions.act_in_view(sight.slack, sight.person, spot.view, spot.control, said)
    elif spot.channel is not None and spot.message is not None:
        message, user = spot.message, sight.person.id
        message.values[user] = initial_values(message.shown, message.values.get(user))
        place = (spot.channel, message)
        await interactions.act_in_message(sight.slack, sight.person, place, spot.control, said)


def _key(person: Person, spot: Location) -> tuple[str, str, str]:
    return (person.id, spot.control.block_id, spot.control.action_id)
