"""The check-in's messages, loaded and rendered when they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.pulse import messages_view, readers_view
from reports.publishing import obstacles_in_check_in
from slackapp.core.i18n import Voice, voice
from slackapp.digest import promises, reader_notices, readers
from slackapp.digest.promises import PromiseSummary
from slackapp.models import Delivery, Leadership, Member, Poll, PollMember, Team, Workspace
from slackapp.obstacles import listing
from slackapp.obstacles.listing import ObstacleDetails
from slackapp.outbox.kinds import R
from slackapp.outbox.references import HandedOnRef, PollRef, ReadersRef, TeamRef, ThresholdsRef, TrialRef
from slackapp.outbox.rendered import Expander, Loader, Message, Route, Skip, WaitUntil, by_kind
from slackapp.pulse import audience, notices, opening, settings
from slackapp.pulse.opening import INVITATION
from slackapp.pulse.schedule import upcoming
from slackapp.workspace import members

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class _Invitation:
    say: Voice
    poll_id: str
    closing: str
    has_earlier: bool
    line: PromiseSummary | None
    answered: ObstacleDetails | None = None


@dataclass(frozen=True, slots=True)
class _NewLeader:
    say: Voice
    leader: str
    team: str
    month: str


def _in_their_hours(load: Loader[R, C]) -> Loader[R, C]:
    """Look once more when it is about to go: since it was enqueued, time has passed, or leave has begun."""

    def loaded(session: Session, about: R, delivery: Delivery, now: datetime) -> C | WaitUntil | Skip:
        workspace, person = _reader(session, delivery)
        if not person.can_be_reached:
            return Skip("left")
        due = notices.next_allowed_time(person, workspace, now)
        return WaitUntil(due) if due > now else load(session, about, delivery, now)

    return loaded


def _load_invitation(
    session: Session, about: PollRef, delivery: Delivery, now: datetime
) -> _Invitation | Skip:
    poll = session.get(Poll, about.poll_id)
    if poll is None or not poll.is_open(now):
        return Skip("poll_closed")
    workspace, person = _reader(session, delivery)
    if not person.pulse_messages:
        return Skip("not_wanted")
    say = members.language_of(workspace, person)
    poll_member = session.get(PollMember, (poll.id, person.id))
    return _Invitation(
        say,
        poll.id,
        closing=say.moment(poll.closes_at, members.time_zone_of(workspace, person)),
        has_earlier=audience.has_earlier(session, poll),
        line=promises.latest_line(session, workspace, poll_member.unit_id, now=now) if poll_member else None,
        answered=listing.latest_answer(session, session.get_one(Team, poll_member.unit_id), now)
        if poll_member
        else None,
    )


def _invitation(content: _Invitation) -> Message:
    """How were your last few shifts? It says nothing about who has answered."""
    say, closing, earlier = content.say, content.closing, content.has_earlier
    message = Message(
        text=messages_view.message_text(say, closing=closing, has_earlier=earlier, line=content.line),
        blocks=messages_view.message(
            say, content.poll_id, closing=closing, has_earlier=earlier, line=content.line
        ),
    )
    return obstacles_in_check_in.placed(say, message, content.answered)


def _load_loss(session: Session, _about: PollRef, delivery: Delivery, _now: datetime) -> str:
    workspace, person = _reader(session, delivery)
    return messages_view.loss_text(members.language_of(workspace, person))


def _words(words: str) -> Message:
    """One sentence."""
    return Message(text=words, blocks=messages_view.loss(words))


def _load_alteration(session: Session, _about: PollRef, delivery: Delivery, _now: datetime) -> str:
    """Somebody changed a check-in in the database."""
    workspace, person = _reader(session, delivery)
    return messages_view.alteration_text(members.language_of(workspace, person))


def _load_reminder(session: Session, about: PollRef, delivery: Delivery, now: datetime) -> list[str] | Skip:
    """The check-in is still open: one line in a team's channel, in each of its languages."""
    poll = session.get(Poll, about.poll_id)
    if poll is None or not poll.is_open(now):
        return Skip("poll_closed")
    workspace = session.get_one(Workspace, delivery.workspace_id)
    spoken = [voice(language) for language in notices.languages_in(session, workspace, delivery.target)]
    return [
        messages_view.reminder_text(say, closing=say.moment(poll.closes_at, workspace.time_zone))
        for say in spoken
    ]


def _reminder(lines: list[str]) -> Message:
    return Message(
        text="\n".join(lines), blocks=[block for line in lines for block in messages_view.loss(line)]
    )


def _load_thresholds(session: Session, about: ThresholdsRef, delivery: Delivery, _now: datetime) -> str:
    """A threshold was raised."""
    workspace, person = _reader(session, delivery)
    say = members.language_of(workspace, person)
    return messages_view.rules_text(say, k=about.k, c=about.c, comments=about.comments)


def _load_new_leader(
    session: Session, about: TeamRef, delivery: Delivery, now: datetime
) -> _NewLeader | Skip:
    """Somebody else leads the team now."""
    workspace, person = _reader(session, delivery)
    team = session.get(Team, about.team_id)
    leader = session.get(Member, team.leader_id) if team and team.leader_id else None
    if team is None or leader is None:
        return Skip("no_leader")
    leadership = session.get(Leadership, team.id)
    since = leadership.since if leadership and leadership.since else now
    month = reader_notices.first_readable(workspace, reader_notices.milliseconds(since))
    return _NewLeader(members.language_of(workspace, person), leader.name, team.name, month)


def _new_leader(content: _NewLeader) -> Message:
    words = readers_view.new_leader_text(
        content.say, leader=content.leader, team=content.team, month=content.month
    )
    # Names are people's own words, so they stand in plain text.
    return Message(text=words, blocks=messages_view.loss(words, plain=True))


def _load_readers(
    session: Session, about: ReadersRef, delivery: Delivery, now: datetime
) -> readers_view.Change | Skip:
    """Who reads a team's results has changed, other than that somebody else leads it, which is told apart."""
    workspace, person = _reader(session, delivery)
    team = session.get(Team, about.team_id)
    if team is None:
        return Skip("no_team")
    begun = [
        reading
        for reading in readers.readers_of(session, team, now)
        if reading.since == reader_notices.moment_of(about.moment) and not reading.is_leader_of(team)
    ]
    ended = reader_notices.ended_at(session, team, about.moment)
    if not (begun or ended):
        return Skip("no_change")
    say = members.language_of(workspace, person)
    month = reader_notices.first_readable(workspace, about.moment)
    return readers_view.Change(say, team.name, month, tuple(begun), tuple(ended))


def _readers(content: readers_view.Change) -> Message:
    text = readers_view.change_text(content)
    return Message(text=text, blocks=messages_view.loss(text, plain=True))


def _load_handed_on(
    session: Session, about: HandedOnRef, delivery: Delivery, now: datetime
) -> readers_view.HandedOn | Skip:
    """A team's earlier months were handed to its leader."""
    workspace, person = _reader(session, delivery)
    team, own = session.get(Team, about.team_id), session.get(Team, about.own_team_id)
    leader = session.get(Member, team.leader_id) if team and team.leader_id else None
    if team is None or own is None or leader is None or not leader.can_be_reached:
        return Skip("gone")
    say, moment = members.language_of(workspace, person), reader_notices.moment_of(about.readable_from)
    day = moment.astimezone(ZoneInfo(workspace.time_zone)).date() if moment > now else None
    return readers_view.HandedOn(say, leader.name, leads=team.name, team=own.name, day=day)


def _handed_on(content: readers_view.HandedOn) -> Message:
    text = readers_view.handed_on_text(content)
    return Message(text=text, blocks=messages_view.loss(text, plain=True))


def _load_trial(session: Session, _about: TrialRef, delivery: Delivery, now: datetime) -> _Invitation:
    workspace, person = _reader(session, delivery)
    say = members.language_of(workspace, person)
    coming = upcoming(workspace, opening.last_poll(session, workspace), now)
    closing = say.moment(coming.closes_at, members.time_zone_of(workspace, person))
    return _Invitation(say, "test", closing=closing, has_earlier=False, line=None)


def _trial(content: _Invitation) -> Message:
    """The message as staff would get it, to an admin who tries it out."""
    say, staff = content.say, _invitation(content)
    note = say("This is a test that only you got. Nothing is stored.")
    blocks = [messages_view.note(note), *staff.blocks[:-1], messages_view.trial_button(say)]
    return Message(text=f"{note}\n{staff.text}", blocks=blocks)


ROUTES = by_kind(
    Route(INVITATION, _in_their_hours(_load_invitation), _invitation),
    Route(notices.LOSS, _in_their_hours(_load_loss), _words),
    Route(notices.ALTERATION, _in_their_hours(_load_alteration), _words),
    # An admin who tries it out waits for it.
    Route(notices.TEST, _load_trial, _trial),
    Route(notices.REMINDER, _load_reminder, _reminder),
    Route(notices.NEW_LEADER, _in_their_hours(_load_new_leader), _new_leader),
    Route(reader_notices.READERS_CHANGED, _in_their_hours(_load_readers), _readers),
    Route(reader_notices.HANDED_ON, _in_their_hours(_load_handed_on), _handed_on),
    Route(settings.RULES_CHANGED, _in_their_hours(_load_thresholds), _words),
)
EXPANDERS: Mapping[str, Expander] = {
    INVITATION: audience.enqueue_invitations,
    notices.LOSS: audience.enqueue_loss_notices,
    notices.NEW_LEADER: notices.enqueue_leader_notices,
    reader_notices.READERS_CHANGED: reader_notices.enqueue_reader_notices,
    reader_notices.HANDED_ON: reader_notices.enqueue_handed_on_notices,
    settings.RULES_CHANGED: notices.enqueue_threshold_notices,
}


def _reader(session: Session, delivery: Delivery) -> tuple[Workspace, Member]:
    workspace = session.get_one(Workspace, delivery.workspace_id)
    statement = select(Member).where(
        Member.workspace_id == workspace.id, Member.slack_user_id == delivery.target
    )
    return workspace, session.scalars(statement).one()
