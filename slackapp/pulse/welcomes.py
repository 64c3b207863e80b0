"""The welcome, once to each person, before their first check-in: nobody gets a survey from a stranger.

It comes on the working day before. Whoever joins, or is met, later than that gets it right before the
check-in, which waits for it. Nobody is told who has read it, or pressed anything in it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.calendar import occurrence, working_day_before
from slackapp.core.errors import UserError
from slackapp.core.i18n import languages, translatable
from slackapp.models import Delivery, DeliveryState, Member, Team, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Method, Priority, enqueue, enqueue_many
from slackapp.outbox.references import MemberRef
from slackapp.pulse.charter_tables import unit_of
from slackapp.pulse.frequency import teams_skipping
from slackapp.pulse.notices import next_allowed_time
from slackapp.pulse.opening import last_poll, takes_part
from slackapp.pulse.schedule import Occurrence, after, upcoming

WELCOME: Final = Kind(
    "welcome", MemberRef, priority=Priority.POLL, topic=Topic.CHECK_INS, second_copy=SecondCopy.HARMLESS
)
WELCOME_CHANGED: Final = Kind(
    "welcome-changed",
    MemberRef,
    method=Method.UPDATE,
    topic=Topic.CHECK_INS,
    second_copy=SecondCopy.HARMLESS,
)
"""The same message after a press in it."""

AT = time(10, 0)
CHUNK = 500
_SPREAD = timedelta(hours=2)
"""Over which the messages of one day are spread, so that a hospital does not read them all at once."""

_LABEL = translatable("welcomes before a check-in")


def enqueue_due(session: Session, workspace: Workspace, *, past: str, now: datetime) -> str | None:
    """Enqueue the welcome to the next people whom the coming check-in asks for the first time.

    Returns where to go on (`past`); None when everybody has been seen to, or it is not time yet.
    """
    if not workspace.pulse_on or workspace.uninstalled_at is not None:
        return None
    coming = upcoming(workspace, last_poll(session, workspace), now)
    earliest = moment(workspace, coming)
    if not earliest <= now < coming.opens_at:
        return None
    unwelcomed = (
        select(Member)
        .where(Member.workspace_id == workspace.id, Member.team_id.is_not(None), Member.welcomed.is_(False))
        .where(Member.id > past)
        .order_by(Member.id)
        .limit(CHUNK)
    )
    people = list(session.scalars(unwelcomed))
    invitees = _asked(session, workspace, coming, people)
    enqueue_for(
        session,
        workspace,
        invitees,
        closes_at=coming.closes_at,
        due=lambda member: next_allowed_time(member, workspace, max(now, earliest + _offset(member))),
    )
    return people[-1].id if len(people) == CHUNK else None


def enqueue_for(
    session: Session,
    workspace: Workspace,
    people: Sequence[Member],
    *,
    closes_at: datetime,
    due: Callable[[Member], datetime],
) -> None:
    """Enqueue the welcome to those who have not had it, and whom it reaches before the check-in closes."""
    moments = {member.id: due(member) for member in people if not member.welcomed}
    reached = [member for member in people if member.id in moments and moments[member.id] < closes_at]
    enqueue_many(
        session,
        workspace,
        [
            WELCOME.new(
                MemberRef(member.id),
                member.slack_user_id,
                moments[member.id],
                key=f"{WELCOME}:{member.id}",
                expires=closes_at,
                group=group_of(member),
            )
            for member in reached
        ],
    )
    for member in reached:
        member.welcomed = True
    session.flush()


def group_of(member: Member) -> str:
    """Return the group in which a person's first check-in waits for their welcome."""
    return f"{WELCOME}:{member.id}"


def moment(workspace: Workspace, coming: Occurrence) -> datetime:
    """Return when the welcomes of a check-in are due: at ten, on the working day before."""
    return occurrence(working_day_before(coming.opens_on, workspace.nation), AT, workspace.time_zone)


def next_moment(session: Session, now: datetime) -> tuple[datetime, str] | None:
    """Return the next moment after `now` at which welcomes are due, where anybody waits for one."""
    waiting = select(Member.workspace_id).where(Member.team_id.is_not(None), Member.welcomed.is_(False))
    moments = []
    for workspace in session.scalars(select(Workspace).where(takes_part(), Workspace.id.in_(waiting))):
        coming = upcoming(workspace, last_poll(session, workspace), now)
        while moment(workspace, coming) <= now:
            coming = after(workspace, coming)
        moments.append(moment(workspace, coming))
    return (min(moments), _LABEL) if moments else None


def choose_language(session: Session, member: Member, language: str) -> None:
    """Write to them in this language from now on. UserError for one there is not."""
    if language not in languages():
        raise UserError(translatable("That is not one of the choices."))
    member.language = language
    session.flush()


def decline_messages(session: Session, member: Member) -> None:
    """Send them no messages about check-ins any more."""
    member.pulse_messages = False
    session.flush()


def refresh(session: Session, workspace: Workspace, member: Member, now: datetime) -> None:
    """Enqueue the change of a person's welcome after a press in it."""
    sent = original_delivery(session, member.id)
    if sent is not None:
        key = f"{WELCOME_CHANGED}:{member.id}:{now.timestamp():.6f}"
        enqueue(
            session, workspace, WELCOME_CHANGED.new(MemberRef(member.id), member.slack_user_id, now, key=key)
        )


def original_delivery(session: Session, member_id: str) -> Delivery | None:
    """Return the delivery of a person's welcome, once Slack has taken it."""
    is_sent = (Delivery.key == f"{WELCOME}:{member_id}", Delivery.state == DeliveryState.SENT)
    return session.scalar(select(Delivery).where(*is_sent))


def _asked(
    session: Session, workspace: Workspace, coming: Occurrence, people: Sequence[Member]
) -> list[Member]:
    """Return those whom the coming check-in asks, as the teams stand now."""
    if not people:
        return []
    rows = session.scalars(select(Team).where(Team.workspace_id == workspace.id))
    teams = {team.id: team for team in rows}
    resting = teams_skipping(session, workspace.id, coming.opens_on)
    units = {member.id: unit_of(member, teams) for member in people if member.can_be_reached}
    return [
        member
        for member in people
        if (unit := units.get(member.id)) is not None
        and unit not in resting
        and teams[unit].closed_at is None
        and member.pulse_messages
    ]


def _offset(member: Member) -> timedelta:
    """Return a person's own place within the two hours."""
    return timedelta(seconds=crc32(member.id.encode()) % int(_SPREAD.total_seconds()))
