"""Opening a round: claimed by its date, its key made, who belongs where frozen, then open."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions, new_id
from slackapp.core.i18n import translatable
from slackapp.models import Poll, PollState, Workspace
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority, fan_out, insert_for
from slackapp.outbox.references import PollRef
from slackapp.pulse import alarm_notices, charter_tables, disclosure, question_rotation
from slackapp.pulse.alarm_notices import Sentence
from slackapp.pulse.alarms import raise_alarm
from slackapp.pulse.charter import InvalidCharterError
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.notices import enqueue_reminders
from slackapp.pulse.schedule import Occurrence, after, upcoming


def lock_poll(session: Session, poll_id: str, *, shared: bool = False) -> Poll | None:
    """The poll as it is now, held until the transaction ends.

    Answers share the lock with each other and exclude opening and closing. On SQLite
    the transaction already holds the only write lock.
    """
    statement = select(Poll).where(Poll.id == poll_id).with_for_update(read=shared)
    return session.scalar(statement.execution_options(populate_existing=True))


OPENS = translatable("check-in opens")


CLOSES = translatable("check-in closes")


Moment = tuple[datetime, str]


"""When, and a catalogue message that says what."""


def next_events(session: Session, now: datetime) -> list[Moment]:
    """The coming closes and openings after `now`, the soonest first; a close and an opening may coincide."""
    closing = select(Poll.closes_at).where(Poll.state == PollState.OPEN, Poll.closes_at > now)
    events = [(moment, CLOSES) for moment in session.scalars(closing)]
    for workspace in session.scalars(select(Workspace).where(takes_part())):
        coming = upcoming(workspace, last_poll(session, workspace), now)
        while coming.opens_at <= now:
            coming = after(workspace, coming)
        events.append((coming.opens_at, OPENS))
    return sorted(events)


INVITATION = Kind(
    "poll", PollRef, priority=Priority.POLL, topic=Topic.CHECK_INS, second_copy=SecondCopy.HARMLESS
)
"""The kind of the message that asks people to answer."""


def takes_part() -> ColumnElement[bool]:
    """Which workspaces have a pulse at all."""
    return and_(Workspace.pulse_on, Workspace.uninstalled_at.is_(None))


def last_poll(session: Session, workspace: Workspace) -> Poll | None:
    """The latest round of a workspace, whatever became of it."""
    statement = select(Poll).where(Poll.workspace_id == workspace.id).order_by(Poll.opens_on.desc()).limit(1)
    return session.scalar(statement)


def due_opening(session: Session, workspace: Workspace, now: datetime) -> datetime | None:
    """The opening that is due and has not been dealt with, or None."""
    coming = _due(session, workspace, now)
    return coming.opens_at if coming else None


def open_due(sessions: Sessions, keys: KeyDirectory, workspace_id: str, now: datetime) -> str | None:
    """Open the round whose common opening is due; its id, or None when there was nothing to open.

    An occurrence whose close has passed is marked cancelled and left out.
    """
    opened = None
    for poll_id in _unfinished(sessions, workspace_id):
        opened = finish(sessions, keys, poll_id, now) or opened
    while opened is None and _claim(sessions, workspace_id, now):
        for poll_id in _unfinished(sessions, workspace_id):
            opened = finish(sessions, keys, poll_id, now)
    return opened


def finish(sessions: Sessions, keys: KeyDirectory, poll_id: str, now: datetime) -> str | None:
    """Bring a claimed round to its open state, or cancel it when its close has passed; its id when open."""
    with sessions.read() as session:
        if session.get_one(Poll, poll_id).state != PollState.OPENING:
            return None
    keys.create(poll_id)
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is not None and poll.state == PollState.OPENING:
            if poll.closes_at <= now:
                poll.state = PollState.CANCELLED
            else:
                _open(session, keys, poll, now)
        state = poll.state if poll is not None else PollState.CANCELLED
    if state in {PollState.CANCELLED, PollState.CLOSED}:
        keys.destroy(poll_id)
    return poll_id if state == PollState.OPEN else None


def _due(session: Session, workspace: Workspace, now: datetime) -> Occurrence | None:
    if not workspace.pulse_on or workspace.uninstalled_at is not None:
        return None
    coming = upcoming(workspace, last_poll(session, workspace), now)
    return coming if coming.opens_at <= now else None


def _unfinished(sessions: Sessions, workspace_id: str) -> list[str]:
    with sessions.read() as session:
        statement = select(Poll.id).where(Poll.workspace_id == workspace_id, Poll.state == PollState.OPENING)
        return list(session.scalars(statement))


def _claim(sessions: Sessions, workspace_id: str, now: datetime) -> bool:
    """Write the due occurrence down, once among all processes. False when nothing is due."""
    with sessions.begin() as session:
        workspace = session.get_one(Workspace, workspace_id)
        coming = _due(session, workspace, now)
        if coming is None:
            return False
        missed = coming.closes_at <= now
        row = insert_for(session)(Poll).values(
            id=new_id(),
            workspace_id=workspace_id,
            opens_on=coming.opens_on,
            opens_at=coming.opens_at,
            closes_at=coming.closes_at,
            state=PollState.CANCELLED if missed else PollState.OPENING,
            items=question_rotation.next_items(session, workspace),
            comments_on=workspace.comments_on,
            k=max(workspace.k, disclosure.LOWEST_K),
            c=max(workspace.c, disclosure.LOWEST_C),
            comment_threshold=max(workspace.comment_threshold, disclosure.FEWEST_FOR_COMMENTS),
        )
        session.execute(row.on_conflict_do_nothing(index_elements=["workspace_id", "opens_on"]))
        return True


def _open(session: Session, keys: KeyDirectory, poll: Poll, now: datetime) -> None:
    """Fix the charter, unless there is one, copy it into the tables, and owe people their message."""
    try:
        charter = keys.settle_charter(poll.id, lambda: charter_tables.draw(session, poll))
    except InvalidCharterError as refused:
        raise_alarm(keys, poll.id, f"was not opened: {refused}", now)
        poll.state = PollState.CANCELLED
        return
    if charter_tables.copy_to_tables(session, poll, charter):
        raise_alarm(keys, poll.id, "had been changed in the database; it opened as it was fixed before", now)
        alarm_notices.request(keys, charter, Sentence.CHANGED, now)
    workspace = session.get_one(Workspace, poll.workspace_id)
    fan_out(session, workspace, key=f"poll:{poll.id}", kind=INVITATION, reference=str(PollRef(poll.id)))
    poll.state = PollState.OPEN
    session.flush()
    enqueue_reminders(session, workspace, poll)
