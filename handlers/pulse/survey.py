"""The check-in: open it, store an answer, withdraw it, read how it stays anonymous.

No press and no answer leaves a row of its own: storing is an upsert, so that a
repeat needs no mark to be recognised.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError

from handlers.pulse import admin, anonymity_view, messages_view, survey_view
from handlers.pulse.payloads import SurveyForm, filled
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Caller, Payload, caller, press, storable
from handlers.shared.request import AnonymousScope, Request
from reports.publishing import schedule
from slackapp.core.calendar import month_of
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable, typed, voice
from slackapp.core.normal_form import command_word
from slackapp.pulse import audience, comment_warnings, comments, question_rotation, rounds
from slackapp.pulse.charter import Charter, InvalidCharterError, Invitee
from slackapp.workspace import members

COMMAND = "/pulse"
NONE_OPEN = translatable("There is no check-in open just now.")
NOT_STORED = translatable("Your answer could not be stored. Please try again later.")
NOT_WITHDRAWN = translatable("Nothing could be withdrawn just now. Please try again later.")
View = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Participant:
    """Who is at the other end, as far as the check-in needs to know: Slack's ids, as Slack signed them."""

    scope: AnonymousScope
    person: str
    say: Voice
    zone: str


Make = Callable[[Participant], View]
Opening = Callable[[WebClient, Caller], None]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The listeners of the check-in."""

    context: Context
    others: Mapping[str, Opening]
    """What opens when a word follows the command."""

    def answer(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Answer], in the message or on the Home tab."""
        pressed = press(body)
        poll_id = pressed.value
        request = Request(self.context, client, pressed.caller)
        view = self._read(request, poll_id, partial(self._modal, poll_id))
        open_modal(client, pressed.caller.trigger_id, view)
        ack()

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/pulse`, the same modal as [Answer]; a word after it opens something else."""
        who = caller(body)
        word = command_word(storable(str(body.get("text") or "")))
        if word in typed("subcommands", "help"):
            text, layout = messages_view.help_text(Request(self.context, client, who).say)
            ack(text=text, blocks=layout)
            return
        if word in self.others:
            self.others[word](client, who)
            ack()
            return
        request = Request(self.context, client, who)
        poll_id = _running(request)
        open_modal(client, who.trigger_id, self._read(request, poll_id, partial(self._modal, poll_id)))
        ack()

    def about(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[How it stays anonymous], which can be read at any time."""
        pressed = press(body)
        poll_id = pressed.value
        request = Request(self.context, client, pressed.caller)
        view = self._read(request, poll_id, partial(self._explained, poll_id))
        open_modal(client, pressed.caller.trigger_id, view)
        ack()

    def submit(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Store my answer]. Acknowledged only after the commit, in the same words for any answer."""
        form = filled(body)
        request = Request(self.context, client, form.caller)
        try:
            comment = comments.clean(form.comment)
            warning = self._warning(request, form, comment)
        except UserError as refused:
            warning = self._words(request, form.poll_id, refused)
        if warning:
            ack(response_action="errors", errors={survey_view.COMMENT: warning})
            return

        def store(participant: Participant) -> View:
            scope = participant.scope
            answers = rounds.Answers(form.poll_id, participant.person, form.scores, comment)
            charter = rounds.submit(scope.session, self.context.keys, answers, scope.now)
            say, closing = participant.say, participant.say.moment(charter.close_at, participant.zone)
            results = _results_on(say, scope, charter.close_at)
            return survey_view.stored(
                say, form.poll_id, closing=closing, questions=len(charter.items), results=results
            )

        try:
            view = self._write(request, form.poll_id, store)
        except UserError as refused:
            ack(response_action="errors", errors={refused.field: self._words(request, form.poll_id, refused)})
        else:
            ack(response_action="update", view=view)

    def withdraw(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Withdraw my answer], which looks the same before and after answering."""
        pressed = press(body)

        def delete(participant: Participant) -> View:
            scope, poll_id, person = participant.scope, pressed.value, participant.person
            rounds.withdraw(scope.session, self.context.keys, poll_id, person, scope.now)
            return survey_view.withdrawn(participant.say, poll_id)

        request = Request(self.context, client, pressed.caller)
        view = self._write(request, pressed.value, delete, otherwise=NOT_WITHDRAWN)
        client.views_update(view_id=pressed.view_id, view=view)
        ack()

    def _warning(self, request: Request, form: SurveyForm, comment: str) -> str | None:
        """What to say beside a comment that may give somebody away. What is read does not depend on it."""
        charter = self._charter(form.poll_id)
        names = audience.names_around(charter, _person(form.caller)) if charter else []
        warnings = comment_warnings.warnings_for(comment, names, self.context.confidentiality)
        with request.read_anonymously() as scope:
            say = self._participant(scope, request.caller, form.poll_id).say
        if not warnings or (form.is_sure and comment_warnings.CommentWarning.NHS_NUMBER not in warnings):
            return None
        return survey_view.cautioned(say, warnings)

    def _modal(self, poll_id: str, participant: Participant) -> View:
        if not poll_id:
            raise UserError(NONE_OPEN)
        charter, invitee = self._take_part(participant, poll_id)
        items = question_rotation.items(participant.scope.session, charter.items, charter.wordings)
        form = survey_view.SurveyForm(items, charter.comments_on, participant.scope.workspace.contact)
        return survey_view.modal(participant.say, poll_id, form, audience.group_of(charter, invitee.unit))

    def _explained(self, poll_id: str, participant: Participant) -> View:
        try:
            charter, invitee = self._take_part(participant, poll_id)
        except UserError:
            # Closed, lost or for others: the rules stay readable, only the group is left out.
            return anonymity_view.about(participant.say, participant.scope.workspace.k, None)
        company = anonymity_view.Company(
            group=audience.group_of(charter, invitee.unit),
            users=tuple(charter.users_in(invitee.unit)),
            readers=charter.units[invitee.unit].readers,
            admins_read=charter.admins_read,
        )
        return anonymity_view.about(participant.say, charter.rules.k, company)

    def _take_part(self, participant: Participant, poll_id: str) -> tuple[Charter, Invitee]:
        scope, person = participant.scope, participant.person
        return rounds.take_part(scope.session, self.context.keys, poll_id, person, scope.now)

    def _read(self, request: Request, poll_id: str, make: Make) -> View:
        with request.read_anonymously() as scope:
            return self._answered(scope, request.caller, poll_id, make)

    def _write(self, request: Request, poll_id: str, make: Make, *, otherwise: str = NOT_STORED) -> View:
        try:
            with request.write_anonymously() as scope:
                return self._answered(scope, request.caller, poll_id, make)
        except (OperationalError, OSError):
            # A full disk, or a database or KEY_DIR that went away: nothing has changed, people must know.
            _log.exception("An answer could not be stored or withdrawn.")
            say = self._voice_without_certainty(request, poll_id)
            return survey_view.notice(say, say(otherwise))

    def _voice_without_certainty(self, request: Request, poll_id: str) -> Voice:
        """The person's language, as long as anything can be read at all."""
        try:
            with request.read_anonymously() as scope:
                return self._participant(scope, request.caller, poll_id).say
        except OperationalError:
            return voice()

    def _words(self, request: Request, poll_id: str, refused: UserError) -> str:
        with request.read_anonymously() as scope:
            return refused.words(self._participant(scope, request.caller, poll_id).say)

    def _answered(self, scope: AnonymousScope, who: Caller, poll_id: str, make: Make) -> View:
        """The view, or why there is none. Raises the UserError that belongs beside a field of the form."""
        participant = self._participant(scope, who, poll_id)
        try:
            return make(participant)
        except UserError as refused:
            if refused.field:
                raise
            return survey_view.notice(participant.say, refused.words(participant.say))

    def _participant(self, scope: AnonymousScope, who: Caller, poll_id: str) -> Participant:
        """Who is asked is not looked up: no statement of the database's log says who presses or answers."""
        workspace = scope.workspace
        charter, person = self._charter(poll_id), _person(who)
        invitee = charter.invitee(person) if charter else None
        if invitee is not None:
            return Participant(scope, person, voice(invitee.language), invitee.zone)
        member = members.find(scope.session, workspace, who.user)
        zone = members.time_zone_of(workspace, member) if member else workspace.time_zone
        return Participant(scope, person, members.language_of(workspace, member), zone)

    def _charter(self, poll_id: str) -> Charter | None:
        try:
            return self.context.keys.charter(poll_id)
        except (InvalidCharterError, OSError, ValueError):
            return None


def register(bolt: App, context: Context) -> None:
    """Listen for the check-in's buttons, its modal and its command."""
    admins = admin.register(bolt, context)
    own_settings = dict.fromkeys(typed("check_in", "settings"), partial(_open_settings, context))
    listeners = Pulse(context, {"admin": admins} | own_settings)
    bolt.action(survey_view.ANSWER)(listeners.answer)
    bolt.action(survey_view.ABOUT)(listeners.about)
    bolt.action(survey_view.WITHDRAW)(listeners.withdraw)
    bolt.view(survey_view.SUBMIT)(listeners.submit)
    bolt.command(COMMAND)(listeners.command)


def _open_settings(context: Context, client: WebClient, who: Caller) -> None:
    if context.open_settings is not None:
        context.open_settings(context, client, who)


def _results_on(say: Voice, scope: AnonymousScope, close_at: datetime) -> str:
    """When the results of a check-in come; empty where no digest will. The same for everybody."""
    workspace = scope.workspace
    month = month_of(close_at, workspace.time_zone)
    if workspace.digests_from is None or month < workspace.digests_from:
        return ""
    published = schedule.published(workspace, month).astimezone(ZoneInfo(workspace.time_zone))
    return survey_view.results_on(say, month=date.fromisoformat(f"{month}-01"), day=published.date())


def _person(who: Caller) -> str:
    return rounds.person_of(who.team, who.user)


def _running(request: Request) -> str:
    """The check-in that takes answers now; empty where there is none."""
    with request.read_anonymously() as scope:
        poll = rounds.current(scope.session, scope.workspace, scope.now)
        return poll.id if poll else ""
