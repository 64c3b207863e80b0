"""Renders the messages about channels that are, or may become, teams."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.teams import proposals_view, wizard_view
from handlers.teams.wizard import ANNOUNCED
from slackapp import teams
from slackapp.core.i18n import voice
from slackapp.models import Delivery, Member, ProposalKind, Team, TeamProposal, Workspace
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip, WaitUntil
from slackapp.pulse.notices import next_allowed_time
from slackapp.teams.moves import MOVED
from slackapp.teams.proposals import ANSWERED, NOMINATION, PLACE, Outcome
from slackapp.teams.sync import ARCHIVED, OFFER, REMOVED
from slackapp.workspace import members


def _offer(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    if teams.using(session, workspace, delivery.reference):
        return Skip("is_a_team")
    reader = members.find(session, workspace, delivery.target)
    text, blocks = wizard_view.offer(members.language_of(workspace, reader), delivery.reference)
    return Message(text=text, blocks=blocks)


def _announced(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    team_id, _, maker_id = delivery.reference.partition(":")
    team, maker = session.get(Team, team_id), session.get(Member, maker_id)
    if team is None or team.closed_at is not None or maker is None:
        return Skip("no_team")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    leader = session.get(Member, team.leader_id) if team.leader_id else None
    new_team = wizard_view.NewTeam(
        team=team.name,
        maker=maker.slack_user_id,
        leader=leader.slack_user_id if leader else None,
        follows=teams.source_of(session, team) is not None,
    )
    text, blocks = wizard_view.announced(voice(workspace.language), new_team)
    return Message(text=text, blocks=blocks)


def _archived(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    team = session.get(Team, delivery.reference)
    if team is None or team.slack_channel_id is None:
        return Skip("no_channel")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reader = members.find(session, workspace, delivery.target)
    text, blocks = wizard_view.archived(members.language_of(workspace, reader), team.name)
    return Message(text=text, blocks=blocks)


def _removed(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    team = session.get(Team, delivery.reference)
    if team is None or team.closed_at is not None:
        return Skip("no_team")
    workspace = _workspace(session, delivery)
    reader = members.find(session, workspace, delivery.target)
    text, blocks = wizard_view.removed(members.language_of(workspace, reader), team.name)
    return Message(text=text, blocks=blocks)


def _nomination(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    return _question(session, delivery, ProposalKind.LEADER)


def _place(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    return _question(session, delivery, ProposalKind.PARENT)


def _question(session: Session, delivery: Delivery, kind: ProposalKind) -> Rendered:
    """Ask whoever may answer, unless it is answered by now."""
    proposal = session.get(TeamProposal, (delivery.reference, kind))
    if proposal is None or proposal.declined_at is not None:
        return Skip("answered")
    team, workspace = session.get_one(Team, proposal.team_id), _workspace(session, delivery)
    say = members.language_of(workspace, members.find(session, workspace, delivery.target))
    parent = session.get(Team, proposal.parent_id) if proposal.parent_id else None
    proposed = proposals_view.Proposed(
        team_id=team.id,
        team=team.name,
        maker=session.get_one(Member, proposal.proposed_by_id).slack_user_id,
        parent=parent.name if parent else "",
    )
    show = proposals_view.nomination if kind is ProposalKind.LEADER else proposals_view.place
    text, blocks = show(say, proposed)
    return Message(text=text, blocks=blocks)


def _answered(session: Session, delivery: Delivery, _now: datetime) -> Rendered:
    outcome, workspace = Outcome.parse(delivery.reference), _workspace(session, delivery)
    say = members.language_of(workspace, members.find(session, workspace, delivery.target))
    leader, parent = session.get(Member, outcome.about), session.get(Team, outcome.about)
    proposed = proposals_view.Proposed(
        team_id=outcome.team_id,
        team=session.get_one(Team, outcome.team_id).name,
        maker=delivery.target,
        leader=leader.slack_user_id if leader else "",
        parent=parent.name if parent else "",
    )
    text, blocks = proposals_view.outcome(say, proposed, outcome.kind, outcome.answer)
    return Message(text=text, blocks=blocks)


def _moved(session: Session, delivery: Delivery, now: datetime) -> Rendered:
    """Tell somebody where they belong, in their own hours; not if they have been moved again since."""
    member_id, _, team_id = delivery.reference.partition(":")
    member, workspace = session.get(Member, member_id), _workspace(session, delivery)
    if member is None or not member.can_be_reached or (member.team_id or "") != team_id:
        return Skip("moved_again")
    if (due := next_allowed_time(member, workspace, now)) > now:
        return WaitUntil(due)
    team = session.get_one(Team, team_id).name if team_id else None
    text, blocks = proposals_view.moved(members.language_of(workspace, member), team)
    return Message(text=text, blocks=blocks)


def _workspace(session: Session, delivery: Delivery) -> Workspace:
    return session.get_one(Workspace, delivery.workspace_id)


RENDERERS: dict[str, Renderer] = {
    OFFER: _offer,
    ANNOUNCED: _announced,
    ARCHIVED: _archived,
    REMOVED: _removed,
    NOMINATION: _nomination,
    PLACE: _place,
    ANSWERED: _answered,
    MOVED: _moved,
}
