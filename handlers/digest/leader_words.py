"""A leader's own words before the line about her team that a level above reads."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.digest import leader_words_view
from handlers.shared.context import Context
from handlers.shared.form_values import Values, about
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request, Scope
from reports.publishing import levels, team_lines_view
from slackapp.blocks import FormQuestion
from slackapp.core import free_text
from slackapp.core.errors import UserError
from slackapp.core.free_text import Concern
from slackapp.core.i18n import translatable
from slackapp.digest import leader_words, readers
from slackapp.models import Team

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
_TOO_LATE = translatable("That digest is out already, so nobody would read your words in it.")


@dataclass(frozen=True, slots=True)
class LeaderWords:
    """The listeners."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Add my own words]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            team, month = _team_month(scope, pressed.value)
            words = leader_words.of_month(scope.session, team.id, month)
            names = levels.readers_above(scope.session, [team], scope.member, scope.now)
        view = leader_words_view.form(scope.say, pressed.value, words, readers=names)
        replace_or_open(client, pressed, view)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save]."""
        subject, accepted = about(body)
        words = Values(body).text(leader_words_view.WORDS).strip()
        request = Request(self.context, client, caller(body))
        try:
            free_text.check({leader_words_view.WORDS: words}, self.context.confidentiality, accepted)
        except Concern as concern:
            with request.read() as scope:
                team, _ = _team_month(scope, subject)
                names = levels.readers_above(scope.session, [team], scope.member, scope.now)
            question = FormQuestion(concern.words(scope.say), (*accepted, *concern.marks))
            view = leader_words_view.form(scope.say, subject, words, readers=names, question=question)
            ack(response_action="update", view=view)
            return
        with request.write() as scope:
            team, month = _team_month(scope, subject)
            leader_words.save(scope.session, team, month, words, by=scope.member, now=scope.now)
        ack(response_action="update", view=leader_words_view.saved(scope.say, has_words=bool(words)))


def register(bolt: App, context: Context) -> None:
    """Listen for the button and the form."""
    listeners = LeaderWords(context)
    bolt.action(team_lines_view.OWN_WORDS)(listeners.open)
    bolt.view(leader_words_view.FORM)(listeners.save)


def _team_month(scope: Scope, value: str) -> tuple[Team, str]:
    """A team that the caller leads, and the month whose digest is still to come; else UserError."""
    team_id, _, month = value.partition(":")
    team = readers.require_led_team(scope.session, team_id, scope.member, scope.now)
    if not _MONTH.fullmatch(month) or scope.now >= levels.level_month(scope.workspace, month).due:
        raise UserError(_TOO_LATE)
    return team, month
