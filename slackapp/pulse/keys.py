import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions, _log
from slackapp.core.errors import SettingsError
from slackapp.models import Identity, Poll, PollState
from slackapp.pulse.ballots import _DIRECTORY_MODE, _FILE_MODE, _POLL_ID, SECRET_BYTES, _mode, _read


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


_FINISHED = (PollState.CLOSED, PollState.CANCELLED, PollState.LOST)


def destroy_key(keys: KeyDirectory, poll_id: str) -> None:
    """A poll that is over loses its key. A disk that will not let go of it holds up nothing else."""
    try:
        keys.destroy(poll_id)
    except OSError:
        _log.exception(
            "The key of a check-in that is over was not destroyed as it should be; it is tried again. "
            "Can KEY_DIR be written to, and is its disk full?"
        )


def destroy_orphaned_keys(sessions: Sessions, keys: KeyDirectory) -> None:
    """No poll that is over keeps a key; that of a poll which this database does not know is left alone."""
    held = keys.poll_ids()
    if not held:
        return
    over = select(Poll.id).where(Poll.id.in_(held), Poll.state.in_(_FINISHED))
    with sessions.read() as session:
        found = list(session.scalars(over))
    for poll_id in found:
        destroy_key(keys, poll_id)
