"""The check-in: open it, store an answer, withdraw it, read how it stays anonymous.

No press and no answer leaves a row of its own: storing is an upsert, so that a
repeat needs no mark to be recognised.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from handlers.pulse import admin
from handlers.pulse import anonymity_view as anonymity
from handlers.pulse import settings as pulse_settings
from handlers.pulse import survey_view as pulse
from handlers.pulse.payloads import SurveyForm, filled
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Caller, Payload, caller, press
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable, typed, voice
from slackapp.models import Workspace
from slackapp.pulse import audience as invitations
from slackapp.pulse import comment_warnings as cautions
from slackapp.pulse import comments, rounds
from slackapp.pulse import question_rotation as asking
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace import registry as workspaces

COMMAND = "/pulse"
NONE_OPEN = translatable("There is no check-in open just now.")
NOT_STORED = translatable("Your answer could not be stored. Please try again later.")
NOT_WITHDRAWN = translatable("Nothing could be withdrawn just now. Please try again later.")
View = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is at the other end, as far as the check-in needs to know. `member_id` is empty for a stranger."""

    workspace: Workspace
    member_id: str
    say: Voice
    zone: str


Make = Callable[[Session, Asked], View]
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
        view = self._read(pressed.caller, lambda session, one: self._modal(session, one, pressed.value))
        open_modal(client, pressed.caller.trigger_id, view)
        ack()

    def command(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """`/pulse`, the same modal as [Answer]; `/pulse settings` and `/pulse admin` open their own."""
        who = caller(body)
        word = str(body.get("text") or "").strip().casefold()
        if word in self.others:
            self.others[word](client, who)
            ack()
            return
        open_modal(client, who.trigger_id, self._read(who, self._running))
        ack()

    def about(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[How it stays anonymous], which can be read at any time."""
        pressed = press(body)
        view = self._read(pressed.caller, lambda session, one: self._explained(session, one, pressed.value))
        open_modal(client, pressed.caller.trigger_id, view)
        ack()

    def submit(self, ack: Ack, body: Payload) -> None:
        """[Store my answer]. Acknowledged only after the commit, in the same words for any answer."""
        paper = filled(body)
        try:
            comment = comments.clean(paper.comment)
            cautioned = self._cautioned(paper, comment)
        except UserError as refused:
            cautioned = self._words(paper.caller, refused)
        if cautioned:
            ack(response_action="errors", errors={pulse.COMMENT: cautioned})
            return

        def store(session: Session, one: Asked) -> View:
            handed_in = rounds.Answers(paper.poll_id, one.member_id, paper.scores, comment)
            poll = rounds.submit(session, self.context.keys, handed_in, self.context.now())
            closing = one.say.moment(poll.closes_at, one.zone)
            return pulse.stored(one.say, paper.poll_id, closing=closing, questions=len(poll.items))

        try:
            view = self._write(paper.caller, store)
        except UserError as refused:
            ack(response_action="errors", errors={refused.field: self._words(paper.caller, refused)})
        else:
            ack(response_action="update", view=view)

    def withdraw(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Withdraw my answer], which looks the same before and after answering."""
        pressed = press(body)

        def delete(session: Session, one: Asked) -> View:
            rounds.withdraw(session, self.context.keys, (pressed.value, one.member_id), self.context.now())
            return pulse.withdrawn(one.say, pressed.value)

        shown = self._write(pressed.caller, delete, otherwise=NOT_WITHDRAWN)
        client.views_update(view_id=pressed.view_id, view=shown)
        ack()

    def _cautioned(self, paper: SurveyForm, comment: str) -> str | None:
        """What to say beside a comment that may give somebody away. What is read does not depend on it."""
        with self.context.sessions.read() as session:
            one = _asked(session, paper.caller)
            names = invitations.names_around(session, one.workspace, paper.poll_id, one.member_id)
        found = cautions.warnings_for(comment, names, self.context.confidentiality)
        if not found or (paper.is_sure and cautions.CommentWarning.NHS_NUMBER not in found):
            return None
        return pulse.cautioned(one.say, found)

    def _running(self, session: Session, one: Asked) -> View:
        poll = rounds.current(session, one.workspace, self.context.now())
        if poll is None:
            raise UserError(NONE_OPEN)
        return self._modal(session, one, poll.id)

    def _modal(self, session: Session, one: Asked, poll_id: str) -> View:
        poll, unit = rounds.take_part(session, poll_id, one.member_id, self.context.now())
        group = invitations.group_of(session, poll, unit)
        sheet = pulse.SurveyForm(asking.items(session, poll.items), poll.comments_on, one.workspace.contact)
        return pulse.modal(one.say, poll.id, sheet, group)

    def _explained(self, session: Session, one: Asked, poll_id: str) -> View:
        try:
            poll, unit = rounds.take_part(session, poll_id, one.member_id, self.context.now())
        except UserError:
            # Closed, lost or for others: the rules stay readable, only the group is left out.
            return anonymity.about(one.say, one.workspace.k, None)
        company = anonymity.Company(
            group=invitations.group_of(session, poll, unit),
            names=tuple(invitations.names_in(session, poll, unit)),
            readers=tuple(invitations.readers(session, one.workspace, unit)),
            admins_read=one.workspace.admins_read_digests,
        )
        return anonymity.about(one.say, poll.k, company)

    def _read(self, who: Caller, make: Make) -> View:
        with self.context.sessions.read() as session:
            return _said(session, who, make)

    def _write(self, who: Caller, make: Make, *, otherwise: str = NOT_STORED) -> View:
        try:
            with self.context.sessions.begin() as session:
                return _said(session, who, make)
        except (OperationalError, OSError):
            # A full disk, or a database or KEY_DIR that went away: nothing has changed, people must know.
            _log.exception("An answer could not be stored or withdrawn.")
            say = self._voice_without_certainty(who)
            return pulse.notice(say, say(otherwise))

    def _voice_without_certainty(self, who: Caller) -> Voice:
        """The person's language, as long as anything can be read at all."""
        try:
            with self.context.sessions.read() as session:
                return _asked(session, who).say
        except OperationalError:
            return voice()

    def _words(self, who: Caller, refused: UserError) -> str:
        with self.context.sessions.read() as session:
            return refused.words(_asked(session, who).say)


def register(bolt: App, context: Context) -> None:
    """Listen for the check-in's buttons, its modal and its command."""
    mine = pulse_settings.register(bolt, context)
    admins = admin.register(bolt, context)
    listeners = Pulse(context, {"admin": admins} | dict.fromkeys(typed("check_in", "settings"), mine))
    bolt.action(pulse.ANSWER)(listeners.answer)
    bolt.action(pulse.ABOUT)(listeners.about)
    bolt.action(pulse.WITHDRAW)(listeners.withdraw)
    bolt.view(pulse.SUBMIT)(listeners.submit)
    bolt.command(COMMAND)(listeners.command)


def _said(session: Session, who: Caller, make: Make) -> View:
    """What is made, or why it cannot be. Raises the UserError that belongs beside a field of the form."""
    one = _asked(session, who)
    try:
        return make(session, one)
    except UserError as refused:
        if refused.field:
            raise
        return pulse.notice(one.say, refused.words(one.say))


def _asked(session: Session, who: Caller) -> Asked:
    workspace = workspaces.find(session, who.team)
    if workspace is None:
        raise LookupError("a payload from a workspace that never installed the app")
    member = members.find(session, workspace, who.user)
    answers = member is not None and rights.allows(member, rights.Permission.ANSWER)
    return Asked(
        workspace,
        member.id if member and answers else "",
        members.language_of(workspace, member),
        members.time_zone_of(workspace, member) if member else workspace.time_zone,
    )
