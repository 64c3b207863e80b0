"""Reminders: the Friday question "Who helped you this week?", for those who opted in, in their own time."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import next_weekly, occurrence
from slackapp.core.i18n import translatable
from slackapp.models import Member, Recipient, Recognition, Sharing, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, SecondCopy
from slackapp.outbox.references import MemberRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.recognition.participants import Participant
from slackapp.workspace import members

_LOOKED_AT = timedelta(days=90)


_HINTED_AGAIN = timedelta(days=7)


_ENOUGH = 20


"""Recognitions in a team before a behaviour counts as rarely named."""


_SELDOM = 0.15


def rarely_used_behaviour(session: Session, giver: Participant, *, now: datetime) -> Behaviour | None:
    """Return the behaviour that the giver's team rarely names, at most once a week; None if there is none."""
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
    least = _least({row[0]: row[1] for row in session.execute(query)})
    if least is not None:
        session.execute(update(Member).where(Member.id == giver.id).values(hinted_at=now))
    return least


def _least(named: Mapping[str, int]) -> Behaviour | None:
    total = sum(named.values())
    least = min(Behaviour, key=lambda behaviour: named.get(behaviour, 0))
    return least if total >= _ENOUGH and named.get(least, 0) < _SELDOM * total else None


KIND: Final = Kind(
    "recognition-nudge", MemberRef, priority=queue.Priority.REMINDER, second_copy=SecondCopy.HARMLESS
)
_FRIDAY = 4
_ASKED_AT = time(14, 0)
_STANDS_FOR = timedelta(hours=30)
"""Until Saturday evening; after that it would be a question about last week."""

_WANT_REMINDERS = (Member.nudges, Member.accepts_thanks)


def enqueue_due(session: Session, workspace: Workspace, *, now: datetime) -> int:
    """Enqueue the question, once, to everyone for whom it is Friday afternoon; return how many are new."""
    recipients = session.scalars(select(Member).where(Member.workspace_id == workspace.id, *_WANT_REMINDERS))
    deliveries = [
        delivery for member in recipients if (delivery := _new_delivery(workspace, member, now)) is not None
    ]
    return len(queue.enqueue_many(session, workspace, deliveries))


def next_moment(session: Session, after: datetime) -> tuple[datetime, str] | None:
    """Return the next Friday afternoon after `after` of anybody who opted in, and its label."""
    own = func.coalesce(Member.time_zone, Workspace.time_zone)
    zones = (
        select(own).distinct().join(Workspace, Workspace.id == Member.workspace_id).where(*_WANT_REMINDERS)
    )
    moments = [
        next_weekly(after, weekday=_FRIDAY, at=_ASKED_AT, zone=zone) for zone in session.scalars(zones)
    ]
    return (min(moments), translatable("Friday's question")) if moments else None


def _new_delivery(workspace: Workspace, member: Member, now: datetime) -> queue.NewDelivery | None:
    zone = members.time_zone_of(workspace, member)
    today = now.astimezone(ZoneInfo(zone)).date()
    asked_at = occurrence(today, _ASKED_AT, zone)
    if today.weekday() != _FRIDAY or now < asked_at or not member.can_be_reached:
        return None
    due = next_allowed_time(member, workspace, now)
    if due > asked_at + _STANDS_FOR:
        return None
    return KIND.new(
        MemberRef(member.id),
        member.slack_user_id,
        due,
        key=f"{KIND}:{member.id}:{today.isoformat()}",
        expires=asked_at + _STANDS_FOR,
    )
