"""Sealed ballots and the keys that open them. Names of people stop here.

A ballot is a receipt, by which one person has one ballot, and a box of one length.
Both are made with a secret that lives in a file of its own, never in the database,
and that is destroyed when the poll has closed.
"""

import hashlib
import hmac
import json
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
NONCE_BYTES = 12
PLAINTEXT_BYTES = 2560
CANT_SAY = 0
_LENGTH = struct.Struct(">I")
_COMMENT_ID_BYTES = 12


class InvalidBallotError(Exception):
    """A ballot was altered, moved to another person or poll, or locked with another key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person answers. A score is 1 to 5 or `CANT_SAY`; an item left blank is absent."""

    unit: str
    scores: Mapping[str, int]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SealedBallot:
    """All of a ballot that is ever stored: 32 and 2,588 bytes, whatever was said."""

    receipt: bytes
    box: bytes


def new_nonce() -> bytes:
    """Twelve random bytes; a box is never sealed twice with the same."""
    return os.urandom(NONCE_BYTES)


def receipt_of(secret: bytes, poll_id: str, person: str) -> bytes:
    """The receipt of a person's ballot; without the secret nobody can tell whose it is.

    `person` is Slack's team and user id, as they came with Slack's signature: `T01/U01`.
    """
    return hmac.digest(_derived(secret, poll_id, b"receipt"), person.encode(), hashlib.sha256)


def charter_key(secret: bytes, poll_id: str) -> bytes:
    """The key that authenticates the charter of a check-in."""
    return _derived(secret, poll_id, b"charter")


def comment_ids(secret: bytes, poll_id: str, count: int) -> list[str]:
    """The ids of a check-in's comments, by their places among all of them, sorted by their words.

    Counting the same ballots again gives the same ids. Without the secret they are chance.
    """
    key = _derived(secret, poll_id, b"comment")
    macs = (hmac.digest(key, struct.pack(">I", place), hashlib.sha256) for place in range(count))
    return [mac[:_COMMENT_ID_BYTES].hex() for mac in macs]


def digest_of(ballot: SealedBallot) -> bytes:
    """SHA-256 of one ballot as it is stored."""
    # With its length in front, no byte can move from a receipt to its box and leave the digest as it was.
    length = _LENGTH.pack(len(ballot.receipt))
    return hashlib.sha256(length + ballot.receipt + ballot.box).digest()


def mark_of(digests: Iterable[bytes]) -> bytes:
    """SHA-256 of a set of ballots, by their digests in any order."""
    return hashlib.sha256(b"".join(sorted(digests))).digest()


def seal(secret: bytes, poll_id: str, person: str, answer: Answer, nonce: bytes) -> SealedBallot:
    """Lock an answer in a box whose length says nothing. ValueError when it does not fit."""
    receipt = receipt_of(secret, poll_id, person)
    content = {"unit": answer.unit, "answers": dict(answer.scores), "comment": answer.comment}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    plaintext = (_LENGTH.pack(len(body)) + body).ljust(PLAINTEXT_BYTES, b"\0")
    if len(plaintext) > PLAINTEXT_BYTES:
        raise ValueError("the answer does not fit into its box")
    locked = AESGCM(_derived(secret, poll_id, b"ballot")).encrypt(
        nonce, plaintext, poll_id.encode() + receipt
    )
    return SealedBallot(receipt, nonce + locked)


def open_box(secret: bytes, poll_id: str, ballot: SealedBallot) -> Answer:
    """What was sealed. InvalidBallotError when anything was altered or moved."""
    return opener(secret, poll_id)(ballot)


def opener(secret: bytes, poll_id: str) -> Callable[[SealedBallot], Answer]:
    """`open_box` for many boxes of one poll: the key to them is made once."""
    key, poll = AESGCM(_derived(secret, poll_id, b"ballot")), poll_id.encode()
    return lambda ballot: _opened(key, poll, ballot)


def _opened(key: AESGCM, poll: bytes, ballot: SealedBallot) -> Answer:
    nonce, locked = ballot.box[:NONCE_BYTES], ballot.box[NONCE_BYTES:]
    try:
        plaintext = key.decrypt(nonce, locked, poll + ballot.receipt)
    except (InvalidTag, ValueError):
        # A box too short to hold a nonce is refused by length, not by its tag.
        raise InvalidBallotError from None
    (length,) = _LENGTH.unpack_from(plaintext)
    content = json.loads(plaintext[_LENGTH.size : _LENGTH.size + length])
    return Answer(content["unit"], content["answers"], content["comment"])


def _derived(secret: bytes, poll_id: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=poll_id.encode(), info=purpose).derive(secret)
