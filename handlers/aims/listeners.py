"""A leader writes down what the team is for."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.aims import aims_view
from handlers.shared.context import Context
from handlers.shared.form_values import Values, about
from handlers.shared.modals import push_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request, Scope
from slackapp.blocks import FormQuestion
from slackapp.core import free_text
from slackapp.core.free_text import Concern
from slackapp.digest import readers
from slackapp.models import Team
from slackapp.models.aims import Term
from slackapp.teams import aims
from slackapp.teams.aims import MOST, Aim
from slackapp.workspace.audit_log import Action


@dataclass(frozen=True, slots=True)
class Aims:
    """The listeners of the form."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[What we are for]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            team = _led(scope, pressed.value)
            written = aims.of_team(scope.session, team.id)
        push_or_open(client, pressed, aims_view.form(scope.say, team.id, team.name, written))
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        team_id, accepted = about(body)
        written = _written(Values(body))
        texts = {f"aim:{place}": aim.words for place, aim in enumerate(written)}
        texts |= {f"decides:{place}": aim.decides for place, aim in enumerate(written)}
        request = Request(self.context, client, caller(body))
        try:
            free_text.check(texts, self.context.confidentiality, accepted)
        except Concern as concern:
            with request.read() as scope:
                team = _led(scope, team_id)
                question = FormQuestion(concern.words(scope.say), (*accepted, *concern.marks))
                view = aims_view.form(scope.say, team.id, team.name, written, question)
            ack(response_action="update", view=view)
            return
        with request.write() as scope:
            team = _led(scope, team_id)
            aims.save(scope.session, team, written, by=scope.member, now=scope.now)
            scope.record(Action.TEAM_CHANGED, team.id, after="aims")
        request.refresh_home()
        ack(response_action="update", view=aims_view.saved(scope.say))


def register(bolt: App, context: Context) -> None:
    """Listen for the form."""
    listeners = Aims(context)
    bolt.action(re.compile(rf"{aims_view.OPEN}:\d+"))(listeners.open)
    bolt.view(aims_view.FORM)(listeners.save)


def _led(scope: Scope, team_id: str) -> Team:
    return readers.require_led_team(scope.session, team_id, scope.member, scope.now)


def _written(values: Values) -> list[Aim]:
    terms = [values.chosen(f"term:{place}") for place in range(MOST)]
    return [
        Aim(
            values.text(f"aim:{place}").strip(),
            next((term for term in Term if term == terms[place]), Term.SHORT),
            values.text(f"decides:{place}").strip(),
        )
        for place in range(MOST)
    ]
