"""Sealed ballots and the keys that open them. Names of people stop here.

A ballot is a receipt, by which one person has one ballot, and a box of one length.
Both are made with a secret that lives in a file of its own, never in the database,
and that is destroyed when the poll has closed.
"""

import hashlib
import hmac
import json
import os
import re
import stat
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
NONCE_BYTES = 12
PLAINTEXT_BYTES = 2560
CANT_SAY = 0
_LENGTH = struct.Struct(">I")
_POLL_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600


class InvalidBallotError(Exception):
    """A ballot was altered, moved to another person or poll, or locked with another key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person said. A score is 1 to 5 or `CANT_SAY`; an item left blank is absent."""

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
    """The mark of a person's ballot: without the secret it cannot be told whose it is."""
    return hmac.digest(_derived(secret, poll_id, b"receipt"), person.encode(), hashlib.sha256)


def seal(secret: bytes, poll_id: str, person: str, answer: Answer, nonce: bytes) -> SealedBallot:
    """Lock an answer in a box whose length says nothing. ValueError when it does not fit."""
    receipt = receipt_of(secret, poll_id, person)
    content = {"unit": answer.unit, "answers": dict(answer.scores), "comment": answer.comment}
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    plaintext = (_LENGTH.pack(len(said)) + said).ljust(PLAINTEXT_BYTES, b"\0")
    if len(plaintext) > PLAINTEXT_BYTES:
        raise ValueError("the answer does not fit into its box")
    locked = AESGCM(_derived(secret, poll_id, b"ballot")).encrypt(
        nonce, plaintext, poll_id.encode() + receipt
    )
    return SealedBallot(receipt, nonce + locked)


def open_box(secret: bytes, poll_id: str, ballot: SealedBallot) -> Answer:
    """What was sealed. SpoiltError when anything was altered or moved."""
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


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
