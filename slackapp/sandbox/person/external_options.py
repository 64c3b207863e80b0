"""Lists from outside: what is typed into an external select goes to the app, which answers with options."""

from collections.abc import Mapping
from typing import Any, Final

from slackapp.sandbox.blocks import composition
from slackapp.sandbox.blocks.controls import options_of
from slackapp.sandbox.core.responses import NotFound
from slackapp.sandbox.person.lookup import ElementFinder, Location
from slackapp.sandbox.slack import messages as posts
from slackapp.sandbox.slack.directory_json import home_team
from slackapp.sandbox.slack.payloads import channel_name, container_of, enterprise_of, team_of
from slackapp.sandbox.slack.views import view_object

EXTERNAL: Final = frozenset({"external_select", "multi_external_select"})
NOTHING_FOUND: Final = "Nothing could be found just now."
MOST: Final = 100
Option = dict[str, Any]


async def suggested(sight: ElementFinder, spot: Location, typed: str) -> list[Option]:
    """The app's options for what was typed. Raises NotHere when it gives none that Slack would take."""
    slack = sight.slack
    ack = await slack.send("block_suggestion", _payload(sight, spot, typed))
    answer = ack.payload if isinstance(ack.payload, dict) else {}
    slack.journal.call("ack:block_suggestion", answer, "json", {"ok": ack.failure is None})
    options = options_of(answer)
    if ack.failure or _wrong(options):
        raise NotFound(409, NOTHING_FOUND, labels=[spot.control.label], options=[])
    return options


async def found(sight: ElementFinder, spot: Location, wanted: str) -> Option:
    """The one option that reads like `wanted`, asked for as a person would: by typing it."""
    options = await suggested(sight, spot, wanted)
    for option in options:
        if sight.option_words(option).strip().casefold() == wanted.strip().casefold():
            return option
    words = [sight.option_words(one) for one in options]
    raise NotFound(409, f"“{wanted}” cannot be chosen here.", labels=[spot.control.label], options=words)


def _wrong(options: list[Option]) -> bool:
    found: list[str] = []
    for one in options:
        composition.menu_option(one, "/options", found)
    return bool(found) or len(options) > MOST


def _payload(sight: ElementFinder, spot: Location, typed: str) -> dict[str, Any]:
    slack, space, person = sight.slack, sight.space, sight.person
    return {
        "type": "block_suggestion",
        "user": {
            "id": person.id,
            "username": person.handle,
            "name": person.handle,
            "team_id": home_team(space, person),
        },
        "container": _container(spot),
        "api_app_id": slack.app.app_id,
        "token": slack.app.verification_token,
        "action_id": spot.control.action_id,
        "block_id": spot.control.block_id,
        "value": typed,
        "team": team_of(space),
        **({"enterprise": enterprise_of(space)} if space.enterprise_id else {}),
        **_around(sight, spot),
    }


def _container(spot: Location) -> Mapping[str, Any]:
    if spot.view is not None:
        return {"type": "view", "view_id": spot.view.id}
    if spot.channel is None or spot.message is None:
        return {}
    return container_of(spot.channel, spot.message, spot.message.attachment_of(spot.control.block_id))


def _around(sight: ElementFinder, spot: Location) -> dict[str, Any]:
    if spot.view is not None:
        return {"view": view_object(sight.slack, sight.space, spot.view)}
    if spot.channel is None or spot.message is None:
        return {}
    return {
        "channel": {"id": spot.channel.id, "name": channel_name(spot.channel)},
        "message": posts.message_object(sight.slack, sight.space, spot.message),
    }
