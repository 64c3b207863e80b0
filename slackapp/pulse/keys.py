"""The key directory: the secrets and charters of check-ins, out of reach of whoever uses the database."""

import hmac
import logging
import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from slackapp.core.db import Sessions
from slackapp.core.errors import SettingsError
from slackapp.models import Identity
from slackapp.pulse.ballots import SECRET_BYTES, charter_key
from slackapp.pulse.charter import (
    CLOSE_TAKES,
    OVERDUE_AFTER,
    Charter,
    InvalidCharterError,
    check_tree,
    decode,
    encode,
)
from slackapp.pulse.key_files import DIRECTORY_MODE, KeyFiles, check_modes

KEY, CHARTER, TAKEN, COUNTED = ".key", ".charter", ".taken", ".counted"
SAID = ".said"
TELLING = ".telling"
ALARMS = "alarms"
IDENTITY, PENDING = "identity", "identity.pending"
_POLL_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_log = logging.getLogger(__name__)


class KeyDirectory:
    """What is fixed for each check-in that is not yet counted: its secret, its charter, its log of ballots.

    It shares a random identity with its database, so that a wrong DATABASE_URL can
    never lead to the destruction of another database's keys. Several processes may
    use it at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = KeyFiles(path)
        self._charters: dict[str, Charter] = {}

    @property
    def _identity(self) -> Path:
        return self.path / IDENTITY

    def attach(self, sessions: Sessions) -> None:
        """Make sure that directory and database belong together; the first start binds them.

        Raises SettingsError, having changed nothing, when they do not, when the
        directory is missing, or when others could read it.
        """
        with sessions.read() as session:
            is_bound = session.get(Identity, 1) is not None
        if not self.path.exists():
            if is_bound:
                raise SettingsError(
                    f"KEY_DIR {self.path} is missing, but this database already has one. "
                    "Set KEY_DIR to the directory that belongs to it; a new one cannot open its ballots."
                )
            # Another process may be starting for the first time too.
            self.path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        self._check_modes()
        with self.files.locked():
            self._bind(sessions)
            for unfinished in self.path.glob(".*.tmp"):
                unfinished.unlink(missing_ok=True)

    def create(self, poll_id: str) -> None:
        """Store a fresh secret durably. One that is already there is kept."""
        self.files.write_once(_name(poll_id, KEY), os.urandom(SECRET_BYTES))

    def load(self, poll_id: str) -> bytes | None:
        """The poll's secret, or None when it has been destroyed or never was, or is a part of one only.

        Raises OSError when the whole directory is away: its secrets may come back, and nothing is lost yet.
        """
        secret = self.files.read(_name(poll_id, KEY))
        if secret is None:
            # Another volume, or none, lies where the directory was.
            self._identity.stat()
            return None
        # What a damaged disk left of it, perhaps nothing at all, could be guessed: it must lock no answer.
        return secret if len(secret) == SECRET_BYTES else None

    def destroy(self, poll_id: str) -> None:
        """Overwrite and remove the poll's secret, then its other files. Harmless when they are gone."""
        self._charters.pop(poll_id, None)
        with self.files.locked():
            try:
                self.files.destroy(_name(poll_id, KEY))
            finally:
                for suffix in (CHARTER, TAKEN, COUNTED):
                    self.files.remove(_name(poll_id, suffix))
            self.files.sync()

    def poll_ids(self) -> list[str]:
        """The polls that have a secret, or another file, here."""
        suffixes = (KEY, CHARTER, TAKEN, COUNTED)
        return sorted({name for suffix in suffixes for name in self.files.names(suffix)})

    def charter(self, poll_id: str) -> Charter | None:
        """The poll's charter; None without a secret, or before one was drawn. Once verified it is kept.

        Raises:
            InvalidCharterError: The file is not what was written.
            OSError: As `load`.
        """
        secret = self.load(poll_id)
        if secret is None:
            self._charters.pop(poll_id, None)
            return None
        if poll_id not in self._charters:
            content = self.files.read(_name(poll_id, CHARTER))
            if content is None:
                return None
            self._charters[poll_id] = decode(content, poll_id, charter_key(secret, poll_id))
        return self._charters[poll_id]

    def settle_charter(self, poll_id: str, draw: Callable[[], Charter]) -> Charter:
        """The poll's charter: the one that is there, else a new one, written durably and never replaced.

        Raises:
            InvalidCharterError: Its teams form no tree, it overlaps another, or the one there was altered.
        """
        present = self.charter(poll_id)
        if present is None:
            secret = self.load(poll_id)
            if secret is None:
                raise InvalidCharterError("there is no key to authenticate a charter")
            drawn = draw()
            check_tree(drawn)
            self._write_charter(drawn, charter_key(secret, poll_id))
            present = self.charter(poll_id)
        if present is None:
            raise InvalidCharterError("the key was destroyed meanwhile")
        return present

    def log_change(self, poll_id: str, line: bytes, *, durably: bool) -> None:
        """Add a line to the log of ballots. OSError when the check-in is not open here."""
        self.files.append(_name(poll_id, TAKEN), line, durably=durably)

    def changes(self, poll_id: str) -> bytes:
        """The log of ballots so far."""
        return self.files.read(_name(poll_id, TAKEN)) or b""

    def commit_to(self, poll_id: str, mark: bytes) -> bool:
        """Fix durably which set of ballots is counted. False when another set was fixed before."""
        return hmac.compare_digest(self.files.write_once(_name(poll_id, COUNTED), mark), mark)

    def is_counted(self, poll_id: str) -> bool:
        """Whether a count of this poll has begun, whatever the database says of it."""
        return self.files.has(_name(poll_id, COUNTED))

    def has_key(self, poll_id: str) -> bool:
        """Whether the poll's key is still there. It is the first of the poll's files to be destroyed."""
        return self.files.has(_name(poll_id, KEY))

    def readable_charters(self) -> list[Charter]:
        """Every charter that can be read and verified. Asks no database."""
        readable = []
        for poll_id in self.files.names(CHARTER):
            with suppress(InvalidCharterError, OSError):
                charter = self.charter(poll_id)
                if charter is not None:
                    readable.append(charter)
        return readable

    def unfinished(self, now: datetime) -> list[Charter]:
        """Check-ins that ought to have been counted by now, apart from one that is just being counted."""
        return [charter for charter in self.readable_charters() if charter.close_at <= now - CLOSE_TAKES]

    def overdue(self, now: datetime) -> list[Charter]:
        """Check-ins that ought to have been counted an hour ago. Asks no database."""
        late = now - OVERDUE_AFTER
        return [charter for charter in self.readable_charters() if charter.close_at < late]

    def _write_charter(self, drawn: Charter, mac_key: bytes) -> None:
        with self.files.locked():
            if self.files.has(_name(drawn.poll_id, CHARTER)):
                return
            if any(drawn.overlaps(other) for other in self.readable_charters()):
                raise InvalidCharterError("another check-in asks the same people at the same time")
            # The charter comes last: once it is there, all that belongs to it is.
            self.files.write(_name(drawn.poll_id, TAKEN), b"")
            self.files.write(_name(drawn.poll_id, CHARTER), encode(drawn, mac_key))

    def _check_modes(self) -> None:
        suffixes = (KEY, CHARTER, TAKEN, COUNTED, SAID, TELLING)
        files = [path for suffix in suffixes for path in self.path.glob(f"*{suffix}")]
        check_modes(self.path, [*files, self._identity, self.path / PENDING, self.path / ALARMS])

    def _bind(self, sessions: Sessions) -> None:
        here = self._read_identity(IDENTITY)
        with sessions.begin() as session:
            row = session.get(Identity, 1)
            if row is None and here is None and not self.poll_ids():
                row = Identity(id=1, value=os.urandom(SECRET_BYTES).hex())
                self.files.write(PENDING, row.value.encode())
                session.add(row)
        # What is pending counts once the database has the same: a crash between the two is made good here.
        here = here or self._read_identity(PENDING)
        if row is None or here != row.value:
            raise SettingsError(
                f"KEY_DIR {self.path} belongs to another database. "
                "Check DATABASE_URL and KEY_DIR; nothing has been changed."
            )
        if not self._identity.exists():
            (self.path / PENDING).replace(self._identity)
            self.files.sync()

    def _read_identity(self, name: str) -> str | None:
        content = self.files.read(name)
        return content.decode("ascii") if content is not None else None


def destroy_key(keys: KeyDirectory, poll_id: str) -> None:
    """Destroy the key of a poll that is over. A disk that refuses holds up nothing else."""
    try:
        keys.destroy(poll_id)
    except OSError:
        _log.exception(
            "The key of a check-in that is over was not destroyed as it should be; it is tried again. "
            "Can KEY_DIR be written to, and is its disk full?"
        )


def _name(poll_id: str, suffix: str) -> str:
    # The id can come from a payload, so it must not be able to name another directory.
    if not _POLL_ID.fullmatch(poll_id):
        raise ValueError("not the id of a poll")
    return f"{poll_id}{suffix}"
