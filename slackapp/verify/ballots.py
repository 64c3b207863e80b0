"""Check that ballots are sealed, of one size, and deleted with their keys after the close."""

import stat
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from slackapp.models import Ballot, Identity, Poll, PollMember, PollState
from slackapp.verify.findings import Checked

RECEIPT, BOX = 32, 2588
_TAKING = frozenset({PollState.OPEN, PollState.CLOSING})
_DIRECTORY_MODE, _FILE_MODE = 0o700, 0o600


def checked(session: Session) -> Checked:
    """Check that all ballots have the same length, and only open check-ins have any."""
    size = func.length if session.get_bind().dialect.name == "sqlite" else func.octet_length
    lengths = select(size(Ballot.receipt), size(Ballot.box), func.count()).group_by(
        size(Ballot.receipt), size(Ballot.box)
    )
    findings = [
        f"{count} sealed answers have the length {receipt} + {box} instead of {RECEIPT} + {BOX}: "
        "their size says something about what is inside."
        for receipt, box, count in session.execute(lengths)
        if (receipt, box) != (RECEIPT, BOX)
    ]
    polls = {poll.id: poll for poll in session.scalars(select(Poll))}
    findings += _left_over(polls, session.scalars(select(Ballot.poll_id).distinct()), "sealed answers")
    poll_ids = session.scalars(select(PollMember.poll_id).distinct())
    lost = {poll.id for poll in polls.values() if poll.state == PollState.LOST}
    findings += _left_over(
        polls, (poll_id for poll_id in poll_ids if poll_id not in lost), "a list of who was asked"
    )
    return Checked(
        "Sealed answers",
        "Every sealed answer is exactly as long as every other, and a closed check-in has none left.",
        tuple(findings),
    )


def keys(session: Session, directory: Path) -> Checked:
    """Check that no closed check-in has a key, and that others cannot read the keys of open ones."""
    polls = {poll.id: poll for poll in session.scalars(select(Poll))}
    held = sorted(directory.glob("*.key"))
    findings = [*_modes(directory, held), *_identity(session, directory)]
    for key_file in held:
        poll = polls.get(key_file.stem)
        if poll is None:
            findings.append(f"There is a key of a check-in that this copy does not know: {key_file.name}.")
        elif poll.state not in _TAKING and poll.state != PollState.OPENING:
            findings.append(
                f"The check-in of {poll.opens_on:%d %B %Y} has closed, but its key is still there."
            )
    findings += [
        f"A half-written key was left behind: {key_file.name}."
        for key_file in sorted(directory.glob(".*.tmp"))
    ]
    return Checked(
        "Keys",
        "The keys of closed check-ins are gone; nobody else can read those of open ones.",
        tuple(findings),
    )


def _left_over(polls: dict[str, Poll], ids: Iterable[str], what: str) -> list[str]:
    findings = []
    for poll_id in ids:
        poll = polls.get(poll_id)
        if poll is None:
            findings.append(f"There is {what} of a check-in that does not exist.")
        elif poll.state not in _TAKING:
            findings.append(
                f"The check-in of {poll.opens_on:%d %B %Y} has closed, but {what} of it are still there."
            )
    return findings


def _modes(directory: Path, held: list[Path]) -> list[str]:
    modes = [(directory, _DIRECTORY_MODE), *((key_file, _FILE_MODE) for key_file in held)]
    return [
        f"Others on the server could read {path.name}: its permissions are {mode:o} and not {allowed:o}."
        for path, allowed in modes
        if (mode := stat.S_IMODE(path.stat().st_mode)) != allowed
    ]


def _identity(session: Session, directory: Path) -> list[str]:
    row, mark = session.get(Identity, 1), directory / "identity"
    if row is None or not mark.is_file() or mark.read_text(encoding="ascii") != row.value:
        return ["This directory of keys belongs to another database, so nothing can be said about its keys."]
    return []
