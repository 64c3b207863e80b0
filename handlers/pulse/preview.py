"""Trying the check-in out: every message to look at, and a test to oneself that stores nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.pulse import admin_view as view
from handlers.pulse import anonymity_view as anonymity
from handlers.pulse import messages_view as pulse_messages
from handlers.pulse import survey_view as pulse
from handlers.shared.context import Context
from handlers.shared.modals import open_modal
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.people import voice_for
from slackapp.blocks import Block, View
from slackapp.core.i18n import Voice
from slackapp.digest.promises import PromiseSummary
from slackapp.models import Member, PromiseState, Team, Workspace
from slackapp.outbox.queue import NewDelivery, enqueue_many
from slackapp.outbox.references import TrialRef
from slackapp.pulse import opening
from slackapp.pulse import question_rotation as asking
from slackapp.pulse import settings as governing
from slackapp.pulse.audience import Group
from slackapp.pulse.notices import TEST
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members

AsAdmin = Callable[[Context, WebClient, Caller, Callable[[Session, Workspace, Member, Voice], View]], View]


@dataclass(frozen=True, slots=True)
class Previews:
    """The listeners."""

    context: Context
    as_admin: AsAdmin

    def preview(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[See every message]."""
        found = press(body)

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            closing = _closing(session, workspace, member, say, self.context.now())
            return view.preview(say, _messages(say, workspace, member, closing))

        client.views_push(
            trigger_id=found.caller.trigger_id, view=self.as_admin(self.context, client, found.caller, deed)
        )
        ack()

    def send(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Send me a test]."""
        found = press(body)
        now = self.context.now()

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            enqueue_many(session, workspace, [_test(member, now)])
            return view.notice(say, say("Sent. Look at your messages; what you answer there is not stored."))

        shown = self.as_admin(self.context, client, found.caller, deed)
        client.views_push(trigger_id=found.caller.trigger_id, view=shown)
        ack()

    def answer(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Answer] under a test."""
        who = press(body).caller

        def deed(session: Session, workspace: Workspace, member: Member, say: Voice) -> View:
            items = asking.items(session, asking.next_items(session, workspace))
            sheet = pulse.SurveyForm(items, workspace.comments_on, workspace.contact)
            modal = pulse.modal(say, "test", sheet, _group(session, workspace, member))
            note: Block = pulse_messages.note(say("This is a test. Nothing is stored."))
            return modal | {"callback_id": view.TEST_SUBMIT, "blocks": [note, *modal["blocks"][:-1]]}

        open_modal(client, who.trigger_id, self.as_admin(self.context, client, who, deed))
        ack()

    def submit(self, ack: Ack, body: Payload) -> None:
        """[Store my answer] in a test. Nothing of it is read."""
        say = voice_for(self.context, caller(body))
        words = say("That was the test. Nothing was stored.")
        ack(response_action="update", view=view.notice(say, words))


def register(bolt: App, context: Context, as_admin: AsAdmin) -> None:
    """Listen for the buttons and the test."""
    listeners = Previews(context, as_admin)
    bolt.action(view.PREVIEW)(listeners.preview)
    bolt.action(view.TEST)(listeners.send)
    bolt.action(view.ANSWER_TEST)(listeners.answer)
    bolt.view(view.TEST_SUBMIT)(listeners.submit)


def _messages(say: Voice, workspace: Workspace, member: Member, closing: str) -> dict[str, list[Block]]:
    strict = governing.thresholds(workspace)
    rules = pulse_messages.rules_text(say, k=strict.k, c=strict.c, comments=strict.comments)
    return {
        say("When it opens"): pulse_messages.message(say, "preview", closing=closing, has_earlier=False),
        say("When it opens and nothing has been recorded"): pulse_messages.message(
            say, "preview", closing=closing, has_earlier=True
        ),
        say("When something was promised"): pulse_messages.message(
            say, "preview", closing=closing, has_earlier=True, line=_example(say)
        ),
        say("In a team's channel, once"): pulse_messages.loss(
            pulse_messages.reminder_text(say, closing=closing)
        ),
        say("If it is lost"): pulse_messages.loss(pulse_messages.loss_text(say)),
        say("If a threshold is raised"): pulse_messages.loss(rules),
        say("If somebody else leads a team"): pulse_messages.loss(
            pulse_messages.new_leader_text(say, leader=member.name, team=workspace.name), plain=True
        ),
        say("How it stays anonymous"): anonymity.about(say, strict.k, None)["blocks"],
    }


def _example(say: Voice) -> PromiseSummary:
    return PromiseSummary(
        you_said=say("There is nobody to help with beds after five"),
        we_will=say("find a second pair of hands until eight"),
        state=PromiseState.OPEN,
        reason=None,
    )


def _closing(session: Session, workspace: Workspace, member: Member, say: Voice, now: datetime) -> str:
    coming = upcoming(workspace, opening.last_poll(session, workspace), now)
    return say.moment(coming.closes_at, members.time_zone_of(workspace, member))


def _group(session: Session, workspace: Workspace, member: Member) -> Group:
    """The group an answer of this person would join; the whole workspace for somebody without a team."""
    k = governing.thresholds(workspace).k
    team = session.get(Team, member.team_id) if member.team_id else None
    if team is None:
        return Group(workspace.name, 1, k, None)
    invited = session.scalar(select(func.count()).select_from(Member).where(Member.team_id == team.id)) or 1
    above = session.get(Team, team.parent_id) if team.parent_id else None
    return Group(team.name, invited, k, above.name if above else None)


def _test(member: Member, now: datetime) -> NewDelivery:
    return TEST.new(TrialRef(), member.slack_user_id, now, key=f"{TEST}:{member.id}:{now:%Y%m%d%H%M%S}")
