"""Files in KEY_DIR: written durably and whole, added to line by line, overwritten before they are removed."""

import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from slackapp.core.errors import SettingsError

LOCK = ".lock"
DIRECTORY_MODE = 0o700
FILE_MODE = 0o600


def mode_of(path: Path) -> int:
    """The permission bits of a path itself, not of what it links to."""
    return stat.S_IMODE(path.lstat().st_mode)


def check_modes(directory: Path, files: Iterable[Path]) -> None:
    """Refuse a directory or files of it that others could read; a missing file is none.

    A directory may have setgid, which a group without any rights does not profit from, and which
    `chmod 700` would not even remove.

    Raises:
        SettingsError: It names the path and the cure.
    """
    if not directory.is_dir() or mode_of(directory) & ~stat.S_ISGID != DIRECTORY_MODE:
        raise SettingsError(
            f"KEY_DIR {directory} must be a directory with mode 0700. Run: chmod u=rwx,go= {directory}"
        )
    for path in files:
        with suppress(FileNotFoundError):
            if mode_of(path) != FILE_MODE:
                raise SettingsError(f"{path} must have mode 0600. Run: chmod 600 {path}")


class KeyFiles:
    """Reads and writes the files of one directory; several processes may do so at once.

    Only `locked` waits for other processes. The methods that change a file do not take the lock
    themselves, so that a caller can do several things under one lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory's lock. It is not re-entrant.

        The lock is a file of its own, open for writing: NFS gives no exclusive lock on a directory, nor on
        what is open for reading only.
        """
        descriptor = self._lock()
        try:
            yield
        finally:
            os.close(descriptor)

    def _lock(self) -> int:
        path = self.path / LOCK
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # Whoever tidied the directory meanwhile may have removed it: others lock the new one.
                if _is_still_at(path, descriptor):
                    return descriptor
            except OSError:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return (self.path / name).exists()

    def read(self, name: str) -> bytes | None:
        """A file's content, None where there is no such file."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, suffix: str) -> list[str]:
        """The names of the files that end so, without the ending."""
        return sorted(path.name.removesuffix(suffix) for path in self.path.glob(f"[!.]*{suffix}"))

    def write(self, name: str, content: bytes) -> None:
        """Write a file durably, in place of an earlier one. A crash leaves one or the other, whole."""
        unfinished = self.path / f".{name}.{os.urandom(6).hex()}.tmp"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path / name)
        except OSError:
            # On a full disk no piece of a secret is left lying about.
            unfinished.unlink(missing_ok=True)
            raise
        self.sync()

    def write_once(self, name: str, content: bytes) -> bytes:
        """Write a file unless there is one, under the lock; what the file holds afterwards."""
        with self.locked():
            present = self.read(name)
            if present is None:
                self.write(name, content)
                present = content
        return present

    def append(self, name: str, line: bytes, *, durably: bool) -> None:
        """Add a line to a file that exists and has lines of this length only.

        A line that a crash or a full disk cut short is removed first: whoever wrote it got an error.

        Raises:
            OSError: There is no such file, or no room for the line.
        """
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            whole = size - size % len(line)
            if whole != size:
                os.ftruncate(descriptor, whole)
            if os.write(descriptor, line) != len(line):
                os.ftruncate(descriptor, whole)
                raise OSError(f"{name}: no room for another line")
            # Others may write meanwhile: what is made durable below includes this line in any case.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            if durably:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, name: str) -> None:
        """Remove a file that holds no secret. Harmless when it is gone already."""
        (self.path / name).unlink(missing_ok=True)

    def destroy(self, name: str) -> None:
        """Overwrite a file, then remove it. Harmless when it is gone already."""
        try:
            descriptor = os.open(self.path / name, os.O_WRONLY)
        except FileNotFoundError:
            return
        try:
            _overwrite(descriptor)
        finally:
            # A full disk that copies on write refuses to overwrite; the content goes all the same.
            (self.path / name).unlink()
        self.sync()

    def replace(self, name: str, content: bytes) -> None:
        """Write a file durably and overwrite what it held before."""
        try:
            before = os.open(self.path / name, os.O_WRONLY)
        except FileNotFoundError:
            self.write(name, content)
            return
        try:
            self.write(name, content)
        except OSError:
            os.close(before)
            raise
        _overwrite(before)

    def sync(self) -> None:
        """Make what was created, renamed and removed durable."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_still_at(path: Path, descriptor: int) -> bool:
    """Whether an open file is the one at a path."""
    with suppress(FileNotFoundError):
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    return False


def _overwrite(descriptor: int) -> None:
    """Fill an open file with chance, durably, and close it."""
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(os.fstat(file.fileno()).st_size))
        file.flush()
        os.fsync(file.fileno())
