"""What a team is for: up to three aims, and who decides what. No targets, nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import Member, Team, TeamAim
from slackapp.models.aims import Term

MOST = 3
LONGEST = 200
"""Characters of each text."""
LOOKED_AT_AGAIN = timedelta(days=91)

_TOO_LONG = translatable("That is {n} characters; {most} fit. Please shorten it.")


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim as it is written and read."""

    words: str
    term: Term = Term.SHORT
    decides: str = ""


def of_team(session: Session, team_id: str) -> list[Aim]:
    """Return a team's aims in their order."""
    return [Aim(row.words, Term(row.term), row.decides) for row in _rows(session, team_id)]


def needs_a_look(session: Session, team_id: str, now: datetime) -> bool:
    """Whether a quarter has passed since the leader last looked at the aims with the team."""
    rows = _rows(session, team_id)
    return bool(rows) and min(row.looked_at for row in rows) <= now - LOOKED_AT_AGAIN


def save(session: Session, team: Team, aims: Sequence[Aim], *, by: Member, now: datetime) -> None:
    """Write a team's aims down; those without words are left out. Saving them unchanged is a look, too.

    Raises:
        UserError: A text is too long.
    """
    written = [aim for aim in aims if aim.words][:MOST]
    for place, aim in enumerate(aims):
        for field, text in ((f"aim:{place}", aim.words), (f"decides:{place}", aim.decides)):
            if len(text) > LONGEST:
                raise UserError(_TOO_LONG, n=len(text), most=LONGEST).beside(field)
    session.get_one(Team, team.id, with_for_update=True, populate_existing=True)
    session.execute(delete(TeamAim).where(TeamAim.team_id == team.id))
    for place, aim in enumerate(written):
        row = TeamAim(team_id=team.id, place=place, words=aim.words, term=aim.term, decides=aim.decides)
        row.written_by_id, row.looked_at = by.id, now
        session.add(row)
    session.flush()


def _rows(session: Session, team_id: str) -> list[TeamAim]:
    return list(session.scalars(select(TeamAim).where(TeamAim.team_id == team_id).order_by(TeamAim.place)))
