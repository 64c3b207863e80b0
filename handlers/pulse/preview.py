"""Trying the check-in out: every message to look at, and a test to oneself that stores nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.pulse import admin_view, anonymity_view, messages_view, readers_view, survey_view
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.people import voice_for
from handlers.shared.request import Request, Scope
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.digest import promises, reader_notices
from slackapp.digest.promises import PromiseSummary
from slackapp.models import Member, PromiseState, Team, Workspace
from slackapp.outbox.queue import NewDelivery, enqueue_many
from slackapp.outbox.references import TrialRef
from slackapp.pulse import opening, question_rotation, settings
from slackapp.pulse.audience import Group
from slackapp.pulse.notices import TEST
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members
from slackapp.workspace.permissions import Permission


@dataclass(frozen=True, slots=True)
class Previews:
    """The listeners."""

    context: Context

    def preview(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[See every message]."""
        who = press(body).caller
        with Request(self.context, client, who).read(Permission.SETTLE) as scope:
            view = admin_view.preview(scope.say, _messages(scope))
        client.views_push(trigger_id=who.trigger_id, view=view)
        ack()

    def send(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send me a test]."""
        who = press(body).caller
        with Request(self.context, client, who).write(Permission.SETTLE) as scope:
            enqueue_many(scope.session, scope.workspace, [_test(scope.member, scope.now)])
        sentence = scope.say("Sent. Look at your messages; what you answer there is not stored.")
        client.views_push(trigger_id=who.trigger_id, view=admin_view.notice(scope.say, sentence))
        ack()

    def answer(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Answer] under a test."""
        who = press(body).caller
        with Request(self.context, client, who).read(Permission.SETTLE) as scope:
            modal = _modal(scope)
        open_modal(client, who.trigger_id, modal)
        ack()

    def submit(self, ack: Ack, body: Payload) -> None:
        """[Store my answer] in a test. Nothing of it is read."""
        say = voice_for(self.context, caller(body))
        sentence = say("That was the test. Nothing was stored.")
        ack(response_action="update", view=admin_view.notice(say, sentence))


def register(bolt: App, context: Context) -> None:
    """Listen for the buttons and the test."""
    listeners = Previews(context)
    bolt.action(admin_view.PREVIEW)(listeners.preview)
    bolt.action(admin_view.TEST)(listeners.send)
    bolt.action(admin_view.ANSWER_TEST)(listeners.answer)
    bolt.view(admin_view.TEST_SUBMIT)(listeners.submit)


def _modal(scope: Scope) -> View:
    """The modal that staff get, under a line that says it is a test."""
    session, workspace, say = scope.session, scope.workspace, scope.say
    items = question_rotation.items(session, question_rotation.next_items(session, workspace))
    form = survey_view.SurveyForm(items, workspace.comments_on, workspace.contact)
    modal = survey_view.modal(say, "test", form, _group(session, workspace, scope.member))
    note: Block = messages_view.note(say("This is a test. Nothing is stored."))
    return modal | {"callback_id": admin_view.TEST_SUBMIT, "blocks": [note, *modal["blocks"][:-1]]}


def _messages(scope: Scope) -> dict[str, list[Block]]:
    say, workspace, closing = scope.say, scope.workspace, _closing(scope)
    due = promises.usual_day(scope.now.date(), workspace.nation)
    strict = settings.thresholds(workspace)
    rules = messages_view.rules_text(say, k=strict.k, c=strict.c, comments=strict.comments)
    return {
        say("When it opens"): messages_view.message(say, "preview", closing=closing, has_earlier=False),
        say("When it opens and nothing has been recorded"): messages_view.message(
            say, "preview", closing=closing, has_earlier=True
        ),
        say("When something was promised"): messages_view.message(
            say,
            "preview",
            closing=closing,
            has_earlier=True,
            line=_example(say, due),
        ),
        say("In a team's channel, once"): messages_view.loss(
            messages_view.reminder_text(say, closing=closing)
        ),
        say("If it is lost"): messages_view.loss(messages_view.loss_text(say)),
        say("If a threshold is raised"): messages_view.loss(rules),
        say("If somebody else leads a team"): messages_view.loss(
            readers_view.new_leader_text(
                say,
                leader=scope.member.name,
                team=workspace.name,
                month=reader_notices.first_readable(workspace, reader_notices.milliseconds(scope.now)),
            ),
            plain=True,
        ),
        say("How it stays anonymous"): anonymity_view.about(say, strict.k, None)["blocks"],
    }


def _example(say: Voice, due: date) -> PromiseSummary:
    return PromiseSummary(
        you_said=say("There is nobody to help with beds after five"),
        we_will=say("find a second pair of hands until eight"),
        state=PromiseState.OPEN,
        reason=None,
        due=due,
    )


def _closing(scope: Scope) -> str:
    last = opening.last_poll(scope.session, scope.workspace)
    coming = upcoming(scope.workspace, last, scope.now)
    return scope.say.moment(coming.closes_at, members.time_zone_of(scope.workspace, scope.member))


def _group(session: Session, workspace: Workspace, member: Member) -> Group:
    """The group an answer of this person would join; the whole workspace for somebody without a team."""
    k = settings.thresholds(workspace).k
    team = session.get(Team, member.team_id) if member.team_id else None
    if team is None:
        return Group(workspace.name, 1, k, None)
    invited = session.scalar(select(func.count()).select_from(Member).where(Member.team_id == team.id)) or 1
    above = session.get(Team, team.parent_id) if team.parent_id else None
    return Group(team.name, invited, k, above.name if above else None)


def _test(member: Member, now: datetime) -> NewDelivery:
    return TEST.new(TrialRef(), member.slack_user_id, now, key=f"{TEST}:{member.id}:{now:%Y%m%d%H%M%S}")
