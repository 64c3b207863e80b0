"""Check that answers are sealed, with the list of staff, and with the keys where there are any."""

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.models import Ballot, Member, Workspace
from slackapp.pulse import ballot_log
from slackapp.pulse.ballots import (
    NONCE_BYTES,
    InvalidBallotError,
    SealedBallot,
    digest_of,
    open_box,
    receipt_of,
)
from slackapp.pulse.charter import InvalidCharterError
from slackapp.pulse.keys import KeyDirectory
from slackapp.verify.findings import Checked

MOST_UNEVEN = 420
"""Chi-square of 2,588 random bytes has mean 255 and deviation 23; one box in a billion has more."""

_HASHES = ("sha256", "sha1", "md5", "sha512", "sha3_256", "blake2b", "blake2s", "sha384", "sha224")
_JOINTS = (b"", b":", b"/", b"|", b"-")
_RECEIPT = 32


def checked(session: Session, keys: Path | None) -> Checked:
    """Check that no receipt follows from the list of staff, and that boxes look random."""
    by_poll: dict[str, list[SealedBallot]] = defaultdict(list)
    for poll, receipt, box in session.execute(select(Ballot.poll_id, Ballot.receipt, Ballot.box)):
        by_poll[poll].append(SealedBallot(bytes(receipt), bytes(box)))
    findings = [*_guessed(session, by_poll), *_boxes(by_poll)]
    if keys is not None:
        directory = KeyDirectory(keys)
        findings += [
            finding for poll, ballots in by_poll.items() for finding in _opened(directory, poll, ballots)
        ]
    return Checked(
        "Locks",
        "No receipt is a hash of anybody on the list of staff, and sealed answers look like nothing but "
        "chance. Where there are keys, each was stored by the app for somebody who is asked.",
        tuple(findings),
    )


def _guessed(session: Session, by_poll: dict[str, list[SealedBallot]]) -> Iterator[str]:
    forms = {form for member in session.scalars(select(Member)) for form in _forms(session, member)}
    for poll, ballots in by_poll.items():
        receipts = {ballot.receipt for ballot in ballots}
        if any(guess in receipts for guess in _guesses(poll.encode(), forms)):
            yield "Receipts can be worked out from the list of staff, without any key."
            return


def _boxes(by_poll: dict[str, list[SealedBallot]]) -> Iterator[str]:
    boxes = [ballot.box for ballots in by_poll.values() for ballot in ballots]
    nonces = Counter(box[:NONCE_BYTES] for box in boxes)
    if any(count > 1 for count in nonces.values()):
        yield "Several sealed answers were locked with the same number, which may be used only once."
    uneven = sum(_unevenness(box) > MOST_UNEVEN for box in boxes)
    if uneven:
        yield f"{uneven} sealed answers do not look locked: their bytes are not even."


def _opened(keys: KeyDirectory, poll: str, ballots: list[SealedBallot]) -> Iterator[str]:
    secret = keys.load(poll)
    try:
        charter = keys.charter(poll)
    except InvalidCharterError:
        charter = None
    if secret is None:
        return
    if charter is None:
        yield "The charter of an open check-in is missing or was altered: nothing of it will be counted."
        return
    shut = sum(not _opens(secret, poll, ballot) for ballot in ballots)
    if shut:
        yield f"{shut} sealed answers do not open with their key: they were made up or altered."
    stored = {ballot.receipt: digest_of(ballot) for ballot in ballots}
    invited = {receipt_of(secret, poll, f"{charter.team}/{user}") for user in charter.people}
    if stored.keys() - invited:
        yield f"{len(stored.keys() - invited)} sealed answers belong to nobody who is asked."
    # The copy may be older than the log, so an answer that is missing says nothing here.
    foreign = len(stored.items() - ballot_log.logged(keys.changes(poll)))
    if foreign:
        yield f"{foreign} sealed answers were not stored by the app."


def _opens(secret: bytes, poll: str, ballot: SealedBallot) -> bool:
    try:
        open_box(secret, poll, ballot)
    except InvalidBallotError:
        return False
    return True


def _forms(session: Session, member: Member) -> Iterator[bytes]:
    """Yield the names by which a program might identify a member."""
    team = session.get_one(Workspace, member.workspace_id).slack_team_id
    user = member.slack_user_id
    names = (member.id, user, member.name, f"{team}/{user}", f"{team}:{user}", f"{team}{user}")
    yield from (name.encode() for name in names)


def _guesses(poll: bytes, forms: set[bytes]) -> Iterator[bytes]:
    """Yield the receipts that an attacker with the list of staff and no key would try."""
    for form in forms:
        yield form.ljust(_RECEIPT, b"\0")[:_RECEIPT]
        joined = [form, *(joint.join(pair) for joint in _JOINTS for pair in ((poll, form), (form, poll)))]
        for name in _HASHES:
            for content in joined:
                yield (
                    hashlib.new(name, content, usedforsecurity=False)
                    .digest()[:_RECEIPT]
                    .ljust(_RECEIPT, b"\0")
                )
        for key, content in ((poll, form), (form, poll), (hashlib.sha256(poll).digest(), form)):
            yield hmac.digest(key, content, "sha256")


def _unevenness(box: bytes) -> float:
    """Return the chi-square of a box's bytes against an even distribution."""
    expected = len(box) / 256
    counts = Counter(box)
    return sum((counts[byte] - expected) ** 2 for byte in range(256)) / expected if box else 0.0
