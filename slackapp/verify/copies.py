"""Open a copy without changing it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from slackapp.core.db import Sessions, connect
from slackapp.core.errors import SettingsError

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Opened:
    """A read-only database. `files` are its files on disk, none for PostgreSQL."""

    sessions: Sessions
    files: tuple[Path, ...]

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session in which the database itself refuses writes."""
        with self.sessions.read() as session:
            if not self.sessions.is_sqlite:
                session.execute(text("SET TRANSACTION READ ONLY"))
            yield session


@contextmanager
def opened(database: str) -> Iterator[Opened]:
    """Open a SQLite file by its path, or a restored PostgreSQL copy by its URL.

    A SQLite file is read from a second copy, because opening it in place would change
    its write-ahead log.

    Raises:
        SettingsError: There is no such database, or it is of another kind.
    """
    if database.startswith(("postgresql", "postgres")):
        sessions = connect(database)
        try:
            yield Opened(sessions, ())
        finally:
            sessions.dispose()
        return
    source = Path(database.removeprefix("sqlite:///"))
    _check(source)
    with TemporaryDirectory(prefix="verify-") as folder:
        target = Path(folder) / "copy.db"
        files = [source]
        shutil.copyfile(source, target)
        log = source.with_name(f"{source.name}-wal")
        if log.is_file():
            shutil.copyfile(log, target.with_name("copy.db-wal"))
            files.append(log)
        sessions = connect(f"sqlite:///{target}")
        try:
            yield Opened(sessions, tuple(files))
        except DatabaseError:
            raise SettingsError(f"{source} cannot be read: it is damaged or not complete.") from None
        finally:
            sessions.dispose()


def _check(source: Path) -> None:
    if not source.is_file():
        raise SettingsError(f"There is no file {source}.")
    with source.open("rb") as beginning:
        if beginning.read(len(_SQLITE)) != _SQLITE:
            raise SettingsError(f"{source} is not a SQLite database.")
