"""Who is asked, and what a person is told about the group their answer joins."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from slackapp.models import (
    Delivery,
    DeliveryState,
    FanOut,
    Member,
    Poll,
    PollMember,
    PollState,
    Team,
    Workspace,
)
from slackapp.outbox.queue import NewDelivery, enqueue_many
from slackapp.outbox.references import PollRef
from slackapp.pulse import welcomes
from slackapp.pulse.charter import Charter
from slackapp.pulse.notices import LOSS, next_allowed_time
from slackapp.pulse.opening import INVITATION

CHUNK = 500
SAFE_TEAM = 8
"""People below which a team's answers are safer counted with the level above."""
_SILENT = 2
"""Rounds after which it is said that nothing has been recorded yet."""

_ANSWERED = (PollState.CLOSED, PollState.LOST)


@dataclass(frozen=True, slots=True)
class Group:
    """The group an answer joins: its name, how many were asked, and where a small group's answers go.

    `has_below` is whether answers of teams below may join it, when these are too few for themselves.
    """

    name: str
    invited: int
    k: int
    above: str | None
    has_below: bool = False


def small_teams(session: Session, workspace: Workspace) -> int:
    """How many teams with a level above have fewer people than is safe to be counted by themselves."""
    counted = (
        select(Member.team_id)
        .join(Team, Team.id == Member.team_id)
        .where(Team.workspace_id == workspace.id, Team.closed_at.is_(None), Team.parent_id.is_not(None))
        .where(Member.left.is_(False), Member.is_bot.is_(False), Member.is_stranger.is_(False))
        .group_by(Member.team_id)
        .having(func.count() < SAFE_TEAM)
    )
    return session.scalar(select(func.count()).select_from(counted.subquery())) or 0


def enqueue_invitations(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Owe the next people of a poll their message; True when everybody has been seen to.

    Each message comes in the person's own allowed hours and is dropped when the poll closes first.
    """
    poll = session.get(Poll, PollRef.parse(fan_out.reference).poll_id)
    if poll is None or poll.state != PollState.OPEN or poll.closes_at <= now:
        return True

    def invite(people: list[Member], workspace: Workspace) -> None:
        due = {member.id: next_allowed_time(member, workspace, now) for member in people}
        # Whoever has not had the welcome by now gets it first: the invitation waits for it in its group.
        welcomes.enqueue_for(
            session, workspace, people, closes_at=poll.closes_at, due=lambda member: due[member.id]
        )
        enqueue_many(session, workspace, [_invitation(poll, member, due[member.id]) for member in people])

    return _next(session, fan_out, chunk, invite)


def enqueue_loss_notices(session: Session, fan_out: FanOut, now: datetime, chunk: int = CHUNK) -> bool:
    """Tell the next people that a check-in was lost. Who was asked is forgotten at the end."""
    poll_id = PollRef.parse(fan_out.reference).poll_id

    def notify(people: list[Member], workspace: Workspace) -> None:
        enqueue_many(session, workspace, [_notice(poll_id, member, workspace, now) for member in people])

    done = _next(session, fan_out, chunk, notify)
    if done:
        session.execute(delete(PollMember).where(PollMember.poll_id == poll_id))
    return done


def group_of(charter: Charter, unit_id: str) -> Group:
    """What the modal says about a unit: what was fixed at the opening, whatever tables say now."""
    unit = charter.units[unit_id]
    above = charter.units[unit.parent].name if unit.parent else None
    has_below = any(other.parent == unit_id for other in charter.units.values())
    return Group(unit.name, charter.tree[unit_id].invited, charter.rules.k, above, has_below)


def names_around(charter: Charter, person: str) -> list[str]:
    """The names of those in a person's group and of those who read its results; none for a stranger."""
    invitee = charter.invitee(person)
    if invitee is None:
        return []
    return [*charter.names_in(invitee.unit), *(reader.name for reader in charter.units[invitee.unit].readers)]


def has_earlier(session: Session, poll: Poll) -> bool:
    """Whether people were asked at least twice before this poll, so that silence about it means something."""
    earlier = (Poll.workspace_id == poll.workspace_id, Poll.opens_on < poll.opens_on)
    polls = session.scalars(select(Poll.id).where(*earlier, Poll.state.in_(_ANSWERED)).limit(_SILENT)).all()
    return len(polls) == _SILENT


@dataclass(frozen=True, slots=True)
class Undelivered:
    """How many messages of a check-in reached nobody, and when it opened.

    Whose they were is not told: it could be read as who has not answered.
    """

    opens_on: date
    too_late: int
    """The hours that people chose came after the close."""
    refused: int
    """Slack would not take them."""


def undelivered(session: Session, workspace: Workspace) -> Undelivered | None:
    """What became of the latest check-in's messages; None when all of them arrived or are under way."""
    latest = (
        select(Poll)
        .where(Poll.workspace_id == workspace.id, Poll.state.in_((*_ANSWERED, PollState.OPEN)))
        .order_by(Poll.opens_on.desc())
        .limit(1)
    )
    poll = session.scalar(latest)
    if poll is None:
        return None
    # Those who want no messages any more were not missed.
    missed = or_(Delivery.reason.is_(None), Delivery.reason.not_in(("not_wanted", "left")))
    criteria = (Delivery.kind == INVITATION, Delivery.reference == poll.id, missed)
    by_state = select(Delivery.state, func.count()).where(*criteria).group_by(Delivery.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    too_late, refused = counts.get(DeliveryState.EXPIRED, 0), counts.get(DeliveryState.DEAD, 0)
    return Undelivered(poll.opens_on, too_late, refused) if too_late or refused else None


def _next(
    session: Session, fan_out: FanOut, chunk: int, enqueue: Callable[[list[Member], Workspace], None]
) -> bool:
    statement = (
        select(Member)
        .join(PollMember, PollMember.member_id == Member.id)
        .where(PollMember.poll_id == PollRef.parse(fan_out.reference).poll_id, Member.id > fan_out.cursor)
        .order_by(Member.id)
        .limit(chunk)
    )
    people = list(session.scalars(statement))
    workspace = session.get_one(Workspace, fan_out.workspace_id)
    to_write_to = [member for member in people if member.can_be_reached and member.pulse_messages]
    enqueue(to_write_to, workspace)
    if people:
        fan_out.cursor = people[-1].id
    return len(people) < chunk


def _invitation(poll: Poll, person: Member, due: datetime) -> NewDelivery:
    return INVITATION.new(
        PollRef(poll.id),
        person.slack_user_id,
        due,
        key=f"poll:{poll.id}:{person.id}",
        expires=poll.closes_at,
        group=welcomes.group_of(person),
        step=1,
    )


def _notice(poll_id: str, person: Member, workspace: Workspace, now: datetime) -> NewDelivery:
    due, key = next_allowed_time(person, workspace, now), f"poll_lost:{poll_id}:{person.id}"
    return LOSS.new(PollRef(poll_id), person.slack_user_id, due, key=key)
