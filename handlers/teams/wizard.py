"""Making a team of a channel: three steps for whoever invited the app, and a word in the channel."""

from dataclasses import dataclass, replace

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from handlers.shared.channels import channel_name, people_in
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Caller, Payload, caller, press
from handlers.shared.people import acquainted, voice_for, workspace_of
from handlers.shared.request import actor
from handlers.teams import wizard_view as view
from handlers.teams.sync import known_members
from handlers.teams.wizard_view import Outlook, WizardState
from slackapp import blocks
from slackapp import teams as units
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource, Workspace
from slackapp.outbox import queue as outbox
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import TeamMakerRef
from slackapp.teams import MembershipSource, TeamForm
from slackapp.teams.edit import FIELD_NAME
from slackapp.workspace import audit_log as audit
from slackapp.workspace import members
from slackapp.workspace import permissions as rights
from slackapp.workspace.permissions import Permission

ANNOUNCED = Kind("team-made", TeamMakerRef, second_copy=SecondCopy.SEEN_BY_ALL)
MOST_OPTIONS = 100
_JOIN_FIRST = translatable("Please join the channel first, then make it a team.")
_MADE_ALREADY = translatable("This channel makes the team {name} already.")


@dataclass(frozen=True, slots=True)
class TeamWizard:
    """The listeners of the three steps. Nothing is stored before the last."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make it a team]: step 1."""
        pressed = press(body)
        channel = pressed.value
        acquainted(
            self.context, client, pressed.caller, lambda session: self._may(session, pressed.caller, channel)
        )
        _check_present(client, pressed.caller, channel)
        called = units.suggest_name(channel_name(client, channel))
        steps = WizardState(channel=channel, called=called, name=called, leader=pressed.caller.user)
        replace_or_open(client, pressed, view.first(voice_for(self.context, pressed.caller), steps))
        ack()

    def named(self, ack: Ack, body: Payload) -> None:
        """Step 1 was filled in: step 2."""
        who, steps = caller(body), view.begun(body["view"]["private_metadata"])
        steps = replace(steps, name=" ".join(Values(body).text(FIELD_NAME).split()))
        with self.context.sessions.read() as session:
            workspace = workspace_of(session, who)
            units.check_name(session, workspace, steps.name)
            has_parents = bool(units.search(session, workspace))
        ack(
            response_action="update",
            view=view.second(voice_for(self.context, who), steps, has_parents=has_parents),
        )

    def peopled(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Step 2 was filled in: step 3."""
        who, steps, found = caller(body), view.begun(body["view"]["private_metadata"]), Values(body)
        steps = replace(steps, leader=found.person(view.FIELD_LEADER), parent=found.chosen(view.FIELD_PARENT))
        there = _check_present(client, who, steps.channel)

        def deed(session: Session) -> Outlook:
            workspace = self._may(session, who, steps.channel)
            units.check_leaders(session, workspace, TeamForm(steps.name, leader=steps.leader))
            return _outlook(session, workspace, steps, there)

        outlook = acquainted(self.context, client, who, deed)
        ack(response_action="update", view=view.third(voice_for(self.context, who), steps, outlook))

    def confirmed(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make the team]."""
        who, steps = caller(body), view.begun(body["view"]["private_metadata"])
        there = _check_present(client, who, steps.channel)
        acquainted(self.context, client, who, lambda session: self._make(session, who, steps, there))
        self.context.wake()
        ack(response_action="update", view=view.made(voice_for(self.context, who), steps.name))

    def options(self, ack: Ack, body: Payload) -> None:
        """What can be chosen as a team, for what was typed so far."""
        who = caller(body)
        with self.context.sessions.read() as session:
            workspace = workspace_of(session, who)
            asker = members.find(session, workspace, who.user)
            rights.require(session, asker, Permission.MAKE_TEAM_OF_CHANNEL, now=self.context.now())
            found = units.search(session, workspace, str(body.get("value") or ""))
        ack(options=[blocks.option(*one) for one in found[:MOST_OPTIONS]])

    def _may(self, session: Session, who: Caller, channel: str) -> Workspace:
        """The workspace, once it is certain that this person may make a team of this channel."""
        workspace = workspace_of(session, who)
        asker = members.get_all(session, workspace, [who.user])[who.user]
        rights.require(session, asker, Permission.MAKE_TEAM_OF_CHANNEL, now=self.context.now())
        if (taken := units.sourced(session, workspace, channel)) is not None:
            raise UserError(_MADE_ALREADY, name=session.get_one(Team, taken.team_id).name)
        return workspace

    def _make(self, session: Session, who: Caller, steps: WizardState, there: list[str]) -> None:
        workspace, now = self._may(session, who, steps.channel), self.context.now()
        maker = members.get_all(session, workspace, [who.user])[who.user]
        wish = TeamForm(steps.name, steps.parent or None, steps.leader, steps.channel)
        team = units.make(session, workspace, wish)
        place = MembershipSource(SourceKind.CHANNEL, steps.channel, steps.called)
        units.follow(session, workspace, team, place)
        source = session.get_one(TeamSource, team.id)
        units.set_members(session, source, known_members(session, workspace, there), now=now)
        entry = audit.NewEntry(actor(self.context, maker), audit.Action.TEAM_MADE, team.id)
        audit.record(session, workspace, entry, now=now)
        announce(session, workspace, team, maker, self.context)


def announce(session: Session, workspace: Workspace, team: Team, maker: Member, context: Context) -> None:
    """Owe the channel a word about who made it a team."""
    if team.slack_channel_id:
        about, key = TeamMakerRef(team.id, maker.id), f"{ANNOUNCED}:{team.id}:{team.slack_channel_id}"
        outbox.enqueue(
            session, workspace, ANNOUNCED.new(about, team.slack_channel_id, context.now(), key=key)
        )


def register(bolt: App, context: Context) -> None:
    """Listen for the three steps."""
    listeners = TeamWizard(context)
    bolt.action(view.OPEN)(listeners.open)
    bolt.view(view.NAME)(listeners.named)
    bolt.view(view.PEOPLE)(listeners.peopled)
    bolt.view(view.CONFIRM)(listeners.confirmed)
    bolt.options(view.FIELD_PARENT)(listeners.options)


def _check_present(client: WebClient, who: Caller, channel: str) -> list[str]:
    """Who is in the channel, whoever asks among them."""
    there = people_in(client, SourceKind.CHANNEL, channel)
    if who.user not in there:
        raise UserError(_JOIN_FIRST)
    return there


def _outlook(session: Session, workspace: Workspace, steps: WizardState, there: list[str]) -> Outlook:
    people = [one for one in known_members(session, workspace, there) if one.slack_user_id != steps.leader]
    joining = len(units.eligible(session, workspace, people))
    elsewhere = sum(one.can_be_reached and one.team_id is not None for one in people)
    parent = units.of(session, workspace, steps.parent).name if steps.parent else None
    return Outlook(joining=joining, elsewhere=elsewhere, parent=parent)
