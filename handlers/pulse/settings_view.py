"""What one person settles about the check-in's messages: whether, when, in which language, and leave."""

from collections.abc import Iterable
from typing import Any

from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.calendar import days_in
from slackapp.core.i18n import Voice, languages
from slackapp.models import Member

OPEN = "pulse_settings"
"""The button of the welcome that opens the window."""
MESSAGES, QUIET_FROM, QUIET_UNTIL, DAYS_OFF = "messages", "quiet_from", "quiet_until", "days_off"
AWAY_FROM, AWAY_UNTIL, LANGUAGE = "away_from", "away_until", "language"


def fields(say: Voice, member: Member, language: str) -> list[Block]:
    """The fields of the settings window about language and messages, as this person has them."""
    return [
        _language(say, language),
        _messages(say, member),
        _time(say("Quiet from"), QUIET_FROM, f"{member.quiet_from:%H:%M}"),
        _time(say("Quiet until"), QUIET_UNTIL, f"{member.quiet_until:%H:%M}"),
        blocks.context(
            say("Check-ins and reminders wait for the end of quiet hours. Thank-yous come at once."),
            say("The same time twice means no quiet hours. After nights, try 08:00 to 16:00."),
        ),
        _days_off(say, member),
        _date(say("On leave from"), AWAY_FROM, member.away_from),
        _date(say("On leave until, this day included"), AWAY_UNTIL, member.away_until),
    ]


def day_names(say: Voice, days: Iterable[int]) -> list[str]:
    """Weekdays by their numbers; Monday is 0."""
    return [say(blocks.DAYS[day]) for day in days]


def _messages(say: Voice, member: Member) -> Block:
    option = {
        "text": blocks.plain(say("Send me a message when a check-in opens")),
        "value": "yes",
        "description": blocks.plain(say("Without it, you can still answer from the Home tab.")),
    }
    element: dict[str, Any] = {"type": "checkboxes", "action_id": MESSAGES, "options": [option]}
    if member.pulse_messages:
        element["initial_options"] = [option]
    return _input(say("Messages"), MESSAGES, element) | {"optional": True}


def _days_off(say: Voice, member: Member) -> Block:
    options = [
        {"text": blocks.plain(say(name)), "value": str(number)} for number, name in enumerate(blocks.DAYS)
    ]
    element: dict[str, Any] = {"type": "checkboxes", "action_id": DAYS_OFF, "options": options}
    if off := sorted(days_in(member.days_off)):
        element["initial_options"] = [options[day] for day in off]
    label = say("Days on which I don't want check-ins and reminders")
    return _input(label, DAYS_OFF, element) | {"optional": True}


def _language(say: Voice, language: str) -> Block:
    options = {key: {"text": blocks.plain(name), "value": key} for key, name in languages().items()}
    element: dict[str, Any] = {
        "type": "radio_buttons",
        "action_id": LANGUAGE,
        "options": list(options.values()),
    }
    if language in options:
        element["initial_option"] = options[language]
    return _input(say("Language"), LANGUAGE, element)


def _time(label: str, name: str, chosen: str) -> Block:
    return _input(label, name, {"type": "timepicker", "action_id": name, "initial_time": chosen})


def _date(label: str, name: str, chosen: object | None) -> Block:
    element: dict[str, Any] = {"type": "datepicker", "action_id": name}
    if chosen is not None:
        element["initial_date"] = str(chosen)
    return _input(label, name, element) | {"optional": True}


def _input(label: str, block_id: str, element: dict[str, Any]) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain(label), "element": element}
