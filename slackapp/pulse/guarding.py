"""Notice what was changed in the database while a check-in is open, and end keys that nobody needs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions
from slackapp.models import Poll, PollState
from slackapp.pulse import alarm_notices, charter_tables, counting, notices
from slackapp.pulse.alarm_notices import Sentence
from slackapp.pulse.alarms import raise_alarm
from slackapp.pulse.charter import KEY_KEPT, Charter
from slackapp.pulse.keys import KeyDirectory, destroy_key
from slackapp.pulse.opening import lock_poll

FINISHED = (PollState.CLOSED, PollState.CANCELLED, PollState.LOST)


def report_changes(sessions: Sessions, keys: KeyDirectory, now: datetime) -> None:
    """Compare what the database says of each check-in with its charter; undo, alarm and tell people."""
    charters = {charter.poll_id: charter for charter in keys.readable_charters()}
    if not charters:
        return
    with sessions.read() as session:
        polls = list(session.scalars(select(Poll).where(Poll.id.in_(charters))))
        suspect = [poll.id for poll in polls if _is_suspect(keys, poll, charters[poll.id], now)]
    missing = [key for key, charter in charters.items() if charter.is_open(now)]
    for poll_id in set(missing) - {poll.id for poll in polls}:
        raise_alarm(keys, poll_id, "is not in the database any more although it is open", now)
        alarm_notices.request(keys, charters[poll_id], Sentence.LOST, now)
    for poll_id in suspect:
        with sessions.begin() as session:
            poll = lock_poll(session, poll_id)
            # Looked at again under the lock: another process may just have finished it.
            if poll is not None and _is_suspect(keys, poll, charters[poll_id], now):
                _undo(session, keys, poll, charters[poll_id], now)


def destroy_finished(sessions: Sessions, keys: KeyDirectory) -> None:
    """No poll that is over keeps a key; that of a poll which this database does not know is left alone."""
    poll_ids = keys.poll_ids()
    if not poll_ids:
        return
    with sessions.read() as session:
        finished = list(
            session.scalars(select(Poll.id).where(Poll.id.in_(poll_ids), Poll.state.in_(FINISHED)))
        )
    for poll_id in finished:
        destroy_key(keys, poll_id)


def abandonable(keys: KeyDirectory, now: datetime) -> list[str]:
    """The check-ins whose close was due so long ago that their keys have to go. Asks no database."""
    return [charter.poll_id for charter in keys.readable_charters() if now >= charter.close_at + KEY_KEPT]


def abandon_overdue(keys: KeyDirectory, now: datetime) -> list[str]:
    """Destroy the keys of check-ins that could not be counted in time; their ids. Asks no database.

    To be called only when the clock is certain and one more close has been tried.
    """
    abandoned = abandonable(keys, now)
    charters = {charter.poll_id: charter for charter in keys.readable_charters()}
    for poll_id in abandoned:
        alarm_notices.request(keys, charters[poll_id], Sentence.LOST, now)
        raise_alarm(keys, poll_id, "could not be counted in time; its key was destroyed", now)
        destroy_key(keys, poll_id)
    return abandoned


def _is_suspect(keys: KeyDirectory, poll: Poll, charter: Charter, now: datetime) -> bool:
    # In this order: a key goes before the mark of its count, so a key without a mark was never counted.
    if keys.is_counted(poll.id) or not keys.has_key(poll.id):
        return False
    if poll.state in FINISHED:
        # A round that was being opened when the app stopped, and came too late, took no answer.
        return poll.state != PollState.CANCELLED or bool(keys.changes(poll.id))
    if charter_tables.settings_differ(poll, charter):
        return True
    return poll.state == PollState.CLOSING and charter.is_open(now)


def _undo(session: Session, keys: KeyDirectory, poll: Poll, charter: Charter, now: datetime) -> None:
    charter_tables.copy_to_tables(session, poll, charter)
    if poll.state in FINISHED:
        raise_alarm(keys, poll.id, "was ended in the database before it was counted", now)
        alarm_notices.request(keys, charter, Sentence.LOST, now)
        counting.lose_with_key(session, keys, poll, now)
        return
    raise_alarm(keys, poll.id, "had its rules, its times or its state changed in the database", now)
    alarm_notices.request(keys, charter, Sentence.CHANGED, now)
    if poll.state == PollState.CLOSING and charter.is_open(now):
        poll.state = PollState.OPEN
    notices.announce_alteration(session, poll, charter, now)
