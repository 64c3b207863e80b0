"""Messages about the check-in that are not the check-in: to everybody, or one line in a team's channel."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from slackapp.core.calendar import days_in, next_allowed, occurrence
from slackapp.core.i18n import in_channel_order
from slackapp.models import FanOut, Member, Poll, PollUnit, Team, Workspace
from slackapp.outbox.queue import NewDelivery, Priority, enqueue_many, fan_out
from slackapp.pulse.charter import Charter

TEST = "poll_test"


"""The kind of the message by which an admin tries the check-in out."""


REMINDER = "poll_reminder"
"""The kind of the one line in a team's channel."""

LOSS = "poll_lost"
"""The kind of the message that tells people of a lost check-in."""

ALTERATION = "poll_altered"
"""The kind of the message that tells people that somebody changed a check-in in the database."""

NEW_LEADER = "team_leader"
"""The kind of the message that tells a team who leads it now."""

CHUNK = 500
_DAYS_BEFORE = 3


def enqueue_threshold_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people that a threshold was raised; True when everybody has been seen to."""
    return _next(session, fan_out, now, (chunk, Member.team_id.is_not(None)))


def enqueue_leader_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people of a team that somebody else leads it; True when everybody has been seen to."""
    return _next(session, fan_out, now, (chunk, Member.team_id == fan_out.reference))


def announce_new_leader(session: Session, workspace: Workspace, team: Team, now: datetime) -> None:
    """Owe the members of a team a word that somebody else leads it. Only once check-ins are live."""
    if workspace.pulse_on and team.leader_id:
        key = f"{NEW_LEADER}:{team.id}:{now:%Y%m%d%H%M%S}"
        fan_out(session, workspace, key=key, kind=NEW_LEADER, reference=team.id)


def announce_loss(session: Session, workspace: Workspace, poll_id: str, now: datetime) -> None:
    """Tell everybody who was asked, and the admins, that a check-in was lost."""
    fan_out(session, workspace, key=f"{LOSS}:{poll_id}", kind=LOSS, reference=poll_id)
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
    enqueue_many(session, workspace, [_notice(ALTERATION, poll.id, member, now) for member in concerned])


def _members(session: Session, workspace: Workspace) -> list[Member]:
    ours = select(Member).where(Member.workspace_id == workspace.id).order_by(Member.id)
    return [member for member in session.scalars(ours) if member.can_be_reached]


def _notice(kind: str, poll_id: str, member: Member, now: datetime) -> NewDelivery:
    return NewDelivery(
        key=f"{kind}:{poll_id}:{member.id}",
        kind=kind,
        reference=poll_id,
        target=member.slack_user_id,
        # Their own hours are looked up when it is about to go.
        due=now,
        priority=Priority.POLL,
    )


def _next(session: Session, asked: FanOut, now: datetime, part: tuple[int, ColumnElement[bool]]) -> bool:
    chunk, who = part
    workspace = session.get_one(Workspace, asked.workspace_id)
    found = select(Member).where(Member.workspace_id == workspace.id, Member.id > asked.cursor, who)
    people = list(session.scalars(found.order_by(Member.id).limit(chunk)))
    owed = [
        NewDelivery(
            key=f"{asked.key}:{one.id}",
            kind=asked.kind,
            reference=asked.reference,
            target=one.slack_user_id,
            due=next_allowed_time(one, workspace, now),
            priority=Priority.POLL,
        )
        for one in people
        if one.can_be_reached
    ]
    enqueue_many(session, workspace, owed)
    if people:
        asked.cursor = people[-1].id
    return len(people) < chunk


def enqueue_reminders(session: Session, workspace: Workspace, poll: Poll) -> None:
    """One line for each channel of a team that is asked, the same for everyone; none without a channel."""
    units = select(PollUnit.unit_id).where(PollUnit.poll_id == poll.id, PollUnit.invited > 0)
    found = select(Team.slack_channel_id).where(Team.id.in_(units))
    channels = sorted({channel for channel in session.scalars(found) if channel})
    owed = [
        NewDelivery(
            key=f"{REMINDER}:{poll.id}:{channel}",
            kind=REMINDER,
            reference=poll.id,
            target=channel,
            due=reminder_time(poll, workspace),
            priority=Priority.REMINDER,
            expires=poll.closes_at,
        )
        for channel in channels
    ]
    enqueue_many(session, workspace, owed)


def languages_in(session: Session, workspace: Workspace, channel: str) -> list[str]:
    """The languages of whoever is in the teams of a channel, Welsh first; the workspace's own when nobody is.

    A post is for all of them at once, so it is said in each.
    """
    there = (Team.slack_channel_id == channel, Team.workspace_id == workspace.id)
    reached = (Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
    found = select(Member.language).join(Team, Team.id == Member.team_id).where(*there, *reached).distinct()
    spoken = {one or workspace.language for one in session.scalars(found)} or {workspace.language}
    return in_channel_order(spoken)


def reminder_time(poll: Poll, workspace: Workspace) -> datetime:
    """Three days before the close at the same time of day; half-way when it is open for less than five."""
    closing = poll.closes_at.astimezone(ZoneInfo(workspace.time_zone))
    day = closing.date() - timedelta(days=_DAYS_BEFORE)
    wanted = occurrence(day, closing.time(), workspace.time_zone)
    middle = poll.opens_at + (poll.closes_at - poll.opens_at) / 2
    return max(wanted, middle)


def next_allowed_time(person: Member, workspace: Workspace, now: datetime) -> datetime:
    """The first moment from `now` on at which a person wants messages: awake, at work and not on leave."""
    zone = person.time_zone or workspace.time_zone

    def awake(moment: datetime) -> datetime:
        return next_allowed(
            moment,
            zone=zone,
            quiet_from=person.quiet_from,
            quiet_until=person.quiet_until,
            days_off=days_in(person.days_off),
        )

    found = awake(now)
    if person.away_from and person.away_until:
        day = found.astimezone(ZoneInfo(zone)).date()
        if person.away_from <= day <= person.away_until:
            back = person.away_until + timedelta(days=1)
            return awake(occurrence(back, datetime.min.time(), zone))
    return found
