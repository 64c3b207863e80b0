"""The Friday question "Who helped you this week?", for those who asked for it, in their own time."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp import members, outbox
from slackapp.calendar import next_weekly, occurrence
from slackapp.i18n import translatable
from slackapp.models import Member, Workspace
from slackapp.pulse.telling import next_allowed_time

KIND: Final = "recognition-nudge"
_FRIDAY = 4
_ASKED_AT = time(14, 0)
_STANDS_FOR = timedelta(hours=30)
"""Until Saturday evening; after that it would be a question about last week."""

_WANT_IT = (Member.nudges, Member.accepts_thanks)


def enqueue_due(session: Session, workspace: Workspace, *, now: datetime) -> int:
    """Owe the question to everyone for whom it is Friday afternoon, once; gives how many are new."""
    asked = session.scalars(select(Member).where(Member.workspace_id == workspace.id, *_WANT_IT))
    owed = [found for member in asked if (found := _owed(workspace, member, now)) is not None]
    return len(outbox.enqueue_many(session, workspace, owed))


def next_moment(session: Session, after: datetime) -> tuple[datetime, str] | None:
    """The next Friday afternoon, later than `after`, of anybody who is asked, and what happens then."""
    own = func.coalesce(Member.time_zone, Workspace.time_zone)
    wanted = select(own).distinct().join(Workspace, Workspace.id == Member.workspace_id).where(*_WANT_IT)
    moments = [
        next_weekly(after, weekday=_FRIDAY, at=_ASKED_AT, zone=zone) for zone in session.scalars(wanted)
    ]
    return (min(moments), translatable("Friday's question")) if moments else None


def _owed(workspace: Workspace, member: Member, now: datetime) -> outbox.NewDelivery | None:
    zone = members.time_zone_of(workspace, member)
    today = now.astimezone(ZoneInfo(zone)).date()
    asked_at = occurrence(today, _ASKED_AT, zone)
    if today.weekday() != _FRIDAY or now < asked_at or not member.can_be_reached:
        return None
    due = next_allowed_time(member, workspace, now)
    if due > asked_at + _STANDS_FOR:
        return None
    return outbox.NewDelivery(
        key=f"{KIND}:{member.id}:{today.isoformat()}",
        kind=KIND,
        reference=member.id,
        target=member.slack_user_id,
        due=due,
        priority=outbox.Priority.REMINDER,
        expires=asked_at + _STANDS_FOR,
    )
