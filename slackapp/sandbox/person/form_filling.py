"""From what a person enters to what an element then holds."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from slackapp.sandbox.blocks.controls import Control, options_of
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.core.state import Channel
from slackapp.sandbox.person.conversations import (
    conversation_channels,
    conversation_people,
    direct_conversation,
    visible_channels,
)
from slackapp.sandbox.person.lookup import ElementFinder
from slackapp.sandbox.person.screen import takes_several
from slackapp.sandbox.person.uploads import uploaded

PEOPLE = frozenset({"users_select", "multi_users_select"})
OPTIONS = frozenset({"static_select", "multi_static_select", "radio_buttons", "checkboxes"})
CHANNELS = frozenset({"channels_select", "multi_channels_select"})
CONVERSATIONS = frozenset({"conversations_select", "multi_conversations_select"})


def to_element_value(sight: ElementFinder, control: Control, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
    """The element's new value for its state key. Raises NotHere with the options if there is none such."""
    kind = control.type
    if kind in OPTIONS | PEOPLE | CHANNELS | CONVERSATIONS:
        chosen = _several(sight, control, value)
        if takes_several(control):
            _check_count(control, chosen)
            return chosen
        return chosen[0] if chosen else None
    if kind == "file_input":
        return uploaded(sight, control, value)
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
        raise NotFound(409, f"“{value}” cannot be entered here.", labels=[], options=[]) from None
    if kind == "rich_text_input":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(value)}]}
        return {"type": "rich_text", "elements": [section]}
    return str(value)


def _several(sight: ElementFinder, control: Control, value: Any) -> list[Any]:  # noqa: ANN401  # likewise
    if value in (None, "", []):
        return []
    wanted = value if isinstance(value, list) else [value]
    if not takes_several(control) and len(wanted) > 1:
        raise NotFound(409, f"Only one can be chosen for “{control.label}”.", labels=[control.label])
    if control.type in OPTIONS:
        return [_option(sight, control, str(one)) for one in wanted]
    if control.type in PEOPLE:
        return [user for one in wanted for user in _people(sight, control, str(one))]
    choose = _conversation if control.type in CONVERSATIONS else _public_channel
    return [choose(sight, control, str(one)) for one in wanted]


def _option(sight: ElementFinder, control: Control, wanted: str) -> dict[str, Any]:
    options = options_of(control.element)
    for option in options:
        if sight.option_words(option).strip().casefold() == wanted.strip().casefold():
            return option
    raise _unknown(sight, control, wanted)


def _unknown(sight: ElementFinder, control: Control, wanted: str) -> NotFound:
    options = sight.screen.offered(control) or [
        one.name for one in sight.space.people.values() if not one.deleted
    ]
    return NotFound(409, f"“{wanted}” cannot be chosen here.", labels=[control.label], options=options)


def _people(sight: ElementFinder, control: Control, wanted: str) -> Iterable[str]:
    whole = _person(sight, wanted)
    if whole:
        return [whole]
    parts = [part for part in re.split(r"[,\n]|(?<=>)\s+", wanted) if part.strip()]
    if not takes_several(control):
        parts = parts[:1]
    found = [_person(sight, part) for part in parts]
    for part, one in zip(parts, found, strict=True):
        if one is None:
            raise _unknown(sight, control, part.strip())
    if not found:
        raise _unknown(sight, control, wanted)
    return [one for one in found if one]


def _person(sight: ElementFinder, wanted: str) -> str | None:
    wanted = wanted.strip()
    if match := re.fullmatch(r"<@(\w+)(?:\|[^>]*)?>", wanted):
        wanted = match.group(1)
    words = wanted.removeprefix("@").casefold()
    for one in sight.space.people.values():
        # A client's people picker does not offer those who have left.
        if not one.deleted and words in {one.id.casefold(), one.handle.casefold(), one.name.casefold()}:
            return one.id
    return None


def _public_channel(sight: ElementFinder, control: Control, label: str) -> str:
    for channel in visible_channels(sight.space, sight.person):
        if not channel.is_private and _is_called(channel, label):
            return channel.id
    raise _unknown(sight, control, label)


def _conversation(sight: ElementFinder, control: Control, label: str) -> str:
    """A channel's id or, for a person, that of the direct conversation with them."""
    for channel in conversation_channels(sight.space, sight.person, control.element):
        if _is_called(channel, label):
            return channel.id
    offered = conversation_people(sight.space, control.element)
    known = sight.space.channels.get(label)
    user = _person(sight, label)
    if known is not None and known.pair and sight.person.id in known.members:
        user = next((member for member in known.members if member != sight.person.id), sight.person.id)
    for other in offered:
        if other.id == user:
            return direct_conversation(sight.slack, sight.space, sight.person, other).id
    raise _unknown(sight, control, label)


def _is_called(channel: Channel, label: str) -> bool:
    name = label.strip().removeprefix("#").casefold()
    return name in {channel.id.casefold(), channel.name.casefold()}


def _check_count(control: Control, chosen: list[Any]) -> None:
    most = control.element.get("max_selected_items")
    if most and len(chosen) > most:
        raise NotFound(409, f"At most {most} can be chosen for “{control.label}”.", labels=[control.label])
