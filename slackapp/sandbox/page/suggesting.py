"""What the app has offered in lists from outside, as the page needs it."""

from slackapp.i18n import translatable
from slackapp.sandbox.page.finding import Order, Refusal, spot_of
from slackapp.sandbox.sight import ElementFinder, Location, NotFound
from slackapp.sandbox.slack import Simulator
from slackapp.sandbox.state import Person
from slackapp.sandbox.suggesting import Option, suggested


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


def _key(person: Person, spot: Location) -> tuple[str, str, str]:
    return (person.id, spot.control.block_id, spot.control.action_id)
