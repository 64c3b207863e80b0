"""One round of the pulse, from its opening to the destruction of its key.

Keys are made and destroyed outside the database's transactions, in an order that
leaves every crash recoverable. The rules that take a session flush and never
commit; those that take `Sessions` are several transactions, each of which may be
repeated by any number of processes.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random, SystemRandom

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from slackapp.core.batches import run_all_then_raise
from slackapp.core.calendar import month_of
from slackapp.core.db import Sessions, purge_deleted_rows
from slackapp.core.errors import UserError
from slackapp.core.i18n import translatable
from slackapp.models import (
    Ballot,
    Bundle,
    BundleScore,
    Member,
    Poll,
    PollMember,
    PollState,
    PollUnit,
    Workspace,
)
from slackapp.outbox.kinds import Kind, SecondCopy, Topic
from slackapp.outbox.queue import Priority, fan_out, insert_for
from slackapp.outbox.references import PollRef
from slackapp.pulse import comments, opening
from slackapp.pulse.ballots import (
    Answer,
    InvalidBallotError,
    SealedBallot,
    new_nonce,
    opener,
    receipt_of,
    seal,
)
from slackapp.pulse.keys import KeyDirectory, destroy_key, destroy_orphaned_keys
from slackapp.pulse.opening import due_opening, lock_poll
from slackapp.pulse.tally import Rules, Tally, Unit, tally

CLOSED = translatable("This check-in has closed. Results come with the digest.")
LOST = translatable("This check-in was lost, so no answer can be read. The next will work.")
NOT_YOURS = translatable("This check-in is for another team. Yours is on your Home tab.")
NOT_ASKED = translatable(
    "This check-in is for another team. None asks you, because you are in no team or lead the one at the top."
)
NOTHING_CHOSEN = translatable("Choose at least one answer, or close.")
NOT_ON_THE_LIST = translatable(
    "Whom this check-in asks was fixed when it opened: before you came, or your team is asked less often. "
    "The next one asks you."
)

__all__ = [
    "CLOSED",
    "LOST",
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
    "recover",
    "submit",
    "take_part",
    "withdraw",
]

LOSS = Kind(
    "poll_lost", PollRef, priority=Priority.POLL, topic=Topic.CHECK_INS, second_copy=SecondCopy.HARMLESS
)
"""The kind of the message that tells people of a lost check-in."""

_BOXES_AT_ONCE = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one person hands in. `scores` are 1 to 5 or CANT_SAY by item; blank items are absent."""

    poll_id: str
    member_id: str
    scores: Mapping[str, int]
    comment: str = ""
    nonce: bytes = field(default_factory=new_nonce, repr=False)


def current(session: Session, workspace: Workspace, now: datetime) -> Poll | None:
    """The workspace's poll that takes answers now, if there is one."""
    open_now = (Poll.workspace_id == workspace.id, Poll.state == PollState.OPEN)
    return session.scalar(select(Poll).where(*open_now, Poll.opens_at <= now, Poll.closes_at > now))


def open_poll_for(session: Session, workspace: Workspace, member_id: str, now: datetime) -> Poll | None:
    """The poll in which this person may answer now, the same before and after they did."""
    poll = current(session, workspace, now)
    return poll if poll is not None and session.get(PollMember, (poll.id, member_id)) is not None else None


def take_part(session: Session, poll_id: str, member_id: str, now: datetime) -> tuple[Poll, str]:
    """The poll and the person's unit in it. Raises the UserError that says why not."""
    return _open_for(session, session.get(Poll, poll_id), member_id, now)


def submit(session: Session, keys: KeyDirectory, paper: Answers, now: datetime) -> Poll:
    """Store an answer in place of an earlier one; gives its poll. Acknowledge it only after the commit.

    Raises UserError when the poll is closed, lost or not this person's, or beside its first question when
    nothing is in the paper: an empty one would take the place of an answer, and count as one of five.
    """
    poll, secret, unit = _admitted(session, keys, (paper.poll_id, paper.member_id), now)
    scores = {item: score for item, score in paper.scores.items() if item in poll.items}
    # The comment is cleaned here as well, so that no caller can forget it.
    answer = Answer(unit, scores, comments.clean(paper.comment) if poll.comments_on else "")
    if not answer.scores and not answer.comment:
        raise UserError(NOTHING_CHOSEN).beside(poll.items[0])
    sealed = seal(secret, paper.poll_id, paper.member_id, answer, paper.nonce)
    ballot = insert_for(session)(Ballot).values(poll_id=paper.poll_id, receipt=sealed.receipt, box=sealed.box)
    session.execute(
        ballot.on_conflict_do_update(index_elements=["poll_id", "receipt"], set_={"box": ballot.excluded.box})
    )
    return poll


def withdraw(session: Session, keys: KeyDirectory, who: tuple[str, str], now: datetime) -> None:
    """Delete the ballot of `who` (poll, member), if there is one; nothing tells which. Raises as `submit`."""
    _, secret, _ = _admitted(session, keys, who, now)
    receipt = receipt_of(secret, *who)
    session.execute(delete(Ballot).where(Ballot.poll_id == who[0], Ballot.receipt == receipt))


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


def close(sessions: Sessions, keys: KeyDirectory, poll_id: str, chance: Random | None = None) -> None:
    """Count a poll, keep only what may be shown, destroy its ballots and key. Repeating it is harmless."""
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is None or poll.state not in {PollState.OPEN, PollState.CLOSING, PollState.CLOSED}:
            return
        if poll.state == PollState.OPEN:
            poll.state = PollState.CLOSING
    secret = keys.load(poll_id)
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is not None and poll.state == PollState.CLOSING:
            if secret is None:
                _lose(session, poll)
                return
            _replace_ballots(session, poll, secret, chance or SystemRandom())
    destroy_key(keys, poll_id)
    purge_deleted_rows(sessions)


def close_due(
    sessions: Sessions, keys: KeyDirectory, now: datetime, workspace_id: str | None = None
) -> list[str]:
    """Close every poll whose time has come, of one workspace or all, and those interrupted; their ids.

    A key that could not be destroyed earlier is tried again. One that fails is raised after all the others.
    """
    due = (Poll.state == PollState.CLOSING) | ((Poll.state == PollState.OPEN) & (Poll.closes_at <= now))
    if workspace_id is not None:
        due &= Poll.workspace_id == workspace_id
    with sessions.read() as session:
        found = list(session.scalars(select(Poll.id).where(due).order_by(Poll.closes_at)))
    closing = [partial(close, sessions, keys, poll_id) for poll_id in found]
    run_all_then_raise([*closing, partial(destroy_orphaned_keys, sessions, keys)])
    return found


def recover(sessions: Sessions, keys: KeyDirectory, now: datetime) -> list[str]:
    """Finish what a crash left half done. Returns the polls of keys that this database does not know.

    To be called at every start, after `KeyDirectory.attach`.
    """
    with sessions.read() as session:
        states = dict(session.execute(select(Poll.id, Poll.state)).all())
    for poll_id in (one for one, state in states.items() if state == PollState.CLOSING):
        close(sessions, keys, poll_id)
    for poll_id in (one for one, state in states.items() if state == PollState.OPENING):
        opening.finish(sessions, keys, poll_id, now)
    for poll_id in (one for one, state in states.items() if state == PollState.OPEN):
        _check_key(sessions, keys, poll_id)
    destroy_orphaned_keys(sessions, keys)
    strays = [one for one in keys.poll_ids() if one not in states]
    if strays:
        _log.warning("KEY_DIR holds keys of polls that this database does not know: %s", ", ".join(strays))
    return strays


def _open_for(session: Session, poll: Poll | None, member_id: str, now: datetime) -> tuple[Poll, str]:
    if poll is None:
        raise UserError(CLOSED)
    if poll.state == PollState.LOST:
        raise UserError(LOST)
    if not poll.is_open(now):
        raise UserError(CLOSED)
    belongs = session.get(PollMember, (poll.id, member_id))
    if belongs is None:
        raise UserError(_why_not(session, poll, member_id))
    return poll, belongs.unit_id


def _why_not(session: Session, poll: Poll, member_id: str) -> str:
    member = session.get(Member, member_id)
    if member is not None and member.workspace_id != poll.workspace_id:
        return NOT_YOURS
    has_unit = member is not None and opening.unit_of(member, opening.teams_of(session, poll)) is not None
    return NOT_ON_THE_LIST if has_unit else NOT_ASKED


def _admitted(
    session: Session, keys: KeyDirectory, who: tuple[str, str], now: datetime
) -> tuple[Poll, bytes, str]:
    """The poll, its secret and the person's unit, with the poll held open until the transaction ends."""
    poll_id, member_id = who
    poll, unit = _open_for(session, lock_poll(session, poll_id, shared=True), member_id, now)
    secret = keys.load(poll.id)
    if secret is None:
        raise UserError(CLOSED)
    return poll, secret, unit


def _replace_ballots(session: Session, poll: Poll, secret: bytes, chance: Random) -> None:
    """Inside one transaction: what may be kept in, everything that could be linked out."""
    answers = _opened(session, poll.id, secret)
    chance.shuffle(answers)
    frozen = list(
        session.scalars(select(PollUnit).where(PollUnit.poll_id == poll.id).order_by(PollUnit.unit_id))
    )
    units = {one.unit_id: Unit(one.parent_id, one.invited) for one in frozen}
    counted = tally(units, answers, Rules(tuple(poll.items), poll.k, poll.c, poll.comment_threshold))
    for one in frozen:
        one.turnout = counted.turnout[one.unit_id]
    _write(session, poll, counted)
    workspace = session.get_one(Workspace, poll.workspace_id)
    month = month_of(poll.closes_at, workspace.time_zone)
    comments.save(session, workspace.id, counted.comments, month, chance)
    session.execute(delete(Ballot).where(Ballot.poll_id == poll.id))
    session.execute(delete(PollMember).where(PollMember.poll_id == poll.id))
    poll.state = PollState.CLOSED


def _write(session: Session, poll: Poll, counted: Tally) -> None:
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


def _opened(session: Session, poll_id: str, secret: bytes) -> list[Answer]:
    answers, spoilt, opened = [], 0, opener(secret, poll_id)
    boxes = select(Ballot.receipt, Ballot.box).where(Ballot.poll_id == poll_id)
    for receipt, box in session.execute(boxes.execution_options(yield_per=_BOXES_AT_ONCE)):
        try:
            answers.append(opened(SealedBallot(receipt, box)))
        except InvalidBallotError:
            # Whoever can write to the database can spoil a ballot, but not keep the poll from being counted.
            spoilt += 1
    if spoilt:
        _log.error("%d ballots had been altered in the database and were left out.", spoilt)
    return answers


def _check_key(sessions: Sessions, keys: KeyDirectory, poll_id: str) -> None:
    with sessions.begin() as session:
        poll = lock_poll(session, poll_id)
        if poll is not None and poll.state == PollState.OPEN and keys.load(poll_id) is None:
            _lose(session, poll)


def _lose(session: Session, poll: Poll) -> None:
    """Without its key nobody can ever read a ballot, so they go, and people are told."""
    _log.error("The key of a check-in is missing; its answers cannot be read by anyone.")
    poll.state = PollState.LOST
    session.execute(delete(Ballot).where(Ballot.poll_id == poll.id))
    workspace = session.get_one(Workspace, poll.workspace_id)
    fan_out(session, workspace, key=f"poll_lost:{poll.id}", kind=LOSS, reference=str(PollRef(poll.id)))
    session.flush()
