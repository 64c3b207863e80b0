"""One round of the pulse, from its opening to the destruction of its key.

Keys are made and destroyed outside the database's transactions, in an order that
leaves every crash recoverable. The rules that take a session flush and never
commit; those that take `Sessions` are several transactions, each of which may be
repeated by any number of processes.
"""

import logging
from contextlib import suppress
from datetime import datetime
from functools import partial
from random import Random, SystemRandom

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from slackapp.core.batches import run_all_then_raise
from slackapp.core.db import Sessions, purge_deleted_rows
from slackapp.models import Poll, PollState
from slackapp.pulse import counting, opening
from slackapp.pulse.answering import (
    CLOSED,
    LOST,
    NOT_ASKED,
    NOT_ON_THE_LIST,
    NOT_YOURS,
    NOTHING_CHOSEN,
    Answers,
    current,
    open_poll_for,
    person_of,
    submit,
    take_part,
    withdraw,
)
from slackapp.pulse.charter import InvalidCharterError
from slackapp.pulse.guarding import destroy_finished, report_changes
from slackapp.pulse.keys import KeyDirectory, destroy_key
from slackapp.pulse.notices import LOSS
from slackapp.pulse.opening import due_opening, lock_poll

__all__ = [
    "CLOSED",
    "LOSS",
    "LOST",
    "NOTHING_CHOSEN",
    "NOT_ASKED",
    "NOT_ON_THE_LIST",
    "NOT_YOURS",
    "Answers",
    "close",
    "close_due",
    "current",
    "due_opening",
    "open_due",
    "open_poll_for",
    "person_of",
    "recover",
    "submit",
    "take_part",
    "withdraw",
]

_log = logging.getLogger(__name__)
_UNFINISHED = (PollState.OPEN, PollState.CLOSING)


def open_due(sessions: Sessions, keys: KeyDirectory, workspace_id: str, now: datetime) -> str | None:
    """Close what is due, then open the round whose common opening has come; its id, or None."""
    close_due(sessions, keys, now, workspace_id)
    try:
        return opening.open_due(sessions, keys, workspace_id, now)
    except (OperationalError, OSError):
        _log.error(
            "A check-in could not be opened, nothing of it is half done, and it is tried again. "
            "Is the disk of the database, or of KEY_DIR, full?"
        )
        raise


def close(
    sessions: Sessions, keys: KeyDirectory, poll_id: str, now: datetime, chance: Random | None = None
) -> None:
    """Count a poll, keep only what may be shown, destroy its ballots and key. Repeating it is harmless.

    Not before the close that people were told, whatever the database says of it.
    """
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is None or poll.state not in {*_UNFINISHED, PollState.CLOSED}:
            return
        if poll.state != PollState.CLOSED and not _may_close(keys, poll_id, now):
            return
        if poll.state == PollState.OPEN:
            poll.state = PollState.CLOSING
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is not None and poll.state == PollState.CLOSING:
            counting.count(session, keys, poll, chance or SystemRandom(), now)
    destroy_key(keys, poll_id)
    purge_deleted_rows(sessions)


def close_due(
    sessions: Sessions, keys: KeyDirectory, now: datetime, workspace_id: str | None = None
) -> list[str]:
    """Close every poll whose time has come, of one workspace or all, and those interrupted; their ids.

    A key that could not be destroyed earlier is tried again. One that fails is raised after all the others.
    """
    report_changes(sessions, keys, now)
    due = (Poll.state == PollState.CLOSING) | ((Poll.state == PollState.OPEN) & (Poll.closes_at <= now))
    if workspace_id is not None:
        due &= Poll.workspace_id == workspace_id
    with sessions.read() as session:
        poll_ids = list(session.scalars(select(Poll.id).where(due).order_by(Poll.closes_at)))
    poll_ids = [poll_id for poll_id in poll_ids if _may_close(keys, poll_id, now)]
    closing = [partial(close, sessions, keys, poll_id, now) for poll_id in poll_ids]
    run_all_then_raise([*closing, partial(destroy_finished, sessions, keys)])
    return poll_ids


def recover(sessions: Sessions, keys: KeyDirectory, now: datetime) -> list[str]:
    """Finish what a crash left half done. Returns the polls of keys that this database does not know.

    To be called at every start, after `KeyDirectory.attach`.
    """
    with sessions.read() as session:
        states = dict(session.execute(select(Poll.id, Poll.state)).all())
    for poll_id in (key for key, state in states.items() if state == PollState.CLOSING):
        close(sessions, keys, poll_id, now)
    for poll_id in (key for key, state in states.items() if state == PollState.OPENING):
        opening.finish(sessions, keys, poll_id, now)
    for poll_id in (key for key, state in states.items() if state == PollState.OPEN):
        _check_key(sessions, keys, poll_id, now)
    report_changes(sessions, keys, now)
    destroy_finished(sessions, keys)
    strays = [poll_id for poll_id in keys.poll_ids() if poll_id not in states]
    if strays:
        _log.warning("KEY_DIR holds keys of polls that this database does not know: %s", ", ".join(strays))
    return strays


def _may_close(keys: KeyDirectory, poll_id: str, now: datetime) -> bool:
    """Whether the close that people were told has come. Without a charter there is nothing to wait for."""
    # What cannot be read is found by the close itself, which then holds up no other check-in.
    with suppress(InvalidCharterError, OSError):
        charter = keys.charter(poll_id)
        return charter is None or now >= charter.close_at
    return True


def _check_key(sessions: Sessions, keys: KeyDirectory, poll_id: str, now: datetime) -> None:
    """An open poll whose key or charter is missing is lost: no answer in it can ever be counted."""
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is None or poll.state != PollState.OPEN:
            return
        try:
            is_whole = keys.charter(poll_id) is not None
        except InvalidCharterError:
            is_whole = False
        if not is_whole:
            counting.lose_with_key(session, keys, poll, now)
