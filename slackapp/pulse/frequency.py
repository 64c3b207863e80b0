"""How often a team is asked, and when its leader is asked whether that is too often."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from slackapp.core import calendar
from slackapp.models import Digest, Member, Pace, Poll, PollState, Promise, SharedDigest, Team, TeamPace
from slackapp.outbox.queue import insert_for


def teams_without_reply(session: Session, team_ids: Collection[str], month: str) -> frozenset[str]:
    """Teams whose last two digests before this month had no reply, and whose leader was not asked since."""
    before = calendar.month_before(month)
    last = (before, calendar.month_before(before))
    ids = list(team_ids)
    sent = select(Digest.team_id, Digest.month).where(Digest.team_id.in_(ids), Digest.month.in_(last))
    answered = union(
        select(Promise.team_id).where(Promise.team_id.in_(ids), Promise.month.in_(last)),
        select(SharedDigest.team_id).where(SharedDigest.team_id.in_(ids), SharedDigest.month.in_(last)),
    )
    had = {(team, sent_in) for team, sent_in in session.execute(sent)}
    asked_since = {
        row.team_id
        for row in session.scalars(select(TeamPace).where(TeamPace.team_id.in_(ids)))
        if f"{row.chosen_at:%Y-%m}" > last[-1]
    }
    silent = {team for team in ids if all((team, earlier) in had for earlier in last)}
    return frozenset(silent - asked_since - set(session.scalars(answered)))


def set_frequency(session: Session, team: Team, pace: Pace, *, by: Member, now: datetime) -> None:
    """Ask a team as often as its leader chose; from the next round on."""
    row = {"team_id": team.id, "pace": pace, "chosen_by_id": by.id, "chosen_at": now}
    insert = insert_for(session)(TeamPace).values(row)
    session.execute(insert.on_conflict_do_update(index_elements=[TeamPace.team_id], set_=row))


def frequencies(session: Session, team_ids: Collection[str]) -> dict[str, Pace]:
    """How often teams are asked, where a leader has chosen."""
    rows = session.scalars(select(TeamPace).where(TeamPace.team_id.in_(list(team_ids))))
    return {row.team_id: Pace(row.pace) for row in rows}


def teams_skipping(session: Session, workspace_id: str, opens_on: date) -> frozenset[str]:
    """Teams whose own people are not asked in the round that opens on this day."""
    rows = session.execute(
        select(TeamPace.team_id, TeamPace.pace)
        .join(Team, Team.id == TeamPace.team_id)
        .where(Team.workspace_id == workspace_id, TeamPace.pace != Pace.EVERY)
    ).all()
    earlier = session.scalar(
        select(Poll.id)
        .where(Poll.workspace_id == workspace_id, Poll.state != PollState.CANCELLED)
        .where(Poll.opens_on >= opens_on.replace(day=1), Poll.opens_on < opens_on)
        .limit(1)
    )
    return frozenset(team for team, pace in rows if pace == Pace.PAUSED or earlier is not None)
