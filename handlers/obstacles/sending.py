"""A team's leader sends an obstacle up, changes it, takes it back, and reads what became of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.obstacles import form_view, payloads
from handlers.obstacles.form_view import Destination, Typed
from handlers.obstacles.payloads import ObstacleForm
from handlers.shared.context import Context
from handlers.shared.modals import push_or_open, replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from reports.publishing import obstacle_view
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.db import new_id
from slackapp.core.free_text import Concern
from slackapp.models import Team
from slackapp.obstacles import listing, sending
from slackapp.obstacles.sending import ObstacleText, Within
from slackapp.workspace.audit_log import Action


@dataclass(frozen=True, slots=True)
class Sending:
    """The listeners of a team's own obstacles."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send it up]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            team = sending.require_team(scope.session, pressed.value, scope.member, scope.now)
            view = _new_form(scope, team, f"{team.id}:{new_id()}", Typed())
        # Above the form of a promise, so that what was typed there stays.
        push_or_open(client, pressed, view)
        ack()

    def send(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The form is sent."""
        form = payloads.obstacle(body)
        request = Request(self.context, client, form.caller)
        try:
            free_text.check(form.texts, self.context.confidentiality, form.accepted)
        except Concern as concern:
            ack(response_action="update", view=_asked_again(request, form, concern, _new_form_again))
            return
        with request.write() as scope:
            team = sending.require_team(scope.session, form.team_id, scope.member, scope.now)
            leader = sending.above(scope.session, team, scope.now).leader.name
            obstacle = sending.send(
                scope.session,
                team,
                _text(form),
                obstacle_id=form.new_id,
                by=scope.member,
                now=scope.now,
            )
            if obstacle.sent_at == scope.now:
                scope.record(Action.OBSTACLE_SENT, team.id)
        ack(response_action="update", view=form_view.sent(request.say, leader))

    def open_change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Change it]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            obstacle = sending.own(scope.session, pressed.value, scope.member, scope.now)
            sending.require_open(obstacle)
            typed = Typed(obstacle.in_our_way, obstacle.would_help)
            about = f"{obstacle.id}:{obstacle.revision}"
            view = form_view.change_form(scope.say, about, typed=typed, days=_days(scope))
        replace_or_open(client, pressed, view)
        ack()

    def change(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The form with the new words is sent."""
        form = payloads.obstacle(body)
        request = Request(self.context, client, form.caller)
        try:
            free_text.check(form.texts, self.context.confidentiality, form.accepted)
        except Concern as concern:
            ack(response_action="update", view=_asked_again(request, form, concern, _change_form_again))
            return
        with request.write() as scope:
            obstacle = sending.change(
                scope.session,
                form.obstacle_id,
                _text(form),
                revision=form.revision,
                by=scope.member,
                now=scope.now,
            )
            if obstacle.revision > form.revision:
                scope.record(Action.OBSTACLE_CHANGED, obstacle.team_id)
        ack(response_action="update", view=form_view.changed(request.say))

    def withdraw(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Take it back]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).write() as scope:
            before = sending.own(scope.session, pressed.value, scope.member, scope.now).state
            obstacle = sending.withdraw(scope.session, pressed.value, by=scope.member, now=scope.now)
            if obstacle.state != before:
                scope.record(Action.OBSTACLE_WITHDRAWN, obstacle.team_id)
        replace_or_open(client, pressed, form_view.withdrawn(scope.say))
        ack()

    def of_team(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[What we sent up]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            team = sending.require_team(scope.session, pressed.value, scope.member, scope.now)
            obstacles = listing.of_team(scope.session, team, scope.now)
        replace_or_open(client, pressed, form_view.of_team(scope.say, team.name, obstacles))
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons and forms of a team's own obstacles."""
    listeners = Sending(context)
    bolt.action(re.compile(rf"{obstacle_view.SEND}(:\d+)?"))(listeners.open)
    bolt.view(form_view.FORM)(listeners.send)
    bolt.action(form_view.CHANGE)(listeners.open_change)
    bolt.view(form_view.CHANGE_FORM)(listeners.change)
    bolt.action(form_view.WITHDRAW)(listeners.withdraw)
    bolt.action(form_view.OF_TEAM)(listeners.of_team)


def _text(form: ObstacleForm) -> ObstacleText:
    return ObstacleText(form.typed.in_our_way, form.typed.would_help, form.typed.within)


def _asked_again(
    request: Request,
    form: ObstacleForm,
    concern: Concern,
    build: Callable[[Scope, ObstacleForm, FormQuestion], View],
) -> View:
    """The form as it stands, with the question above it."""
    with request.read() as scope:
        question = FormQuestion(concern.words(scope.say), (*form.accepted, *concern.marks))
        return build(scope, form, question)


def _new_form_again(scope: Scope, form: ObstacleForm, question: FormQuestion) -> View:
    team = sending.require_team(scope.session, form.team_id, scope.member, scope.now)
    return _new_form(scope, team, form.about, form.typed, question)


def _change_form_again(scope: Scope, form: ObstacleForm, question: FormQuestion) -> View:
    sending.own(scope.session, form.obstacle_id, scope.member, scope.now)
    return form_view.change_form(
        scope.say, form.about, typed=form.typed, days=_days(scope), question=question
    )


def _new_form(
    scope: Scope, team: Team, about: str, typed: Typed, question: FormQuestion | None = None
) -> View:
    addressee = sending.above(scope.session, team, scope.now)
    destination = Destination(team.name, addressee.level.name, addressee.leader.name)
    has_earlier = bool(listing.of_team(scope.session, team, scope.now))
    return form_view.form(
        scope.say,
        about,
        destination,
        typed=typed,
        days=_days(scope),
        has_earlier=has_earlier,
        question=question,
    )


def _days(scope: Scope) -> dict[Within, date]:
    return {
        within: sending.needed_by(scope.session, scope.workspace.id, within, scope.now) for within in Within
    }
