"""Actions on one element, found by block id and action id, since labels may repeat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackapp.core.i18n import translatable
from slackapp.sandbox.blocks.controls import STATE_KEYS, Control, entry, initial_values, options_of
from slackapp.sandbox.core.escaping import escape_text
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.simulator import Simulator
from slackapp.sandbox.core.state import Message, Person, View
from slackapp.sandbox.person.external_options import EXTERNAL, Option, load_options
from slackapp.sandbox.person.form_filling import OPTIONS, to_element_value
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.slack import interactions, message_events

Order = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  # an answer, not a failure
    """The action is not possible; the text is for the person."""


def find_location(finder: ElementFinder, order: Order) -> Location:
    """Return the element's location. Raises Refusal if it is no longer there."""
    within, names = str(order.get("within")), (order.get("block_id"), order.get("action_id"))
    try:
        location = next(
            (candidate for candidate in finder.locations(within) if _names(candidate.control) == names), None
        )
    except RequestError:
        location = None
    if location is None:
        raise Refusal(translatable("That is no longer on the screen."))
    return location


def _names(control: Control) -> tuple[str, str]:
    return (control.block_id, control.action_id)


class OfferedOptions:
    """The options that the app has offered, so that a chosen value can be checked."""

    def __init__(self) -> None:
        self._offered: dict[tuple[str, str, str], dict[str, Option]] = {}

    def known(self, person: Person, location: Location, value: str) -> Option | None:
        """Return the option with this value that was offered in this element."""
        return self._offered.get(_key(person, location), {}).get(value)

    async def load(self, slack: Simulator, person: Person, order: Order) -> list[Option]:
        """Load the app's options for the typed text. Raises Refusal if they are missing or invalid."""
        finder = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
        location = find_location(finder, order)
        try:
            options = await load_options(finder, location, str(order.get("value", "")))
        except RequestError:
            raise Refusal(translatable("Nothing could be found just now.")) from None
        self._offered.setdefault(_key(person, location), {}).update(
            {option["value"]: option for option in options}
        )
        return options


async def act(slack: Simulator, person: Person, order: Order, *, offered_options: OfferedOptions) -> None:
    """Act on an element: `within` (a message's ts, "modal", "home"), `block_id`, `action_id`, `value`.

    Buttons and menus send an action; fields are filled and, if they dispatch, send one too. Raises Refusal
    if the element is no longer there or does not accept the value.
    """
    finder = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
    location = find_location(finder, order)
    control, value = location.control, order.get("value")
    try:
        if control.kind == "button":
            await _send_action(
                finder, location, {"value": value} if control.type == "feedback_buttons" else {}
            )
        elif control.kind == "menu":
            await _send_action(finder, location, {"selected_option": _option(control, str(value))})
        else:
            await _fill(finder, location, _new_value(finder, location, value, offered_options))
    except RequestError as answer:
        raise Refusal(str(answer)) from None


def reply(slack: Simulator, person: Person, order: Order) -> None:
    """Reply in a thread as a person."""
    finder = ElementFinder(slack, slack.state.workspaces[person.team_id], person)
    try:
        channel, root = finder.message(str(order.get("place")), str(order.get("thread_ts")))
    except RequestError as answer:
        raise Refusal(str(answer)) from None
    if channel.archived or person.id not in channel.members or root.only_for:
        raise Refusal(translatable("Nobody can write here."))
    if channel.im_with and slack.manifest.messages_read_only:
        raise Refusal(translatable("Sending messages to this app has been turned off."))
    text = escape_text(str(order.get("text", "")).strip(), finder.space, person, resolve=True, labels=False)
    thread = root.thread_ts or root.ts
    message = Message(ts=slack.state.next_ts(), author=person.id, text=text, thread_ts=thread)
    message_events.post(slack, channel, message)


def _option(control: Control, value: str) -> dict[str, Any]:
    for option in options_of(control.element):
        if option["value"] == value:
            return option
    raise Refusal(translatable("That is no longer on the screen."))


async def _fill(finder: ElementFinder, location: Location, value: Any) -> None:  # noqa: ANN401  # the new state, any JSON
    control = location.control
    held = entry(control.element, value)
    if location.view is not None:
        _fill_view(location.view, control, held)
    elif location.message is not None:
        values = initial_values(location.message.all_blocks, location.message.values.get(finder.person.id))
        values[control.block_id][control.action_id] = held
        location.message.values[finder.person.id] = values
    finder.slack.state.touch()
    if control.dispatches:
        await _send_action(finder, location, {STATE_KEYS[control.type]: held[STATE_KEYS[control.type]]})


def _fill_view(view: View, control: Control, held: dict[str, Any]) -> None:
    before = view.values[control.block_id][control.action_id]
    view.values[control.block_id][control.action_id] = held
    # A field's error stays until the field is changed.
    if before != held:
        view.errors.pop(control.error_key, None)


def _new_value(finder: ElementFinder, location: Location, value: Any, offered_options: OfferedOptions) -> Any:  # noqa: ANN401  # JSON
    """Return the element's new value: options by value, others as in the person API."""
    control = location.control
    if control.type in OPTIONS | EXTERNAL:
        values = [str(chosen) for chosen in (value if isinstance(value, list) else [value] if value else [])]
        offered = [offered_options.known(finder.person, location, chosen) for chosen in values]
        picked = [known or _option(control, chosen) for known, chosen in zip(offered, values, strict=True)]
        return picked if takes_several(control) else (picked[0] if picked else None)
    if control.type == "datetimepicker" and value:
        value = datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(finder.person.tz)).isoformat()
    return to_element_value(finder, control, value)


async def _send_action(finder: ElementFinder, location: Location, chosen: dict[str, Any]) -> None:
    if location.view is not None:
        await interactions.act_in_view(finder.slack, finder.person, location.view, location.control, chosen)
    elif location.channel is not None and location.message is not None:
        message, user = location.message, finder.person.id
        message.values[user] = initial_values(message.all_blocks, message.values.get(user))
        await interactions.act_in_message(
            *(finder.slack, finder.person, location.channel, message),
            control=location.control,
            chosen=chosen,
        )


def _key(person: Person, location: Location) -> tuple[str, str, str]:
    return (person.id, location.control.block_id, location.control.action_id)
