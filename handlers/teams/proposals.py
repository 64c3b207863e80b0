"""Answers to a proposal about a new team: the person named as leader, and whoever may confirm a parent."""

from dataclasses import dataclass

from slack_bolt import Ack, App
from slack_sdk import WebClient

from handlers.shared.channels import Unavailable, people_in_or_reason
from handlers.shared.context import Context
from handlers.shared.modals import replace_or_open
from handlers.shared.payloads import Payload, press
from handlers.shared.request import Request, Scope
from handlers.teams import proposals_view
from handlers.teams.sync import known_members
from slackapp import teams
from slackapp.models import Member, ProposalKind, SourceKind, Team, TeamProposal, TeamSource
from slackapp.teams import Answer, moves, proposals
from slackapp.teams.proposals import ProposalKey
from slackapp.workspace.audit_log import Action
from slackapp.workspace.permissions import Permission

_MAY = Permission.MAKE_TEAM_OF_CHANNEL
_ACTIONS = {
    proposals_view.ACCEPT_LEAD: (ProposalKind.LEADER, Answer.ACCEPTED),
    proposals_view.DECLINE_LEAD: (ProposalKind.LEADER, Answer.DECLINED),
    proposals_view.ACCEPT_PART: (ProposalKind.PARENT, Answer.ACCEPTED),
    proposals_view.DECLINE_PART: (ProposalKind.PARENT, Answer.DECLINED),
}

_RECORDED = {Answer.ACCEPTED: Action.PROPOSAL_ACCEPTED, Answer.DECLINED: Action.PROPOSAL_DECLINED}


@dataclass(frozen=True, slots=True)
class Proposals:
    """The listeners of [Accept] and [No, thank you]."""

    context: Context

    def answer(self, ack: Ack, body: Payload, client: WebClient) -> None:
        """Somebody accepts or declines."""
        pressed = press(body)
        kind, answer = _ACTIONS[pressed.action_id]
        key = ProposalKey(pressed.value, kind)
        request = Request(self.context, client, pressed.caller)
        with request.read(_MAY) as scope:
            _open(scope, key)
            source = scope.session.get(TeamSource, pressed.value)
            place = (SourceKind(source.kind), source.slack_id) if source else None
        present = people_in_or_reason(client, *place) if place and answer is Answer.ACCEPTED else []
        with request.write(_MAY) as scope:
            before = moves.placement(scope.session, scope.workspace)
            proposal = _open(scope, key)
            outcome = proposals.answer(scope.session, scope.workspace, proposal, answer, now=scope.now)
            if not isinstance(present, Unavailable):
                _fill(scope, outcome.team_id, present)
            moves.tell_moved(scope.session, scope.workspace, before, now=scope.now)
            scope.record(_RECORDED[answer], outcome.team_id, after=kind)
            team = scope.session.get_one(Team, outcome.team_id).name
        replace_or_open(client, pressed, proposals_view.answered(scope.say, team, kind, answer))
        request.refresh_home()
        ack()


def register(bolt: App, context: Context) -> None:
    """Listen for answers."""
    listeners = Proposals(context)
    for action_id in _ACTIONS:
        bolt.action(action_id)(listeners.answer)


def _open(scope: Scope, key: ProposalKey) -> TeamProposal:
    return proposals.open_for(scope.session, scope.workspace, key, member=scope.member, now=scope.now)


def _fill(scope: Scope, team_id: str, present: list[str]) -> None:
    """Let those in the channel who are in no team join, now that its leader has accepted."""
    source = scope.session.get(TeamSource, team_id)
    if source is not None and present:
        people: list[Member] = known_members(scope.session, scope.workspace, present)
        teams.set_members(scope.session, source, people, now=scope.now)
