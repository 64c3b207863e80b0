"""Messages about the check-in that are not the check-in: to everybody, or one line in a team's channel."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from slackapp.core.calendar import days_in, next_allowed, occurrence
from slackapp.core.i18n import in_channel_order
from slackapp.models import Delivery, DeliveryState, FanOut, Member, Poll, PollUnit, Team, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import NewDelivery, Priority, enqueue_many, fan_out
from slackapp.outbox.references import PollRef, TeamRef, TrialRef
from slackapp.pulse.alarm_notices import OUTBOX_AFTER
from slackapp.pulse.charter import Charter

TEST = Kind("poll_test", TrialRef, topic=Topic.CHECK_INS, second_copy=SecondCopy.HARMLESS)
"""The kind of the message by which an admin tries the check-in out."""

REMINDER = Kind(
    "poll_reminder",
    PollRef,
    priority=Priority.REMINDER,
    topic=Topic.CHECK_INS,
    second_copy=SecondCopy.HARMLESS_ANYWHERE,
)
"""The kind of the one line in a team's channel."""

_declare = partial(Kind, priority=Priority.POLL, topic=Topic.CHECK_INS, second_copy=SecondCopy.HARMLESS)
LOSS = _declare("poll_lost", PollRef)
"""The kind of the message that tells people of a lost check-in."""

ALTERATION = _declare("poll_altered", PollRef)
"""The kind of the message that tells people that somebody changed a check-in in the database."""

NEW_LEADER = _declare("team_leader", TeamRef)
"""The kind of the message that tells a team who leads it now."""

CHUNK = 500
_DAYS_BEFORE = 3


def enqueue_threshold_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people that a threshold was raised; True when everybody has been seen to."""
    return _next(session, fan_out, now, (chunk, Member.team_id.is_not(None)))


def enqueue_leader_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people of a team that somebody else leads it; True when everybody has been seen to."""
    return _next(session, fan_out, now, (chunk, Member.team_id == TeamRef.parse(fan_out.reference).team_id))


def announce_new_leader(session: Session, workspace: Workspace, team: Team, now: datetime) -> None:
    """Owe the members of a team a word that somebody else leads it. Only once check-ins are live."""
    if workspace.pulse_on and team.leader_id:
        key = f"{NEW_LEADER}:{team.id}:{now:%Y%m%d%H%M%S}"
        fan_out(session, workspace, key=key, kind=NEW_LEADER, reference=str(TeamRef(team.id)))


def announce_loss(session: Session, workspace: Workspace, poll_id: str, now: datetime) -> None:
    """Tell everybody who was asked, and the admins, that a check-in was lost."""
    fan_out(session, workspace, key=f"{LOSS}:{poll_id}", kind=LOSS, reference=str(PollRef(poll_id)))
    admins = [member for member in _members(session, workspace) if member.is_admin]
    enqueue_many(session, workspace, [_notice(LOSS, poll_id, admin, now) for admin in admins])


def announce_alteration(session: Session, poll: Poll, charter: Charter, now: datetime) -> None:
    """Tell the people of the charter, and the admins, that the check-in was changed in the database."""
    workspace = session.get_one(Workspace, poll.workspace_id)
    concerned = [
        member
        for member in _members(session, workspace)
        if member.is_admin or member.slack_user_id in charter.people
    ]
    # They are told directly at once, without the database: see `alarm_notices`. This is the second way.
    due = now + OUTBOX_AFTER
    enqueue_many(session, workspace, [_notice(ALTERATION, poll.id, member, due) for member in concerned])


def settle_alteration(session: Session, poll_id: str, slack_user_ids: Collection[str]) -> None:
    """End the second way for those who have been told directly."""
    waiting = update(Delivery).where(
        Delivery.kind == ALTERATION,
        Delivery.reference == str(PollRef(poll_id)),
        Delivery.target.in_(slack_user_ids),
        Delivery.state == DeliveryState.READY,
    )
    session.execute(waiting.values(state=DeliveryState.EXPIRED, reason="told_directly"))


def _members(session: Session, workspace: Workspace) -> list[Member]:
    statement = select(Member).where(Member.workspace_id == workspace.id).order_by(Member.id)
    return [member for member in session.scalars(statement) if member.can_be_reached]


def _notice(kind: Kind[PollRef], poll_id: str, member: Member, now: datetime) -> NewDelivery:
    # Their own hours are looked up when it is about to go.
    return kind.new(PollRef(poll_id), member.slack_user_id, now, key=f"{kind}:{poll_id}:{member.id}")


def _next(session: Session, fan_out: FanOut, now: datetime, part: tuple[int, ColumnElement[bool]]) -> bool:
    chunk, who = part
    workspace = session.get_one(Workspace, fan_out.workspace_id)
    statement = select(Member).where(Member.workspace_id == workspace.id, Member.id > fan_out.cursor, who)
    people = list(session.scalars(statement.order_by(Member.id).limit(chunk)))
    deliveries = [
        NewDelivery(
            key=f"{fan_out.key}:{member.id}",
            kind=fan_out.kind,
            reference=fan_out.reference,
            target=member.slack_user_id,
            due=next_allowed_time(member, workspace, now),
            priority=Priority.POLL,
        )
        for member in people
        if member.can_be_reached
    ]
    enqueue_many(session, workspace, deliveries)
    if people:
        fan_out.cursor = people[-1].id
    return len(people) < chunk


def enqueue_reminders(session: Session, workspace: Workspace, poll: Poll) -> None:
    """One line for each channel of a team that is asked, the same for everyone; none without a channel."""
    units = select(PollUnit.unit_id).where(PollUnit.poll_id == poll.id, PollUnit.invited > 0)
    statement = select(Team.slack_channel_id).where(Team.id.in_(units))
    channels = sorted({channel for channel in session.scalars(statement) if channel})
    reminders = [
        REMINDER.new(PollRef(poll.id), channel, reminder_time(poll, workspace), expires=poll.closes_at)
        for channel in channels
    ]
    enqueue_many(session, workspace, reminders)


def languages_in(session: Session, workspace: Workspace, channel: str) -> list[str]:
    """The languages of whoever is in the teams of a channel, Welsh first; the workspace's own when nobody is.

    A post is for all of them at once, so it is said in each.
    """
    in_channel = (Team.slack_channel_id == channel, Team.workspace_id == workspace.id)
    reached = (Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
    statement = (
        select(Member.language).join(Team, Team.id == Member.team_id).where(*in_channel, *reached).distinct()
    )
    spoken = {language or workspace.language for language in session.scalars(statement)} or {
        workspace.language
    }
    return in_channel_order(spoken)


def reminder_time(poll: Poll, workspace: Workspace) -> datetime:
    """Three days before the close at the same time of day; half-way when it is open for less than five."""
    closing = poll.closes_at.astimezone(ZoneInfo(workspace.time_zone))
    day = closing.date() - timedelta(days=_DAYS_BEFORE)
    days_before = occurrence(day, closing.time(), workspace.time_zone)
    middle = poll.opens_at + (poll.closes_at - poll.opens_at) / 2
    return max(days_before, middle)


def next_allowed_time(person: Member, workspace: Workspace, now: datetime) -> datetime:
    """The first moment from `now` on at which a person wants messages: awake, at work and not on leave."""
    zone = person.time_zone or workspace.time_zone

    def awake(earliest: datetime) -> datetime:
        return next_allowed(
            earliest,
            zone=zone,
            quiet_from=person.quiet_from,
            quiet_until=person.quiet_until,
            days_off=days_in(person.days_off),
        )

    moment = awake(now)
    if person.away_from and person.away_until:
        day = moment.astimezone(ZoneInfo(zone)).date()
        if person.away_from <= day <= person.away_until:
            back = person.away_until + timedelta(days=1)
            return awake(occurrence(back, datetime.min.time(), zone))
    return moment
