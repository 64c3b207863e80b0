"""You said / we will: writing it down, sharing it, saying what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.digest import payloads
from handlers.digest import promise_form_view as view
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Caller, Payload, press
from handlers.shared.people import acquainted, voice_for, workspace_of
from reports.publishing import message
from reports.queries.extras import promise_details
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.errors import UserError
from slackapp.core.free_text import Concern
from slackapp.core.i18n import Voice, translatable
from slackapp.digest import promises, sharing
from slackapp.digest import readers as rights
from slackapp.digest.promises import IncompleteError, Part, PromiseDetails, Wording
from slackapp.models import Digest, Member, Promise, PromiseState, SharedDigest, Team
from slackapp.workspace import members

_ANSWERS = {message.NOT_YET: PromiseState.OPEN, message.CHANGED: PromiseState.CHANGED}
_GONE = translatable("This is not there any more. Please open the digest again.")


@dataclass(frozen=True, slots=True)
class Promises:
    """The listeners around a leader's answer to a digest."""

    context: Context

    def write(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Say what we will do]."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            digest, leader = self._led(session, pressed.caller, pressed.value)
            groups = _groups(session, digest, leader)
            more = bool(_free(session, digest, groups))
        say = voice_for(self.context, pressed.caller)
        replace_or_open(client, pressed, view.form(say, digest.id, groups, more=more))
        ack()

    def more(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Add another]: one more group of fields, and what was typed stays."""
        filled = payloads.filled(body)
        with self.context.sessions.read() as session:
            digest, _ = self._led(session, filled.caller, filled.digest_id)
            free = _free(session, digest, filled.groups)
        added = view.Group(free[0], who=filled.caller.user) if free else None
        groups = [*filled.groups, *([added] if added else [])]
        say = voice_for(self.context, filled.caller)
        read = FormQuestion("", filled.accepted)
        made = view.form(say, filled.digest_id, groups, more=len(free) > 1, asked=read)
        client.views_update(view_id=filled.view_id, hash=filled.view_hash, view=made)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of the form."""
        filled = payloads.filled(body)
        say = voice_for(self.context, filled.caller)
        try:
            free_text.check(filled.texts, self.context.confidentiality, filled.accepted)
            told = acquainted(
                self.context, client, filled.caller, lambda session: self._write(session, filled)
            )
        except Concern as concern:
            ack(response_action="update", view=self._asking_form(say, filled, concern))
            return
        except IncompleteError as half:
            ack(response_action="errors", errors={view.field(half.part, half.place): half.words(say)})
            return
        self.context.wake()
        ack(response_action="update", view=view.saved(say, filled.digest_id, told=told))

    def ask_to_share(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share with the team]: with or without what was promised?"""
        pressed = press(body)
        with self.context.sessions.read() as session:
            digest, _ = self._led(session, pressed.caller, pressed.value)
            team = session.get_one(Team, digest.team_id).name
            promised = bool(promises.of_month(session, digest.team_id, digest.month))
        say = voice_for(self.context, pressed.caller)
        replace_or_open(client, pressed, view.share_form(say, digest.id, team, promised=promised))
        ack()

    def share(self, ack: Ack, body: Payload) -> None:
        """[Share]."""
        wanted = payloads.sharing(body)
        with self.context.sessions.begin() as session:
            digest, leader = self._led(session, wanted.caller, wanted.digest_id)
            now = self.context.now()
            sharing.share(session, digest, with_promises=wanted.with_promises, by=leader, now=now)
            team = session.get_one(Team, digest.team_id).name
        self.context.wake()
        ack(response_action="update", view=view.shared(voice_for(self.context, wanted.caller), team))

    def listed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Is it done?], under the next digest."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            digest, _ = self._led(session, pressed.caller, pressed.value)
            kept = promises.open_promises(session, [digest.team_id])
            told = promise_details(session, kept)
        say = voice_for(self.context, pressed.caller)
        open_modal(
            client, pressed.caller.trigger_id, view.listed(say, [(one.id, told[one.id]) for one in kept])
        )
        ack()

    def ask_what_became(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Update], beside a promise, in a list or on the Home tab."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            found, told = self._promise(session, pressed.caller, pressed.value)
        say = voice_for(self.context, pressed.caller)
        replace_or_open(client, pressed, view.settle_form(say, found.id, told))
        ack()

    def done(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Done], beside a promise whose day has passed."""
        pressed = press(body)
        with self.context.sessions.begin() as session:
            promise, _ = self._promise(session, pressed.caller, pressed.value)
            promises.set_outcome(session, promise, PromiseState.DONE, now=self.context.now())
            told = self._retell(session, promise.team_id, promise.month)
        self.context.wake()
        say = voice_for(self.context, pressed.caller)
        replace_or_open(client, pressed, view.settled(say, told=told))
        ack()

    def not_done(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Not yet] or [Changed]: the form about it, with that answer chosen."""
        pressed = press(body)
        with self.context.sessions.read() as session:
            promise, told = self._promise(session, pressed.caller, pressed.value)
        say = voice_for(self.context, pressed.caller)
        became = view.Became(_ANSWERS[pressed.action_id], told.reason or "")
        replace_or_open(client, pressed, view.settle_form(say, promise.id, told, became=became))
        ack()

    def settle(self, ack: Ack, body: Payload) -> None:
        """[Save] of what became of a promise."""
        said = payloads.settled(body)
        reason = said.reason if said.state in (PromiseState.CHANGED, PromiseState.DROPPED) else ""
        try:
            free_text.check({view.REASON: reason}, self.context.confidentiality, said.accepted)
        except Concern as concern:
            ack(response_action="update", view=self._asking_why(said, concern))
            return
        with self.context.sessions.begin() as session:
            found, _ = self._promise(session, said.caller, said.promise_id)
            now = self.context.now()
            promises.set_outcome(session, found, said.state, reason=said.reason, now=now)
            told = self._retell(session, found.team_id, found.month)
        self.context.wake()
        ack(response_action="update", view=view.settled(voice_for(self.context, said.caller), told=told))

    def _asking_form(self, say: Voice, filled: payloads.PromiseForm, concern: Concern) -> View:
        """The form as it stands, with the question above it."""
        with self.context.sessions.read() as session:
            digest, _ = self._led(session, filled.caller, filled.digest_id)
            more = bool(_free(session, digest, filled.groups))
        asked = FormQuestion(concern.words(say), (*filled.accepted, *concern.marks))
        return view.form(say, filled.digest_id, filled.groups, more=more, asked=asked)

    def _asking_why(self, said: payloads.PromiseOutcome, concern: Concern) -> View:
        """The same for what became of a promise."""
        with self.context.sessions.read() as session:
            promise, told = self._promise(session, said.caller, said.promise_id)
        say = voice_for(self.context, said.caller)
        asked = FormQuestion(concern.words(say), (*said.accepted, *concern.marks))
        became = view.Became(said.state, said.reason)
        return view.settle_form(say, promise.id, told, became=became, asked=asked)

    def _write(self, session: Session, filled: payloads.PromiseForm) -> bool:
        digest, leader = self._led(session, filled.caller, filled.digest_id)
        workspace = workspace_of(session, filled.caller)
        known = members.get_all(session, workspace, {one.who for one in filled.groups if one.who})
        for one in filled.groups:
            if one.who and not known[one.who].can_be_reached:
                sentence = translatable("Please choose a colleague who can do it.")
                raise IncompleteError(one.place, Part.WHO, sentence)
        wordings = [
            Wording(one.place, one.you_said, one.we_will, known[one.who].id if one.who else "", one.by)
            for one in filled.groups
        ]
        promises.save(session, digest, wordings, author=leader, now=self.context.now())
        return self._retell(session, digest.team_id, digest.month)

    def _retell(self, session: Session, team_id: str, month: str) -> bool:
        """Bring the team's post up to date; whether there is one."""
        told = session.get(SharedDigest, (team_id, month))
        if told is None or not told.with_promises:
            return False
        sharing.post_promises(session, told, self.context.now())
        return True

    def _led(self, session: Session, who: Caller, digest_id: str) -> tuple[Digest, Member]:
        """A digest of a team that this person leads."""
        found = session.get(Digest, digest_id)
        if found is None:
            raise UserError(_GONE)
        leader = members.find(session, workspace_of(session, who), who.user)
        if leader is None:
            raise UserError(rights.NOT_A_LEADER)
        rights.require_led_team(session, found.team_id, leader, self.context.now())
        return found, leader

    def _promise(self, session: Session, who: Caller, promise_id: str) -> tuple[Promise, PromiseDetails]:
        """A promise of a team that this person leads."""
        found = session.get(Promise, promise_id)
        if found is None:
            raise UserError(_GONE)
        leader = members.find(session, workspace_of(session, who), who.user)
        if leader is None:
            raise UserError(rights.NOT_A_LEADER)
        rights.require_led_team(session, found.team_id, leader, self.context.now())
        return found, promise_details(session, [found])[found.id]


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons and forms of promises."""
    listeners = Promises(context)
    bolt.action(message.WRITE)(listeners.write)
    bolt.action(view.MORE)(listeners.more)
    bolt.view(view.FORM)(listeners.save)
    bolt.action(message.SHARE)(listeners.ask_to_share)
    bolt.view(view.SHARE_FORM)(listeners.share)
    bolt.action(message.OPEN_LIST)(listeners.listed)
    bolt.action(message.DONE)(listeners.done)
    for action_id in _ANSWERS:
        bolt.action(action_id)(listeners.not_done)
    bolt.action(view.UPDATE)(listeners.ask_what_became)
    bolt.view(view.SETTLE)(listeners.settle)


def _groups(session: Session, digest: Digest, leader: Member) -> list[view.Group]:
    """What was promised already and can still be reworded, else one empty group."""
    kept = promises.of_month(session, digest.team_id, digest.month)
    told = promise_details(session, kept)
    groups = [
        view.Group(one.place, one.you_said, one.we_will, told[one.id].who, told[one.id].by)
        for one in kept
        if one.state == PromiseState.OPEN
    ]
    if groups:
        return groups
    free = _free(session, digest, [])
    if not free:
        raise UserError(
            translatable("All three promises of this month have ended. The next digest takes new ones.")
        )
    return [view.Group(free[0], who=leader.slack_user_id)]


def _free(session: Session, digest: Digest, groups: Sequence[view.Group]) -> list[int]:
    """The places that neither the form nor an earlier promise takes."""
    kept = promises.of_month(session, digest.team_id, digest.month)
    taken = {one.place for one in kept} | {one.place for one in groups}
    return [place for place in range(promises.MOST) if place not in taken]
