"""Conversion of a person's entry to an element's value."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from slackapp.sandbox.blocks.controls import Control, options_of
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.core.state import Channel
from slackapp.sandbox.person.conversations import (
    conversation_channels,
    conversation_people,
    direct_conversation,
    visible_channels,
)
from slackapp.sandbox.person.lookup import ElementFinder
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.person.uploads import add_files

PEOPLE = frozenset({"users_select", "multi_users_select"})
OPTIONS = frozenset({"static_select", "multi_static_select", "radio_buttons", "checkboxes"})
CHANNELS = frozenset({"channels_select", "multi_channels_select"})
CONVERSATIONS = frozenset({"conversations_select", "multi_conversations_select"})


def to_element_value(finder: ElementFinder, control: Control, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """Return the element's new value for its state key. Raises RequestError with the options."""
    kind = control.type
    if kind in OPTIONS | PEOPLE | CHANNELS | CONVERSATIONS:
        chosen = _several(finder, control, value)
        if takes_several(control):
            _check_count(control, chosen)
            return chosen
        return chosen[0] if chosen else None
    if kind == "file_input":
        return add_files(finder, control, value)
    if value in (None, ""):
        return None
    return _typed(kind, value)


def _typed(kind: str, value: Any) -> Any:  # noqa: ANN401  # likewise
    try:
        if kind == "datepicker":
            return date.fromisoformat(str(value)).isoformat()
        if kind == "datetimepicker":
            return int(datetime.fromisoformat(str(value)).timestamp())
        if kind == "timepicker":
            return f"{datetime.strptime(str(value), '%H:%M'):%H:%M}"  # noqa: DTZ007  # a time of day has no zone
    except ValueError:
        raise RequestError(409, f"“{value}” cannot be entered here.", labels=[], options=[]) from None
    if kind == "rich_text_input":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
        return {"type": "rich_text", "elements": [section]}
    return str(value)


def _several(finder: ElementFinder, control: Control, value: Any) -> list[Any]:  # noqa: ANN401  # likewise
    if value in (None, "", []):
        return []
    labels = value if isinstance(value, list) else [value]
    if not takes_several(control) and len(labels) > 1:
        raise RequestError(409, f"Only one can be chosen for “{control.label}”.", labels=[control.label])
    if control.type in OPTIONS:
        return [_option(finder, control, str(label)) for label in labels]
    if control.type in PEOPLE:
        return [user for label in labels for user in _people(finder, control, str(label))]
    choose = _conversation if control.type in CONVERSATIONS else _public_channel
    return [choose(finder, control, str(label)) for label in labels]


def _option(finder: ElementFinder, control: Control, label: str) -> dict[str, Any]:
    options = options_of(control.element)
    for option in options:
        if finder.option_words(option).strip().casefold() == label.strip().casefold():
            return option
    raise _unknown(finder, control, label)


def _unknown(finder: ElementFinder, control: Control, label: str) -> RequestError:
    options = finder.screen.offered(control) or [
        person.name for person in finder.space.people.values() if not person.deleted
    ]
    return RequestError(409, f"“{label}” cannot be chosen here.", labels=[control.label], options=options)


def _people(finder: ElementFinder, control: Control, label: str) -> Iterable[str]:
    user = _person(finder, label)
    if user:
        return [user]
    parts = [part for part in re.split(r"[,\n]|(?<=>)\s+", label) if part.strip()]
    if not takes_several(control):
        parts = parts[:1]
    users = [_person(finder, part) for part in parts]
    for part, user in zip(parts, users, strict=True):
        if user is None:
            raise _unknown(finder, control, part.strip())
    if not users:
        raise _unknown(finder, control, label)
    return [user for user in users if user]


def _person(finder: ElementFinder, label: str) -> str | None:
    label = label.strip()
    if match := re.fullmatch(r"<@(\w+)(?:\|[^>]*)?>", label):
        label = match.group(1)
    words = label.removeprefix("@").casefold()
    for person in finder.space.people.values():
        # A client's people picker does not offer those who have left.
        if not person.deleted and words in {
            person.id.casefold(),
            person.handle.casefold(),
            person.name.casefold(),
        }:
            return person.id
    return None


def _public_channel(finder: ElementFinder, control: Control, label: str) -> str:
    for channel in visible_channels(finder.space, finder.person):
        if not channel.is_private and _is_called(channel, label):
            return channel.id
    raise _unknown(finder, control, label)


def _conversation(finder: ElementFinder, control: Control, label: str) -> str:
    """Return a channel's id or, for a person, the id of the direct conversation with them."""
    for channel in conversation_channels(finder.space, finder.person, control.element):
        if _is_called(channel, label):
            return channel.id
    offered = conversation_people(finder.space, control.element)
    known = finder.space.channels.get(label)
    user = _person(finder, label)
    if known is not None and known.pair and finder.person.id in known.members:
        user = next((member for member in known.members if member != finder.person.id), finder.person.id)
    for other in offered:
        if other.id == user:
            return direct_conversation(finder.slack, finder.space, finder.person, other).id
    raise _unknown(finder, control, label)


def _is_called(channel: Channel, label: str) -> bool:
    name = label.strip().removeprefix("#").casefold()
    return name in {channel.id.casefold(), channel.name.casefold()}


def _check_count(control: Control, chosen: list[Any]) -> None:
    limit = control.element.get("max_selected_items")
    if limit and len(chosen) > limit:
        raise RequestError(
            409, f"At most {limit} can be chosen for “{control.label}”.", labels=[control.label]
        )
