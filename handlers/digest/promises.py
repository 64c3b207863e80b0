"""You said / we will: write promises, share them, record their outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.digest import payloads, promise_content, promise_form_view
from handlers.digest.promise_form_view import Became, Group
from handlers.shared.context import Context
from handlers.shared.modals import open_modal, replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from reports.publishing import message, promise_view, schedule, team_lines_view
from reports.queries.extras import promise_details
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.errors import UserError
from slackapp.core.free_text import Concern
from slackapp.core.i18n import translatable
from slackapp.digest import actions, promises, readers, sharing
from slackapp.digest.promises import IncompleteError, Part, Wording
from slackapp.models import Digest, Promise, PromiseState, SharedDigest, Team
from slackapp.workspace import members

_FORMS = {
    promise_view.NOT_YET: promise_form_view.put_off_form,
    promise_view.CHANGED: promise_form_view.change_form,
    promise_form_view.UPDATE: promise_form_view.outcome_form,
    promise_form_view.NOT_YET_FORM: promise_form_view.put_off_form,
    promise_form_view.CHANGED_FORM: promise_form_view.change_form,
    promise_form_view.SETTLE: promise_form_view.outcome_form,
}
"""The form that a button opens, and the one that was sent."""
_GONE = translatable("This is not there any more. Please open the digest again.")


@dataclass(frozen=True, slots=True)
class Promises:
    """The listeners around a leader's answer to a digest."""

    context: Context

    def write(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Say what we will do]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            digest = _led_digest(scope, pressed.value)
            groups = _groups(scope, digest)
            more = bool(_free_places(scope, digest, groups))
            content = promise_content.content(scope, digest)
        view = promise_form_view.form(scope.say, digest.id, groups, more=more, content=content)
        replace_or_open(client, pressed, view)
        ack()

    def more(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Add another]: one more group of fields, and what was typed stays."""
        form = payloads.filled(body)
        with Request(self.context, client, form.caller).read() as scope:
            digest = _led_digest(scope, form.digest_id)
            free = _free_places(scope, digest, form.groups)
            content = promise_content.content(scope, digest)
        groups = [*form.groups, *(Group(place, who=form.caller.user) for place in free[:1])]
        question = FormQuestion("", form.accepted)
        view = promise_form_view.form(
            scope.say, form.digest_id, groups, more=len(free) > 1, content=content, question=question
        )
        client.views_update(view_id=form.view_id, hash=form.view_hash, view=view)
        ack()

    def save(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of the form."""
        form = payloads.filled(body)
        request = Request(self.context, client, form.caller)
        try:
            free_text.check(form.texts, self.context.confidentiality, form.accepted)
            is_posted = _save(request, form)
        except Concern as concern:
            ack(response_action="update", view=_form_with_question(request, form, concern))
        except IncompleteError as error:
            field = promise_form_view.field(error.part, error.place)
            ack(response_action="errors", errors={field: error.words(request.say)})
        else:
            view = promise_form_view.saved(request.say, form.digest_id, is_posted=is_posted)
            ack(response_action="update", view=view)

    def ask_to_share(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share with the team]: with or without what was promised?"""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            digest = _led_digest(scope, pressed.value)
            team = scope.session.get_one(Team, digest.team_id).name
            has_promises = bool(promises.of_month(scope.session, digest.team_id, digest.month))
        view = promise_form_view.share_form(scope.say, digest.id, team, has_promises=has_promises)
        replace_or_open(client, pressed, view)
        ack()

    def share(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Share]."""
        form = payloads.sharing(body)
        with Request(self.context, client, form.caller).write() as scope:
            digest = _led_digest(scope, form.digest_id)
            sharing.share(
                scope.session, digest, with_promises=form.with_promises, by=scope.member, now=scope.now
            )
            team = scope.session.get_one(Team, digest.team_id).name
        ack(response_action="update", view=promise_form_view.shared(scope.say, team))

    def open_list(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Is it done?], under the next digest."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            digest = _led_digest(scope, pressed.value)
            open_promises = promises.open_promises(scope.session, [digest.team_id])
            details = promise_details(scope.session, open_promises)
        by_id = [(promise.id, details[promise.id]) for promise in open_promises]
        open_modal(client, pressed.caller.trigger_id, promise_form_view.promise_list(scope.say, by_id))
        ack()

    def ask_for_outcome(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Not yet] or [Changed] when a promise is due, or [Update] beside it: the form about it."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            promise = _led_promise(scope, pressed.value)
            promises.require_open(promise)
            details = promise_details(scope.session, [promise])[promise.id]
            days = promise_content.days(scope)
        view = _FORMS[pressed.action_id](scope.say, promise.id, details, days=days)
        replace_or_open(client, pressed, view)
        ack()

    def done(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Done], beside a promise whose day has come."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).write() as scope:
            promise = _led_promise(scope, pressed.value)
            promises.set_outcome(scope.session, promise, PromiseState.DONE, now=scope.now)
            is_posted = sharing.tell_outcome(scope.session, promise, scope.now)
        replace_or_open(client, pressed, promise_form_view.outcome_saved(scope.say, is_posted=is_posted))
        ack()

    def save_outcome(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Save] of what became of a promise."""
        form = payloads.outcome(body)
        request = Request(self.context, client, form.caller)
        reason = "" if form.state is PromiseState.DONE else form.reason
        try:
            texts = {promise_form_view.REASON: reason}
            free_text.check(texts, self.context.confidentiality, form.accepted)
        except Concern as concern:
            ack(response_action="update", view=_outcome_with_question(request, form, concern))
            return
        with request.write() as scope:
            promise = _led_promise(scope, form.promise_id)
            promises.set_outcome(
                scope.session, promise, form.state, reason=reason, due=form.due, now=scope.now
            )
            is_posted = sharing.tell_outcome(scope.session, promise, scope.now)
        ack(response_action="update", view=promise_form_view.outcome_saved(scope.say, is_posted=is_posted))


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons and forms of promises."""
    listeners = Promises(context)
    bolt.action(team_lines_view.WRITE)(listeners.write)
    bolt.action(promise_form_view.MORE)(listeners.more)
    bolt.view(promise_form_view.FORM)(listeners.save)
    bolt.action(message.SHARE)(listeners.ask_to_share)
    bolt.view(promise_form_view.SHARE_FORM)(listeners.share)
    bolt.action(message.OPEN_LIST)(listeners.open_list)
    bolt.action(promise_view.DONE)(listeners.done)
    for action_id in (promise_view.NOT_YET, promise_view.CHANGED, promise_form_view.UPDATE):
        bolt.action(action_id)(listeners.ask_for_outcome)
    for callback_id in (
        promise_form_view.SETTLE,
        promise_form_view.NOT_YET_FORM,
        promise_form_view.CHANGED_FORM,
    ):
        bolt.view(callback_id)(listeners.save_outcome)


def _save(request: Request, form: payloads.PromiseForm) -> bool:
    """Save the promises; returns whether the team's post shows them."""
    with request.read() as scope:
        # Only whoever leads the team may have people looked up.
        _led_digest(scope, form.digest_id)
    request.look_up(group.who for group in form.groups)
    with request.write() as scope:
        digest = _led_digest(scope, form.digest_id)
        wordings = _wordings(scope, form.groups)
        is_first = not promises.of_month(scope.session, digest.team_id, digest.month)
        saved = promises.save(scope.session, digest, wordings, author=scope.member, now=scope.now)
        if is_first and saved:
            schedule.enqueue_page_again(scope.session, digest, scope.now)
        return _update_post(scope, digest.team_id, digest.month)


def _wordings(scope: Scope, groups: Sequence[Group]) -> list[Wording]:
    user_ids = {group.who for group in groups if group.who}
    people = members.get_all(scope.session, scope.workspace, user_ids)
    for group in groups:
        if group.who and not people[group.who].can_be_reached:
            sentence = translatable("Please choose a colleague who can do it.")
            raise IncompleteError(group.place, Part.WHO, sentence)
    return [
        Wording(
            group.place,
            group.you_said,
            group.we_will or _chosen_action(scope, group),
            people[group.who].id if group.who else "",
            group.due,
        )
        for group in groups
    ]


def _chosen_action(scope: Scope, group: Group) -> str:
    """Return the action chosen from the bank, if the leader wrote no text."""
    action = actions.by_key(group.suggested)
    return scope.say(action.text) if action else ""


def _update_post(scope: Scope, team_id: str, month: str) -> bool:
    """Update the team's post; return whether there is one."""
    shared = scope.session.get(SharedDigest, (team_id, month))
    if shared is None or not shared.with_promises:
        return False
    sharing.post_promises(scope.session, shared, scope.now)
    return True


def _form_with_question(request: Request, form: payloads.PromiseForm, concern: Concern) -> View:
    """The form as it stands, with the question above it."""
    with request.read() as scope:
        digest = _led_digest(scope, form.digest_id)
        more = bool(_free_places(scope, digest, form.groups))
        content = promise_content.content(scope, digest)
    question = FormQuestion(concern.words(scope.say), (*form.accepted, *concern.marks))
    return promise_form_view.form(
        scope.say, form.digest_id, form.groups, more=more, content=content, question=question
    )


def _outcome_with_question(request: Request, form: payloads.PromiseOutcome, concern: Concern) -> View:
    """The same for what became of a promise."""
    with request.read() as scope:
        promise = _led_promise(scope, form.promise_id)
        details = promise_details(scope.session, [promise])[promise.id]
        days = promise_content.days(scope)
    question = FormQuestion(concern.words(scope.say), (*form.accepted, *concern.marks))
    became = Became(form.state, form.reason, form.due)
    return _FORMS[form.form](scope.say, promise.id, details, days=days, became=became, question=question)


def _led_digest(scope: Scope, digest_id: str) -> Digest:
    """A digest of a team that the caller leads; UserError when there is none."""
    digest = scope.session.get(Digest, digest_id)
    if digest is None:
        raise UserError(_GONE)
    readers.require_led_team(scope.session, digest.team_id, scope.member, scope.now)
    return digest


def _led_promise(scope: Scope, promise_id: str) -> Promise:
    """A promise of a team that the caller leads; UserError when there is none."""
    promise = scope.session.get(Promise, promise_id)
    if promise is None:
        raise UserError(_GONE)
    readers.require_led_team(scope.session, promise.team_id, scope.member, scope.now)
    return promise


def _groups(scope: Scope, digest: Digest) -> list[Group]:
    """What was promised already and can still be reworded, else one empty group."""
    earlier = promises.of_month(scope.session, digest.team_id, digest.month)
    details = promise_details(scope.session, earlier)
    groups = [
        Group(
            promise.place,
            promise.you_said,
            promise.we_will,
            details[promise.id].who,
            promise.due,
        )
        for promise in earlier
        if promise.state == PromiseState.OPEN
    ]
    if groups:
        return groups
    free = _free_places(scope, digest, [])
    if not free:
        raise UserError(
            translatable("All three promises of this month have ended. The next digest takes new ones.")
        )
    need = promise_content.first_need(scope, digest)
    return [Group(free[0], you_said=need, who=scope.member.slack_user_id)]


def _free_places(scope: Scope, digest: Digest, groups: Sequence[Group]) -> list[int]:
    """The places that neither the form nor an earlier promise takes."""
    earlier = promises.of_month(scope.session, digest.team_id, digest.month)
    taken = {promise.place for promise in earlier} | {group.place for group in groups}
    return [place for place in range(promises.MOST) if place not in taken]
