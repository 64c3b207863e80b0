"""Records about a person because they lead a team, or are named in a promise."""

from typing import Any

from sqlalchemy import Executable, or_, select
from sqlalchemy.orm import Session

from slackapp.models import (
    Digest,
    DigestReader,
    Leadership,
    LeaderWords,
    LegalHold,
    Member,
    Promise,
    SharedDigest,
    Team,
    TeamAim,
    TeamPace,
    TeamProposal,
    TeamReader,
)


def collect(session: Session, member: Member, *, since: str) -> dict[str, Any]:
    """Collect these records for the export: lists of plain values by name; promises from a month on."""
    return {
        "promises": _promises(session, member, since),
        "digests_made_for_you": _rows(
            session,
            select(Team.name.label("team"), Digest.month, Digest.made_at)
            .join(Digest, Digest.team_id == Team.id)
            .where(Digest.recipient_id == member.id)
            .order_by(Digest.month, Team.name),
        ),
        "digests_you_shared": _rows(
            session,
            select(Team.name.label("team"), SharedDigest.month, SharedDigest.shared_at)
            .join(SharedDigest, SharedDigest.team_id == Team.id)
            .where(SharedDigest.shared_by_id == member.id)
            .order_by(SharedDigest.month, Team.name),
        ),
        "teams_you_were_noticed_to_lead": _led(session, member),
        "teams_whose_results_you_read": _readings(session, member),
        "months_you_may_read": _rows(
            session,
            select(Team.name.label("team"), DigestReader.month, DigestReader.readable_from)
            .join(DigestReader, DigestReader.team_id == Team.id)
            .where(DigestReader.member_id == member.id)
            .order_by(DigestReader.month, Team.name),
        ),
        "paces_you_chose": _rows(
            session,
            select(Team.name.label("team"), TeamPace.pace, TeamPace.chosen_at)
            .join(TeamPace, TeamPace.team_id == Team.id)
            .where(TeamPace.chosen_by_id == member.id)
            .order_by(Team.name),
        ),
        "words_for_the_levels_above": _rows(
            session,
            select(Team.name.label("team"), LeaderWords.month, LeaderWords.words, LeaderWords.written_at)
            .join(Team, Team.id == LeaderWords.team_id)
            .where(LeaderWords.member_id == member.id)
            .order_by(LeaderWords.month, Team.name),
        ),
        "aims_you_wrote": _rows(
            session,
            select(Team.name.label("team"), TeamAim.words, TeamAim.decides, TeamAim.looked_at)
            .join(TeamAim, TeamAim.team_id == Team.id)
            .where(TeamAim.written_by_id == member.id)
            .order_by(Team.name, TeamAim.place),
        ),
        "proposals_for_teams": _proposals(session, member),
        "legal_holds": _rows(session, select(LegalHold.since).where(LegalHold.member_id == member.id)),
    }


def _promises(session: Session, member: Member, since: str) -> list[dict[str, Any]]:
    query = select(Promise, Team.name).join(Team, Team.id == Promise.team_id)
    own = or_(Promise.written_by_id == member.id, Promise.who_id == member.id)
    return [
        {
            "team": team,
            "month": promise.month,
            "you_wrote_it": promise.written_by_id == member.id,
            "you_will_do_it": promise.who_id == member.id,
            "you_said": promise.you_said,
            "we_will": promise.we_will,
            "state": promise.state,
            "due": promise.due.isoformat(),
            "reason": promise.reason,
            "in_the_way": promise.obstacle,
            "made_at": promise.made_at.isoformat(),
        }
        for promise, team in session.execute(
            query.where(own, Promise.month >= since).order_by(Promise.month, Promise.place)
        )
    ]


def _led(session: Session, member: Member) -> list[dict[str, Any]]:
    query = select(Leadership, Team.name).join(Team, Team.id == Leadership.team_id)
    own = or_(Leadership.member_id == member.id, Leadership.before_id == member.id)
    return [
        {
            "team": team,
            "now": row.member_id == member.id,
            "since": row.since.isoformat() if row.since and row.member_id == member.id else None,
        }
        for row, team in session.execute(query.where(own).order_by(Team.name))
    ]


def _readings(session: Session, member: Member) -> list[dict[str, Any]]:
    query = select(TeamReader, Team.name).join(Team, Team.id == TeamReader.team_id)
    return [
        {
            "team": team,
            "since": row.since.isoformat() if row.since else None,
            "until": row.until.isoformat() if row.until else None,
        }
        for row, team in session.execute(query.where(TeamReader.member_id == member.id).order_by(Team.name))
    ]


def _proposals(session: Session, member: Member) -> list[dict[str, Any]]:
    query = select(TeamProposal, Team.name).join(Team, Team.id == TeamProposal.team_id)
    own = or_(TeamProposal.member_id == member.id, TeamProposal.proposed_by_id == member.id)
    return [
        {
            "team": team,
            "kind": proposal.kind,
            "you_proposed_it": proposal.proposed_by_id == member.id,
            "you_were_named": proposal.member_id == member.id,
            "proposed_at": proposal.proposed_at.isoformat(),
        }
        for proposal, team in session.execute(query.where(own).order_by(Team.name, TeamProposal.kind))
    ]


def _rows(session: Session, statement: Executable) -> list[dict[str, Any]]:
    return [
        {name: value if isinstance(value, str) else value.isoformat() for name, value in row.items()}
        for row in session.execute(statement).mappings()
    ]
