"""External selects: the app answers typed text with options (block_suggestion)."""

from collections.abc import Mapping
from typing import Any, Final

from slackapp.sandbox.blocks import composition
from slackapp.sandbox.blocks.controls import options_of
from slackapp.sandbox.core.responses import RequestError
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.slack import messages
from slackapp.sandbox.slack.directory_json import home_team
from slackapp.sandbox.slack.payloads import channel_name, container_of, enterprise_of, team_of
from slackapp.sandbox.slack.views import view_object

EXTERNAL: Final = frozenset({"external_select", "multi_external_select"})
NOTHING_FOUND: Final = "Nothing could be found just now."
MAX_OPTIONS: Final = 100
Option = dict[str, Any]


async def load_options(finder: ElementFinder, location: Location, typed: str) -> list[Option]:
    """Load the app's options for typed text. Raises RequestError if missing or invalid."""
    slack = finder.slack
    ack = await slack.send("block_suggestion", _payload(finder, location, typed))
    answer = ack.payload if isinstance(ack.payload, dict) else {}
    slack.journal.call("ack:block_suggestion", answer, "json", {"ok": ack.failure is None})
    options = options_of(answer)
    if ack.failure or _wrong(options):
        raise RequestError(409, NOTHING_FOUND, labels=[location.control.label], options=[])
    return options


async def find_option(finder: ElementFinder, location: Location, label: str) -> Option:
    """Return the option with this label, found by typing it. Raises RequestError if there is none."""
    options = await load_options(finder, location, label)
    for option in options:
        if finder.option_words(option).strip().casefold() == label.strip().casefold():
            return option
    words = [finder.option_words(option) for option in options]
    raise RequestError(
        409, f"“{label}” cannot be chosen here.", labels=[location.control.label], options=words
    )


def _wrong(options: list[Option]) -> bool:
    problems: list[str] = []
    for option in options:
        composition.menu_option(option, "/options", problems)
    return bool(problems) or len(options) > MAX_OPTIONS


def _payload(finder: ElementFinder, location: Location, typed: str) -> dict[str, Any]:
    slack, space, person = finder.slack, finder.space, finder.person
    return {
        "type": "block_suggestion",
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": home_team(space, person),
        },
        "container": _container(location),
        "api_app_id": slack.app.app_id,
        "token": slack.app.verification_token,
        "action_id": location.control.action_id,
        "block_id": location.control.block_id,
        "value": typed,
        "team": team_of(space),
        **({"enterprise": enterprise_of(space)} if space.enterprise_id else {}),
        **_around(finder, location),
    }


def _container(location: Location) -> Mapping[str, Any]:
    if location.view is not None:
        return {"type": "view", "view_id": location.view.id}
    if location.channel is None or location.message is None:
        return {}
    return container_of(
        location.channel, location.message, location.message.attachment_of(location.control.block_id)
    )


def _around(finder: ElementFinder, location: Location) -> dict[str, Any]:
    if location.view is not None:
        return {"view": view_object(finder.slack, finder.space, location.view)}
    if location.channel is None or location.message is None:
        return {}
    return {
        "channel": {"id": location.channel.id, "name": channel_name(location.channel)},
        "message": messages.message_object(finder.slack, finder.space, location.message),
    }
