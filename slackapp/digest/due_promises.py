"""Ask once, on the day that a promise is due, whether it is done."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core import calendar
from slackapp.core.i18n import translatable
from slackapp.digest.promises import GOING_ON
from slackapp.models import Member, Promise, Team, Workspace
from slackapp.outbox import queue
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.references import PromiseRef
from slackapp.pulse.notices import next_allowed_time
from slackapp.workspace import permissions

KIND = Kind(
    "promise-due",
    PromiseRef,
    priority=queue.Priority.DIGEST,
    topic=Topic.DIGESTS,
    second_copy=SecondCopy.HARMLESS,
)
_AT = time(9, 0)
_STANDS_FOR = timedelta(days=7)
"""After that it only stands in the digest and on Home."""


def enqueue_due(session: Session, workspace: Workspace, now: datetime) -> None:
    """Owe the question about every promise whose day has come; once for each day that it was given."""
    today = now.astimezone(ZoneInfo(workspace.time_zone)).date()
    due = (Promise.due <= today, Promise.due > today - _STANDS_FOR, Promise.state.in_(GOING_ON))
    query = select(Promise, Team).join(Team, Team.id == Promise.team_id)
    rows = session.execute(query.where(Team.workspace_id == workspace.id, Team.closed_at.is_(None), *due))
    deliveries = []
    for promise, team in rows.all():
        reader = _reader(session, promise, team, now)
        if reader is not None and now >= calendar.occurrence(promise.due, _AT, workspace.time_zone):
            about = PromiseRef(team.id, promise.month, promise.place, f"{promise.due}")
            moment = next_allowed_time(reader, workspace, now)
            deliveries.append(KIND.new(about, reader.slack_user_id, moment, key=f"{KIND}:{about}"))
    queue.enqueue_many(session, workspace, deliveries)


def next_moment(session: Session, after: datetime) -> tuple[datetime, str] | None:
    """The next moment after `after` at which a promise is due, and what it is called."""
    query = (
        select(Promise.due, Workspace.time_zone)
        .join(Team, Team.id == Promise.team_id)
        .join(Workspace, Workspace.id == Team.workspace_id)
        .where(Promise.state.in_(GOING_ON), Promise.due >= after.date() - timedelta(days=1))
        .where(Workspace.uninstalled_at.is_(None), Team.closed_at.is_(None))
        .distinct()
    )
    moments = [calendar.occurrence(due, _AT, zone) for due, zone in session.execute(query)]
    ahead = [moment for moment in moments if moment > after]
    return (min(ahead), translatable("a promise is due")) if ahead else None


def of_reference(session: Session, about: PromiseRef) -> Promise | None:
    """The promise that a delivery refers to, as long as it is there."""
    place = (Promise.team_id == about.team_id, Promise.month == about.month, Promise.place == about.place)
    return session.scalar(select(Promise).where(*place))


def is_asked_about(promise: Promise, about: PromiseRef) -> bool:
    """Whether it still goes on, and is still due on the day that the question is about."""
    return promise.state in GOING_ON and promise.due == date.fromisoformat(about.due)


def _reader(session: Session, promise: Promise, team: Team, now: datetime) -> Member | None:
    """Whoever promised, as long as they lead the team; else who leads it now."""
    author = session.get(Member, promise.written_by_id)
    if author is not None and author.can_be_reached and permissions.leads(session, team, author, now):
        return author
    return permissions.acting_leader(session, team, now)
