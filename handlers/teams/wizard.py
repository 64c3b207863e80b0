"""Make a channel a team: three steps for the inviter, and a message in the channel."""

from dataclasses import dataclass, replace

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.shared.channels import channel_name, people_in
from handlers.shared.context import Context
from handlers.shared.form_values import Values
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, caller, press
from handlers.shared.request import Request, Scope
from handlers.teams import wizard_view
from handlers.teams.sync import known_members
from handlers.teams.wizard_view import Outlook, WizardState
from slackapp import teams
from slackapp.blocks import option
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, SourceKind, Team, TeamSource
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import TeamMakerRef
from slackapp.teams import MembershipSource, TeamForm, moves, proposals
from slackapp.teams.edit import FIELD_NAME
from slackapp.workspace import members
from slackapp.workspace.audit_log import Action
from slackapp.workspace.permissions import Permission

ANNOUNCED = Kind("team-made", TeamMakerRef, second_copy=SecondCopy.SEEN_BY_ALL)
MOST_OPTIONS = 100
_MAY = Permission.MAKE_TEAM_OF_CHANNEL
_JOIN_FIRST = translatable("Please join the channel first, then make it a team.")
_IN_USE = translatable("The team {name} uses this channel. Only an admin can make another team of it.")
_MADE_ALREADY = translatable("This channel makes the team {name} already.")


@dataclass(frozen=True, slots=True)
class TeamWizard:
    """The listeners of the three steps. Nothing is stored before the last."""

    context: Context

    def open(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make it a team]: step 1."""
        pressed = press(body)
        channel, user = pressed.value, pressed.caller.user
        with Request(self.context, client, pressed.caller).read(_MAY) as scope:
            _check_free(scope, channel)
        _check_present(client, user, channel)
        name = teams.suggest_name(channel_name(client, channel))
        state = WizardState(channel=channel, called=name, name=name, leader=user)
        replace_or_open(client, pressed, wizard_view.name_step(scope.say, state))
        ack()

    def submit_name(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Step 1 was filled in: step 2."""
        state = wizard_view.read_state(body["view"]["private_metadata"])
        state = replace(state, name=" ".join(Values(body).text(FIELD_NAME).split()))
        with Request(self.context, client, caller(body)).read(_MAY) as scope:
            teams.check_name(scope.session, scope.workspace, state.name)
            has_parents = bool(teams.search(scope.session, scope.workspace))
        view = wizard_view.people_step(scope.say, state, has_parents=has_parents)
        ack(response_action="update", view=view)

    def submit_people(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Step 2 was filled in: step 3."""
        state, values = wizard_view.read_state(body["view"]["private_metadata"]), Values(body)
        leader, parent = values.person(wizard_view.FIELD_LEADER), values.chosen(wizard_view.FIELD_PARENT)
        state = replace(state, leader=leader, parent=parent)
        request = Request(self.context, client, caller(body))
        present = _check_present(client, request.caller.user, state.channel)
        request.look_up([leader])
        with request.read(_MAY) as scope:
            _check_free(scope, state.channel)
            teams.check_leaders(scope.session, scope.workspace, TeamForm(state.name, leader=leader))
            outlook = _outlook(scope, state, present)
        ack(response_action="update", view=wizard_view.confirm_step(scope.say, state, outlook))

    def confirm(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """[Make the team]."""
        state = wizard_view.read_state(body["view"]["private_metadata"])
        request = Request(self.context, client, caller(body))
        present = _check_present(client, request.caller.user, state.channel)
        request.look_up([state.leader])
        with request.write(_MAY) as scope:
            _make_team(scope, state, present)
        ack(response_action="update", view=wizard_view.done(scope.say, state.name))

    def parent_options(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """The teams to choose a parent from, for what was typed so far."""
        with Request(self.context, client, caller(body)).read(_MAY, look_up=False) as scope:
            matching = teams.search(scope.session, scope.workspace, str(body.get("value") or ""))
        ack(options=[option(team_id, name) for team_id, name in matching[:MOST_OPTIONS]])


def register(bolt: App, context: Context) -> None:
    """Listen for the three steps."""
    listeners = TeamWizard(context)
    bolt.action(wizard_view.OPEN)(listeners.open)
    bolt.view(wizard_view.NAME)(listeners.submit_name)
    bolt.view(wizard_view.PEOPLE)(listeners.submit_people)
    bolt.view(wizard_view.CONFIRM)(listeners.confirm)
    bolt.options(wizard_view.FIELD_PARENT)(listeners.parent_options)


def announce(scope: Scope, team: Team) -> None:
    """Enqueue the message to the channel about who made it a team."""
    if team.slack_channel_id:
        about, key = TeamMakerRef(team.id, scope.member.id), f"{ANNOUNCED}:{team.id}:{team.slack_channel_id}"
        delivery = ANNOUNCED.new(about, team.slack_channel_id, scope.now, key=key)
        queue.enqueue(scope.session, scope.workspace, delivery)


def _check_present(client: WebClient, slack_user_id: str, channel: str) -> list[str]:
    """Who is in the channel, by Slack's ids. UserError when the person who asks is not."""
    present = people_in(client, SourceKind.CHANNEL, channel)
    if slack_user_id not in present:
        raise UserError(_JOIN_FIRST)
    return present


def _check_free(scope: Scope, channel: str) -> None:
    """Raise UserError when a team already follows this channel or shares in it."""
    if (source := teams.sourced(scope.session, scope.workspace, channel)) is not None:
        raise UserError(_MADE_ALREADY, name=scope.session.get_one(Team, source.team_id).name)
    if in_use := teams.using(scope.session, scope.workspace, channel):
        raise UserError(_IN_USE, name=in_use[0].name)


def _make_team(scope: Scope, state: WizardState, present: list[str]) -> None:
    session, workspace = scope.session, scope.workspace
    _check_free(scope, state.channel)
    wish = TeamForm(state.name, state.parent or None, state.leader, state.channel)
    before = moves.placement(session, workspace)
    team = proposals.make(session, workspace, wish, by=scope.member, now=scope.now)
    teams.follow(session, workspace, team, MembershipSource(SourceKind.CHANNEL, state.channel, state.called))
    source = session.get_one(TeamSource, team.id)
    teams.set_members(session, source, known_members(session, workspace, present), now=scope.now)
    moves.tell_moved(session, workspace, before, now=scope.now)
    scope.record(Action.TEAM_MADE, team.id)
    announce(scope, team)


def _outlook(scope: Scope, state: WizardState, present: list[str]) -> Outlook:
    """Return what the three steps would do; everybody in the channel is counted, the leader too."""
    session, workspace = scope.session, scope.workspace
    known = [member for member in known_members(session, workspace, present) if member.can_be_reached]
    leader = members.get_all(session, workspace, [state.leader])[state.leader]
    joining = [member for member in teams.eligible(session, workspace, known) if member.id != leader.id]
    staying = [member for member in known if member not in joining and member.id != leader.id]
    parent = teams.of(session, workspace, state.parent) if state.parent else None
    is_confirmed = parent is None or teams.may_confirm(session, scope.member, parent, scope.now)
    return Outlook(
        joining=len(joining),
        elsewhere=len(staying),
        parent=parent.name if parent else None,
        is_parent_asked=not is_confirmed,
        is_leader_asked=not teams.may_appoint(scope.member, leader),
        leader_stays_in=_own_team(scope, leader),
        leader_joins=parent.name if parent and is_confirmed and _is_free(scope, leader) else None,
    )


def _own_team(scope: Scope, leader: Member) -> str | None:
    return scope.session.get_one(Team, leader.team_id).name if leader.team_id else None


def _is_free(scope: Scope, leader: Member) -> bool:
    return leader.team_id is None and not members.teams_led_by(scope.session, leader)
