"""Lists from outside: what is typed into an external select goes to the app, which answers with options."""

from collections.abc import Mapping
from typing import Any, Final

from slackapp.i18n import marked
from slackapp.sandbox import posts
from slackapp.sandbox.blocks import composition
from slackapp.sandbox.elements import options_of
from slackapp.sandbox.page.finding import Order, Refusal, spot_of
from slackapp.sandbox.payloads import channel_name
from slackapp.sandbox.sight import Sight, Spot
from slackapp.sandbox.slack import Slack
from slackapp.sandbox.state import Person
from slackapp.sandbox.views import view_object

MOST: Final = 100
Option = dict[str, Any]


class Suggestions:
    """What the app has offered to whom, so that a choice by its value can be told from an invention."""

    def __init__(self) -> None:
        self._offered: dict[tuple[str, str, str], dict[str, Option]] = {}

    def known(self, person: Person, spot: Spot, value: str) -> Option | None:
        """The option of this value that the app has offered here."""
        return self._offered.get(_key(person, spot), {}).get(value)

    async def ask(self, slack: Slack, person: Person, order: Order) -> list[Option]:
        """The app's options for what was typed. Raises Refusal when it gives none that Slack would take."""
        sight = Sight(slack, slack.state.workspaces[person.team_id], person)
        spot = spot_of(sight, order)
        ack = await slack.send("block_suggestion", _payload(sight, spot, str(order.get("value", ""))))
        answer = ack.payload if isinstance(ack.payload, dict) else {}
        slack.journal.call("ack:block_suggestion", answer, "json", {"ok": ack.failure is None})
        options = options_of(answer)
        if ack.failure or _wrong(options):
            raise Refusal(marked("Nothing could be found just now."))
        self._offered.setdefault(_key(person, spot), {}).update({one["value"]: one for one in options})
        return options


def _key(person: Person, spot: Spot) -> tuple[str, str, str]:
    return (person.id, spot.control.block_id, spot.control.action_id)


def _wrong(options: list[Option]) -> bool:
    found: list[str] = []
    for one in options:
        composition.menu_option(one, "/options", found)
    return bool(found) or len(options) > MOST


def _payload(sight: Sight, spot: Spot, typed: str) -> dict[str, Any]:
    slack, space, person = sight.slack, sight.space, sight.person
    return {
        "type": "block_suggestion",
        "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": space.id},
        "container": _container(spot),
        "api_app_id": slack.app.app_id,
        "token": slack.app.verification_token,
        "action_id": spot.control.action_id,
        "block_id": spot.control.block_id,
        "value": typed,
        "team": {"id": space.id, "domain": space.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        **_around(sight, spot),
    }


def _container(spot: Spot) -> Mapping[str, Any]:
    if spot.view is not None:
        return {"type": "view", "view_id": spot.view.id}
    if spot.channel is None or spot.message is None:
        return {}
    return {
        "type": "message",
        "message_ts": spot.message.ts,
        "channel_id": spot.channel.id,
        "is_ephemeral": bool(spot.message.only_for),
    }


def _around(sight: Sight, spot: Spot) -> dict[str, Any]:
    if spot.view is not None:
        return {"view": view_object(sight.slack, sight.space, spot.view)}
    if spot.channel is None or spot.message is None:
        return {}
    return {
        "channel": {"id": spot.channel.id, "name": channel_name(spot.channel)},
        "message": posts.message_object(sight.slack, sight.space, spot.message),
    }
