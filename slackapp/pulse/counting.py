"""Count a check-in once: which ballots, by which rules, and what remains of them. One transaction."""

import logging
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from slackapp.core.calendar import month_of
from slackapp.models import Ballot, Bundle, BundleScore, Poll, PollMember, PollState, PollUnit, Workspace
from slackapp.pulse import alarm_notices, ballot_log, charter_tables, held_comments, notices
from slackapp.pulse.alarm_notices import Sentence
from slackapp.pulse.alarms import raise_alarm
from slackapp.pulse.ballots import Answer, InvalidBallotError, SealedBallot, digest_of, mark_of, opener
from slackapp.pulse.charter import Charter, InvalidCharterError
from slackapp.pulse.keys import KeyDirectory, destroy_key
from slackapp.pulse.tally import Tally, tally

_BOXES_AT_ONCE = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """The ballots as they were read, once: answers by receipt, and the digest of every ballot."""

    answers: dict[bytes, Answer]
    digests: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Count:
    """What one count works on."""

    session: Session
    keys: KeyDirectory
    poll: Poll
    secret: bytes
    charter: Charter
    now: datetime


def count(session: Session, keys: KeyDirectory, poll: Poll, chance: Random, now: datetime) -> None:
    """Bring a poll that is closing to `closed`, or to `lost` where it may not be counted.

    Called again after a commit that failed, it gives the same figures for the same ballots, and none for
    others: which set is counted is fixed beside the key before anything is counted.
    """
    secret = keys.load(poll.id)
    if secret is None:
        lose(session, poll, now)
        return
    charter = _charter(keys, poll.id)
    if charter is None:
        raise_alarm(keys, poll.id, "was not counted: its charter is missing or was altered", now)
        lose_with_key(session, keys, poll, now)
        return
    work = _Count(session, keys, poll, secret, charter, now)
    stored = _read(session, poll.id, secret)
    if keys.commit_to(poll.id, mark_of(stored.digests.values())):
        _publish(work, stored, chance)
    else:
        _refuse_other_ballots(work)


def _publish(work: _Count, stored: Stored, chance: Random) -> None:
    left_out = _left_out(work, stored)
    answers = [answer for receipt, answer in stored.answers.items() if receipt not in left_out]
    chance.shuffle(answers)
    counted = tally(work.charter.tree, answers, work.charter.rules)
    held_comments.hold(work.keys, work.secret, work.charter, _month(work), counted.comments)
    _write(work.session, work.poll, counted)
    for table in (Ballot, PollMember):
        work.session.execute(delete(table).where(table.poll_id == work.poll.id))
    work.poll.state = PollState.CLOSED


def _refuse_other_ballots(work: _Count) -> None:
    words = "was not counted: its answers were changed after a count had begun"
    raise_alarm(work.keys, work.poll.id, words, work.now)
    alarm_notices.request(work.keys, work.charter, Sentence.LOST, work.now)
    held_comments.discard(work.keys, work.secret, work.charter, _month(work))
    charter_tables.copy_to_tables(work.session, work.poll, work.charter)
    lose_with_key(work.session, work.keys, work.poll, work.now)


def lose(session: Session, poll: Poll, now: datetime) -> None:
    """Without its key nobody can ever read a ballot, so they go, and people are told."""
    _log.error("A check-in is lost: its answers cannot be counted, nor read by anyone.")
    poll.state = PollState.LOST
    session.execute(delete(Ballot).where(Ballot.poll_id == poll.id))
    notices.announce_loss(session, session.get_one(Workspace, poll.workspace_id), poll.id, now)
    session.flush()


def lose_with_key(session: Session, keys: KeyDirectory, poll: Poll, now: datetime) -> None:
    """Destroy the key of a poll that may not be counted, and tell people that it is lost."""
    # The key goes first: whoever keeps this transaction from being committed gains nothing by it.
    destroy_key(keys, poll.id)
    lose(session, poll, now)


def _charter(keys: KeyDirectory, poll_id: str) -> Charter | None:
    try:
        return keys.charter(poll_id)
    except InvalidCharterError:
        return None


def _left_out(work: _Count, stored: Stored) -> frozenset[bytes]:
    """The receipts that are not counted. Whatever was changed in the database is noticed and told."""
    altered = ballot_log.altered(work.keys.changes(work.poll.id), stored.digests)
    if altered:
        words = f"had {len(altered)} answers changed, put back, made up or taken away in the database"
        raise_alarm(work.keys, work.poll.id, words, work.now)
    differs = charter_tables.copy_to_tables(work.session, work.poll, work.charter)
    if differs:
        words = "had its rules, teams or people changed in the database"
        raise_alarm(work.keys, work.poll.id, words, work.now)
    if altered or differs:
        alarm_notices.request(work.keys, work.charter, Sentence.CHANGED, work.now)
        notices.announce_alteration(work.session, work.poll, work.charter, work.now)
    return altered


def _read(session: Session, poll_id: str, secret: bytes) -> Stored:
    answers, digests, open_box = {}, {}, opener(secret, poll_id)
    boxes = select(Ballot.receipt, Ballot.box).where(Ballot.poll_id == poll_id)
    for receipt, box in session.execute(boxes.execution_options(yield_per=_BOXES_AT_ONCE)):
        ballot = SealedBallot(bytes(receipt), bytes(box))
        digests[ballot.receipt] = digest_of(ballot)
        try:
            answers[ballot.receipt] = open_box(ballot)
        except InvalidBallotError:
            # Whoever can write to the database can spoil a ballot, but not keep the poll from being counted.
            continue
    return Stored(answers, digests)


def _month(work: _Count) -> tuple[str, str]:
    """The workspace's id, and the month in which the check-in closed there."""
    zone = work.session.get_one(Workspace, work.poll.workspace_id).time_zone
    return work.poll.workspace_id, month_of(work.charter.close_at, zone)


def _write(session: Session, poll: Poll, counted: Tally) -> None:
    units = select(PollUnit).where(PollUnit.poll_id == poll.id).order_by(PollUnit.unit_id)
    for row in session.scalars(units):
        row.turnout = counted.turnout[row.unit_id]
    bundled = [
        {"poll_id": poll.id, "unit_id": unit, "ballots": ballots} for unit, ballots in counted.bundles.items()
    ]
    scored = [
        {
            "poll_id": poll.id,
            "unit_id": unit,
            "item": item,
            "n": cell.n,
            "sum_lo": cell.lo,
            "sum_hi": cell.hi,
        }
        for (unit, item), cell in counted.cells.items()
    ]
    # Past the mapper: with thousands of teams it took longer than opening every ballot.
    for table, rows in ((Bundle, bundled), (BundleScore, scored)):
        if rows:
            session.execute(insert(table), rows)
