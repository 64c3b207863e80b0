"""Proposals about a new team: who leads it and what it is part of, until those concerned agree.

Making a team moves nobody. A person whom a member names as leader accepts first; a parent team is confirmed
by its own leader or an admin. Until its leader has accepted, nobody joins a team through its channel.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, ProposalKind, Team, TeamProposal, Workspace
from slackapp.outbox import queue
from slackapp.teams.edit import TeamForm, check_leaders, check_name, check_place, of
from slackapp.workspace import members, permissions

NOMINATION, PLACE, ANSWERED = "team-nomination", "team-place", "team-answered"
"""The kinds of the messages: to the person named, to whoever confirms the parent, and to the proposer."""

_ANSWERED_ALREADY = translatable("This has been answered already, or an admin has changed the team.")
_NOT_YOURS = translatable("Only the person who was asked can answer this.")


class Answer(StrEnum):
    """What became of a proposal."""

    ACCEPTED = "yes"
    DECLINED = "no"


@dataclass(frozen=True, slots=True)
class ProposalKey:
    """One proposal: about which team, and of which kind."""

    team_id: str
    kind: ProposalKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer to a proposal, as the message to the proposer needs it. `about` is an id of ours."""

    team_id: str
    kind: ProposalKind
    about: str
    answer: Answer

    def as_reference(self) -> str:
        """Return it as a delivery's reference."""
        return f"{self.team_id}:{self.kind}:{self.about}:{self.answer}"

    @classmethod
    def parse(cls, reference: str) -> "Outcome":
        """Read a delivery's reference."""
        team_id, kind, about, answer = reference.split(":")
        return cls(team_id, ProposalKind(kind), about, Answer(answer))


def make(session: Session, workspace: Workspace, form: TeamForm, *, by: Member, now: datetime) -> Team:
    """Create a team of a channel; propose what `by` may not decide. Moves nobody out of a team.

    Raises:
        UserError: There is one of this name, the name is empty or too long, or somebody can't lead it.
        members.UnknownMembers: The leader is not known here yet.
    """
    name = check_name(session, workspace, form.name)
    parent = of(session, workspace, form.parent) if form.parent else None
    leader, _deputy = check_leaders(session, workspace, form)
    is_confirmed = parent is not None and may_confirm(session, by, parent, now)
    team = members.create_team(
        session, workspace, name, parent=parent if is_confirmed else None, channel=form.channel
    )
    if parent is not None and not is_confirmed:
        _propose_parent(session, workspace, TeamProposal(team_id=team.id, parent_id=parent.id), by, now)
    if leader is not None and may_appoint(by, leader):
        lead(session, team, leader)
    elif leader is not None:
        _propose_leader(session, workspace, TeamProposal(team_id=team.id, member_id=leader.id), by, now)
    return team


def may_appoint(by: Member, leader: Member) -> bool:
    """Whether this leader needs no asking: an admin names them, or they name themselves."""
    return by.administers or by.id == leader.id


def may_confirm(session: Session, member: Member, parent: Team, now: datetime) -> bool:
    """Whether somebody may decide what is part of a team: its leader, or an admin."""
    return member.administers or permissions.leads(session, parent, member, now)


def lead(session: Session, team: Team, leader: Member) -> None:
    """Set a team's leader, who keeps their own team.

    Only a leader without a team, or from this team or one below it, belongs to the parent from now on: nobody
    answers about themselves.
    """
    leads_already = bool(members.teams_led_by(session, leader))
    team.leader_id = leader.id
    session.flush()
    tree = permissions.teams(session, team.workspace_id)
    is_inside = leader.team_id is not None and team.id in permissions.ancestors(tree, leader.team_id)
    if is_inside or (leader.team_id is None and not leads_already):
        leader.team_id = team.parent_id
        session.flush()


def of_team(session: Session, team_id: str, kind: ProposalKind) -> TeamProposal | None:
    """Return what is proposed for a team, answered or not."""
    return session.get(TeamProposal, (team_id, kind))


def is_unconfirmed(session: Session, team_id: str) -> bool:
    """Whether somebody was named as leader by a member and has not accepted: nobody joins until then."""
    return of_team(session, team_id, ProposalKind.LEADER) is not None


def open_for(
    session: Session, workspace: Workspace, key: ProposalKey, *, member: Member, now: datetime
) -> TeamProposal:
    """Return a proposal that this person may answer.

    Raises:
        UserError: It is not theirs to answer, has been answered, or the team has ended.
    """
    team = of(session, workspace, key.team_id)
    proposal = of_team(session, team.id, key.kind)
    if proposal is None or proposal.declined_at is not None:
        raise UserError(_ANSWERED_ALREADY)
    if key.kind is ProposalKind.LEADER:
        is_theirs = proposal.member_id == member.id and member.can_be_reached
    else:
        parent = of(session, workspace, proposal.parent_id or "")
        is_theirs = may_confirm(session, member, parent, now)
    if not is_theirs:
        raise UserError(_NOT_YOURS)
    return proposal


def answer(
    session: Session, workspace: Workspace, proposal: TeamProposal, answered: Answer, *, now: datetime
) -> Outcome:
    """Accept or decline a proposal, and tell the proposer.

    Raises:
        UserError: The team would be part of itself.
    """
    kind = ProposalKind(proposal.kind)
    outcome = Outcome(proposal.team_id, kind, proposal.member_id or proposal.parent_id or "", answered)
    if answered is Answer.ACCEPTED:
        _accept(session, workspace, proposal)
    elif kind is ProposalKind.LEADER:
        proposal.declined_at = now
    else:
        session.delete(proposal)
    _tell_proposer(session, workspace, proposal.proposed_by_id, outcome, now)
    session.flush()
    return outcome


def withdraw(session: Session, team: Team, kind: ProposalKind) -> None:
    """Forget a proposal that an admin has decided by changing the team."""
    if proposal := of_team(session, team.id, kind):
        session.delete(proposal)
        session.flush()


def _accept(session: Session, workspace: Workspace, proposal: TeamProposal) -> None:
    team = session.get_one(Team, proposal.team_id)
    if proposal.kind == ProposalKind.LEADER:
        lead(session, team, session.get_one(Member, proposal.member_id))
    else:
        parent = session.get_one(Team, proposal.parent_id)
        check_place(session, workspace, team, parent)
        team.parent_id = parent.id
        session.flush()
        if team.leader_id:
            leader = session.get_one(Member, team.leader_id)
            if leader.team_id is None and len(members.teams_led_by(session, leader)) == 1:
                leader.team_id = parent.id
    session.delete(proposal)
    session.flush()


def _propose_leader(
    session: Session, workspace: Workspace, proposal: TeamProposal, by: Member, now: datetime
) -> None:
    proposal.kind, proposal.proposed_by_id, proposal.proposed_at = ProposalKind.LEADER, by.id, now
    session.add(proposal)
    session.flush()
    nominee = session.get_one(Member, proposal.member_id)
    queue.enqueue(session, workspace, _question(NOMINATION, proposal.team_id, nominee, now))


def _propose_parent(
    session: Session, workspace: Workspace, proposal: TeamProposal, by: Member, now: datetime
) -> None:
    proposal.kind, proposal.proposed_by_id, proposal.proposed_at = ProposalKind.PARENT, by.id, now
    session.add(proposal)
    session.flush()
    parent = session.get_one(Team, proposal.parent_id)
    leader = permissions.acting_leader(session, parent, now)
    for member in [leader] if leader else _admins(session, workspace):
        queue.enqueue(session, workspace, _question(PLACE, proposal.team_id, member, now))


def _admins(session: Session, workspace: Workspace) -> list[Member]:
    people = session.scalars(select(Member).where(Member.workspace_id == workspace.id).order_by(Member.id))
    return [member for member in people if member.administers and member.can_be_reached]


def _question(kind: str, team_id: str, reader: Member, now: datetime) -> queue.NewDelivery:
    return queue.NewDelivery(
        key=f"{kind}:{team_id}:{reader.id}",
        kind=kind,
        reference=team_id,
        target=reader.slack_user_id,
        due=now,
    )


def _tell_proposer(
    session: Session, workspace: Workspace, proposer_id: str, outcome: Outcome, now: datetime
) -> None:
    proposer = session.get(Member, proposer_id)
    if proposer is None or not proposer.can_be_reached:
        return
    delivery = queue.NewDelivery(
        key=f"{ANSWERED}:{outcome.team_id}:{outcome.kind}",
        kind=ANSWERED,
        reference=outcome.as_reference(),
        target=proposer.slack_user_id,
        due=now,
    )
    queue.enqueue(session, workspace, delivery)
