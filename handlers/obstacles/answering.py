"""Whoever leads the level above reads what waits, and answers."""

import re
from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.obstacles import form_view, payloads
from handlers.obstacles.form_view import TypedAnswer
from handlers.obstacles.payloads import AnswerForm
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from reports.publishing import obstacle_view
from slackapp.blocks import FormQuestion, View
from slackapp.core import free_text
from slackapp.core.errors import UserError
from slackapp.core.free_text import Concern
from slackapp.core.i18n import translatable
from slackapp.models import Obstacle
from slackapp.obstacles import answering, listing, routing
from slackapp.obstacles.answering import Answer, AnswerText, ChangedMeanwhileError
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.workspace import permissions
from slackapp.workspace.audit_log import Action

_NO_ANSWER = translatable("Please choose an answer.")


@dataclass(frozen=True, slots=True)
class Answering:
    """The listeners of whoever is to answer."""

    context: Context

    def waiting(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[All that waits for you], and the pages of that list."""
        pressed = press(body)
        skip = int(pressed.value) if pressed.value.isdecimal() else 0
        with Request(self.context, client, pressed.caller).read() as scope:
            obstacles = listing.waiting_for(scope.session, scope.member, scope.now)
        page = obstacles[skip : skip + form_view.PAGE]
        view = form_view.all_waiting(scope.say, page, skip=skip, total=len(obstacles))
        replace_or_open(client, pressed, view)
        ack()

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Answer]."""
        pressed = press(body)
        with Request(self.context, client, pressed.caller).read() as scope:
            obstacle = answering.answerable(scope.session, pressed.value, scope.member, scope.now)
            view = _form(scope, obstacle, TypedAnswer())
        replace_or_open(client, pressed, view)
        ack()

    def answer(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The form is sent."""
        form = payloads.answer(body)
        request = Request(self.context, client, form.caller)
        if form.typed.answer is None:
            raise UserError(_NO_ANSWER).beside(form_view.KIND)
        try:
            free_text.check(form.texts, self.context.confidentiality, form.accepted)
            details = _answer(request, form, form.typed.answer)
        except Concern as concern:
            ack(response_action="update", view=_asked_again(request, form, concern))
        except ChangedMeanwhileError as changed:
            ack(response_action="update", view=_read_again(request, form, changed))
        else:
            view = form_view.answered(request.say, details, form.typed.answer)
            ack(response_action="update", view=view)


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons and the form of an answer."""
    listeners = Answering(context)
    bolt.action(re.compile(rf"{obstacle_view.ANSWER}(:\d+)?"))(listeners.open)
    bolt.view(form_view.ANSWER_FORM)(listeners.answer)
    bolt.action(obstacle_view.ALL_WAITING)(listeners.waiting)
    bolt.action(re.compile(rf"{form_view.TURN}:(previous|next)"))(listeners.waiting)


def _answer(request: Request, form: AnswerForm, chosen: Answer) -> ObstacleDetails:
    text = AnswerText(chosen, form.typed.words, form.typed.due)
    with request.write() as scope:
        obstacle = answering.answer(
            scope.session,
            form.obstacle_id,
            text,
            revision=form.revision,
            by=scope.member,
            now=scope.now,
        )
        if scope.now in (obstacle.answered_at, obstacle.asked_at):
            action = Action.OBSTACLE_PASSED if chosen is Answer.UP else Action.OBSTACLE_ANSWERED
            scope.record(action, obstacle.team_id, after=chosen)
        return listing.details(scope.session, [obstacle], scope.now)[0]


def _form(
    scope: Scope,
    obstacle: Obstacle,
    typed: TypedAnswer,
    *,
    question: FormQuestion | None = None,
    note: str = "",
) -> View:
    tree = permissions.teams(scope.session, scope.workspace.id)
    above = routing.next_above(scope.session, tree, obstacle, scope.now)
    return form_view.answer_form(
        scope.say,
        listing.details(scope.session, [obstacle], scope.now)[0],
        next_leader=above.leader.name if above else "",
        typed=typed,
        question=question,
        note=note,
    )


def _asked_again(request: Request, form: AnswerForm, concern: Concern) -> View:
    """The form as it stands, with the question above it."""
    with request.read() as scope:
        obstacle = answering.answerable(scope.session, form.obstacle_id, scope.member, scope.now)
        question = FormQuestion(concern.words(scope.say), (*form.accepted, *concern.marks))
        return _form(scope, obstacle, form.typed, question=question)


def _read_again(request: Request, form: AnswerForm, changed: ChangedMeanwhileError) -> View:
    """The form with the team's new words, and what was typed so far."""
    with request.read() as scope:
        obstacle = answering.answerable(scope.session, form.obstacle_id, scope.member, scope.now)
        question = FormQuestion("", form.accepted)
        return _form(scope, obstacle, form.typed, question=question, note=changed.words(scope.say))
