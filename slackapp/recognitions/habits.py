"""Gentle habits, for those who asked for them: a question on Fridays, and now and then a hint."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from slackapp.behaviours import Behaviour
from slackapp.models import Member, Recipient, Recognition, Sharing
from slackapp.recognitions.company import Participant

_LOOKED_AT = timedelta(days=90)
_HINTED_AGAIN = timedelta(days=7)
_ENOUGH = 20
"""Thank-yous in a team before anything can be said of what it seldom names."""

_SELDOM = 0.15


def rarely_used_behaviour(connection: Connection, giver: Participant, *, now: datetime) -> Behaviour | None:
    """The behaviour that the giver's team seldom names; at most once a week, and None when all are named."""
    if giver.team_id is None or (giver.hinted_at is not None and now - giver.hinted_at < _HINTED_AGAIN):
        return None
    query = (
        select(Recognition.behaviour, func.count())
        .join(Recipient, Recipient.recognition_id == Recognition.id)
        .where(
            Recipient.team_id == giver.team_id,
            Recipient.given_at > now - _LOOKED_AT,
            Recognition.undone_at.is_(None),
            Recipient.sharing != Sharing.REPORTED,
        )
        .group_by(Recognition.behaviour)
    )
    least = _least({row[0]: row[1] for row in connection.execute(query)})
    if least is not None:
        connection.execute(update(Member).where(Member.id == giver.id).values(hinted_at=now))
    return least


def _least(named: Mapping[str, int]) -> Behaviour | None:
    total = sum(named.values())
    least = min(Behaviour, key=lambda one: named.get(one, 0))
    return least if total >= _ENOUGH and named.get(least, 0) < _SELDOM * total else None
