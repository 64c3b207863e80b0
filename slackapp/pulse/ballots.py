"""Sealed ballots and the keys that open them. Names of people stop here.

A ballot is a receipt, by which one person has one ballot, and a box of one length.
Both are made with a secret that lives in a file of its own, never in the database,
and that is destroyed when the poll has closed.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
import stat
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from slackapp.db import Sessions
from slackapp.errors import SettingsError
from slackapp.models import Identity

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


class KeyDirectory:
    """The directory of poll secrets, one file for each poll that is not yet counted.

    It shares a random identity with its database, so that a wrong DATABASE_URL can
    never lead to the destruction of another database's keys. Several processes may
    use it at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def _identity(self) -> Path:
        return self.path / "identity"

    @property
    def _pending(self) -> Path:
        return self.path / "identity.pending"

    def attach(self, sessions: Sessions) -> None:
        """Make sure that directory and database belong together; the first start binds them.

        Raises SettingsError, having changed nothing, when they do not, when the
        directory is missing, or when others could read it.
        """
        with sessions.read() as session:
            bound = session.get(Identity, 1) is not None
        if not self.path.exists():
            if bound:
                raise SettingsError(
                    f"KEY_DIR {self.path} is missing, but this database already has one. "
                    "Set KEY_DIR to the directory that belongs to it; a new one cannot open its ballots."
                )
            # Another process may be starting for the first time too.
            self.path.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        self._check_modes()
        with self._locked():
            self._bind(sessions)
            for left_over in self.path.glob(".*.tmp"):
                left_over.unlink(missing_ok=True)

    def create(self, poll_id: str) -> None:
        """Store a fresh secret durably. One that is already there is kept."""
        with self._locked():
            if not self._file(poll_id).exists():
                self._write(self._file(poll_id), os.urandom(SECRET_BYTES))

    def load(self, poll_id: str) -> bytes | None:
        """The poll's secret, or None when it has been destroyed or never was, or is a part of one only.

        Raises OSError when the whole directory is away: its secrets may come back, and nothing is lost yet.
        """
        try:
            found = self._file(poll_id).read_bytes()
        except FileNotFoundError:
            # Another volume, or none, lies where the directory was.
            self._identity.stat()
            return None
        # What a damaged disk left of it, perhaps nothing at all, could be guessed: it must lock no answer.
        return found if len(found) == SECRET_BYTES else None

    def destroy(self, poll_id: str) -> None:
        """Overwrite and remove the poll's secret. Harmless when it is gone already."""
        with self._locked():
            try:
                descriptor = os.open(self._file(poll_id), os.O_WRONLY)
            except FileNotFoundError:
                return
            try:
                with os.fdopen(descriptor, "wb") as opened:
                    opened.write(os.urandom(SECRET_BYTES))
                    opened.flush()
                    os.fsync(opened.fileno())
            finally:
                # A full disk that copies on write refuses to overwrite; the secret goes all the same.
                self._file(poll_id).unlink()
            self._sync()

    def poll_ids(self) -> list[str]:
        """The polls that have a secret here."""
        return sorted(found.stem for found in self.path.glob("*.key"))

    def _file(self, poll_id: str) -> Path:
        # The id can come from a payload, so it must not be able to name another directory.
        if not _POLL_ID.fullmatch(poll_id):
            raise ValueError("not the id of a poll")
        return self.path / f"{poll_id}.key"

    def _check_modes(self) -> None:
        if not self.path.is_dir() or _mode(self.path) != _DIRECTORY_MODE:
            raise SettingsError(
                f"KEY_DIR {self.path} must be a directory with mode 0700. Run: chmod 700 {self.path}"
            )
        for found in (*self.path.glob("*.key"), self._identity, self._pending):
            with suppress(FileNotFoundError):
                if _mode(found) != _FILE_MODE:
                    raise SettingsError(f"{found} must have mode 0600. Run: chmod 600 {found}")

    def _bind(self, sessions: Sessions) -> None:
        here = _read(self._identity)
        with sessions.begin() as session:
            row = session.get(Identity, 1)
            if row is None and here is None and not self.poll_ids():
                row = self._write_first(session)
        # What is pending counts once the database has the same: a crash between the two is made good here.
        here = here or _read(self._pending)
        if row is None or here != row.value:
            raise SettingsError(
                f"KEY_DIR {self.path} belongs to another database. "
                "Check DATABASE_URL and KEY_DIR; nothing has been changed."
            )
        if not self._identity.exists():
            self._pending.replace(self._identity)
            self._sync()

    def _write_first(self, session: Session) -> Identity:
        row = Identity(id=1, value=os.urandom(SECRET_BYTES).hex())
        self._write(self._pending, row.value.encode())
        session.add(row)
        return row

    def _write(self, target: Path, content: bytes) -> None:
        unfinished = self.path / f".{target.name}.{os.urandom(6).hex()}.tmp"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                os.fchmod(opened.fileno(), _FILE_MODE)
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            unfinished.replace(target)
        except OSError:
            # On a full disk no piece of a secret is left lying about.
            unfinished.unlink(missing_ok=True)
            raise
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
