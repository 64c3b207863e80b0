"""Render the question whether a channel becomes a team, and the message once it is one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.teams import proposals_view, wizard_view
from handlers.teams.wizard import ANNOUNCED
from slackapp import teams
from slackapp.core.i18n import Voice, voice
from slackapp.models import Delivery, Member, ProposalKind, Team, TeamProposal, Workspace
from slackapp.outbox.references import ChannelRef, MembershipRef, ProposalOutcomeRef, TeamMakerRef, TeamRef
from slackapp.outbox.rendered import Message, Route, Skip, WaitUntil, by_kind
from slackapp.pulse.notices import next_allowed_time
from slackapp.teams.moves import MOVED
from slackapp.teams.proposals import ANSWERED, NOMINATION, PLACE, Answer, Outcome
from slackapp.teams.sync import ARCHIVED, OFFER, REMOVED
from slackapp.workspace import members


@dataclass(frozen=True, slots=True)
class _Offer:
    say: Voice
    channel: str


@dataclass(frozen=True, slots=True)
class _Announcement:
    say: Voice
    new_team: wizard_view.NewTeam


@dataclass(frozen=True, slots=True)
class _Archived:
    say: Voice
    team: str


@dataclass(frozen=True, slots=True)
class _Question:
    say: Voice
    proposed: proposals_view.Proposed


@dataclass(frozen=True, slots=True)
class _Answered:
    say: Voice
    proposed: proposals_view.Proposed
    kind: ProposalKind
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Moved:
    say: Voice
    team: str | None


def _load_offer(session: Session, about: ChannelRef, delivery: Delivery, _now: datetime) -> _Offer | Skip:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    if teams.using(session, workspace, about.channel):
        return Skip("is_a_team")
    reader = members.find(session, workspace, delivery.target)
    return _Offer(members.language_of(workspace, reader), about.channel)


def _offer(content: _Offer) -> Message:
    return Message(*wizard_view.offer(content.say, content.channel))


def _load_announced(
    session: Session, about: TeamMakerRef, delivery: Delivery, _now: datetime
) -> _Announcement | Skip:
    team, maker = session.get(Team, about.team_id), session.get(Member, about.member_id)
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
    return _Announcement(voice(workspace.language), new_team)


def _announced(content: _Announcement) -> Message:
    return Message(*wizard_view.announced(content.say, content.new_team))


def _load_archived(session: Session, about: TeamRef, delivery: Delivery, _now: datetime) -> _Archived | Skip:
    team = session.get(Team, about.team_id)
    if team is None or team.slack_channel_id is None:
        return Skip("no_channel")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    reader = members.find(session, workspace, delivery.target)
    return _Archived(members.language_of(workspace, reader), team.name)


def _archived(content: _Archived) -> Message:
    return Message(*wizard_view.archived(content.say, content.team))


def _load_removed(session: Session, about: TeamRef, delivery: Delivery, _now: datetime) -> _Archived | Skip:
    team = session.get(Team, about.team_id)
    if team is None or team.closed_at is not None:
        return Skip("no_team")
    return _Archived(_language(session, delivery), team.name)


def _removed(content: _Archived) -> Message:
    return Message(*wizard_view.removed(content.say, content.team))


def _load_nomination(
    session: Session, about: TeamRef, delivery: Delivery, _now: datetime
) -> _Question | Skip:
    return _question(session, about, delivery, ProposalKind.LEADER)


def _load_place(session: Session, about: TeamRef, delivery: Delivery, _now: datetime) -> _Question | Skip:
    return _question(session, about, delivery, ProposalKind.PARENT)


def _question(session: Session, about: TeamRef, delivery: Delivery, kind: ProposalKind) -> _Question | Skip:
    """Load a proposal for a person who may answer it, unless it is answered by now."""
    proposal = session.get(TeamProposal, (about.team_id, kind))
    if proposal is None or proposal.declined_at is not None:
        return Skip("answered")
    team = session.get_one(Team, proposal.team_id)
    parent = session.get(Team, proposal.parent_id) if proposal.parent_id else None
    proposed = proposals_view.Proposed(
        team_id=team.id,
        team=team.name,
        maker=session.get_one(Member, proposal.proposed_by_id).slack_user_id,
        parent=parent.name if parent else "",
    )
    return _Question(_language(session, delivery), proposed)


def _nomination(content: _Question) -> Message:
    return Message(*proposals_view.nomination(content.say, content.proposed))


def _place(content: _Question) -> Message:
    return Message(*proposals_view.place(content.say, content.proposed))


def _load_answered(
    session: Session, about: ProposalOutcomeRef, delivery: Delivery, _now: datetime
) -> _Answered:
    outcome = Outcome.of(about)
    leader, parent = session.get(Member, outcome.about), session.get(Team, outcome.about)
    proposed = proposals_view.Proposed(
        team_id=outcome.team_id,
        team=session.get_one(Team, outcome.team_id).name,
        maker=delivery.target,
        leader=leader.slack_user_id if leader else "",
        parent=parent.name if parent else "",
    )
    return _Answered(_language(session, delivery), proposed, outcome.kind, outcome.answer)


def _answered(content: _Answered) -> Message:
    return Message(*proposals_view.outcome(content.say, content.proposed, content.kind, content.answer))


def _load_moved(
    session: Session, about: MembershipRef, delivery: Delivery, now: datetime
) -> _Moved | Skip | WaitUntil:
    """Load a member's new team, in their working hours; not if they were moved again since."""
    workspace, member = (
        session.get_one(Workspace, delivery.workspace_id),
        session.get(Member, about.member_id),
    )
    if member is None or not member.can_be_reached or (member.team_id or "") != about.team_id:
        return Skip("moved_again")
    if (due := next_allowed_time(member, workspace, now)) > now:
        return WaitUntil(due)
    team = session.get_one(Team, about.team_id).name if about.team_id else None
    return _Moved(members.language_of(workspace, member), team)


def _moved(content: _Moved) -> Message:
    return Message(*proposals_view.moved(content.say, content.team))


def _language(session: Session, delivery: Delivery) -> Voice:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    return members.language_of(workspace, members.find(session, workspace, delivery.target))


ROUTES = by_kind(
    Route(OFFER, _load_offer, _offer),
    Route(ANNOUNCED, _load_announced, _announced),
    Route(ARCHIVED, _load_archived, _archived),
    Route(REMOVED, _load_removed, _removed),
    Route(NOMINATION, _load_nomination, _nomination),
    Route(PLACE, _load_place, _place),
    Route(ANSWERED, _load_answered, _answered),
    Route(MOVED, _load_moved, _moved),
)
