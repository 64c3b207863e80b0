"""A leader's own words before the line about her team that a level above reads."""

from datetime import datetime

from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import LeaderWords, Member, Team
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority
from slackapp.outbox.references import TeamMonthRef

LINE = Kind(
    "level-line",
    TeamMonthRef,
    priority=Priority.DIGEST,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
"""The message that shows a leader the line about her team a week before it is read."""
LONGEST = 200
_TOO_LONG = translatable("That is {n} characters; {most} fit. Please shorten it.")


def save(session: Session, team: Team, month: str, words: str, *, by: Member, now: datetime) -> None:
    """Write them down for one month's digest; empty ones are taken away.

    Raises:
        UserError: They are too long.
    """
    text = " ".join(words.split())
    if len(text) > LONGEST:
        raise UserError(_TOO_LONG, n=len(text), most=LONGEST)
    row = session.get(LeaderWords, (team.id, month))
    if not text:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(LeaderWords(team_id=team.id, month=month, member_id=by.id, words=text, written_at=now))
    else:
        row.words, row.member_id, row.written_at = text, by.id, now
    session.flush()


def of_month(session: Session, team_id: str, month: str) -> str:
    """The words for one month, or nothing."""
    row = session.get(LeaderWords, (team_id, month))
    return row.words if row else ""
