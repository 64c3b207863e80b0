"""`slackapp backup` and `slackapp restore` for SQLite. Keys are not in it, so it opens no ballot."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from slackapp.cli.common import TOKENS, CommandWithExamples, bar, explained, json_option, tell
from slackapp.core.errors import SettingsError
from slackapp.core.secret_files import environment

_PAGES_AT_ONCE = 500
_PRIMARY = 0xFF
"""The bits of an extended SQLite error code that hold the primary code."""

_AFTERWARDS = (
    # What was queued when the backup was made may have been sent since: nothing is sent twice automatically.
    "UPDATE delivery SET state = 'unknown', reason = 'restored' WHERE state IN ('ready', 'sending')",
    "UPDATE fan_out SET done = 1",
)


@click.command(
    cls=CommandWithExamples,
    examples=[
        (
            "slackapp backup /backups/monday.db",
            "Copies the database while the app runs, and checks the copy.",
        ),
        (
            "slackapp backup --json /backups/monday.db",
            "The same from a script: the file and its size as JSON.",
        ),
    ],
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@explained
def backup(file: Path, *, as_json: bool) -> None:
    """Copy the SQLite database into FILE while the app runs.

    The keys of open check-ins are not in it and must not be backed up: without them nobody can read a
    sealed answer. For PostgreSQL use pg_dump, and leave KEY_DIR out likewise.
    """
    source = _database()
    if not source.is_file():
        raise SettingsError(f"There is no database at {source}.")
    if file.resolve() in _parts(source):
        raise SettingsError(f"{file} is the database itself. Name another file for the copy.")
    with _unfinished(file.with_name(f"{file.name}.unfinished")) as copy:
        _copy(source, copy, quiet=as_json)
        _check(copy)
        with copy.open("rb") as opened:
            os.fsync(opened.fileno())
        copy.replace(file)
    _say(as_json=as_json, words=f"Written to {file}.", file=str(file), bytes=file.stat().st_size)


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp restore /backups/monday.db", "On a new computer, where there is no database yet."),
        ("slackapp restore /backups/monday.db --replace", "In place of the database that is there."),
    ],
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in place of the database that is there.")
@json_option
@explained
def restore(file: Path, *, replace: bool, as_json: bool) -> None:
    """Put a backup back. Stop the app first: while it has the database open, nothing is done.

    Whoever was erased since the backup was made is erased again. Messages that were still owed then are
    marked as perhaps sent, and are not sent by themselves. A check-in that was open then and has closed
    since cannot be read any more: its key is gone.
    """
    target = _database()
    if file.resolve() in _parts(target):
        raise SettingsError(f"{file} is the database itself. Name the backup to put in its place.")
    if target.exists() and not replace:
        raise SettingsError(f"There is a database at {target}. Say --replace to put the backup in its place.")
    _check(file)
    _check_unused(target)
    with _unfinished(target.with_name(f"{target.name}.restoring")) as copy:
        _copy(file, copy, quiet=as_json)
        erased = _prepare(copy)
        # Check again: the app may have been started meanwhile.
        _check_unused(target)
        _remove(target)
        copy.replace(target)
    words = f"The database is back. {erased} erased again. Now run: slackapp serve"
    _say(as_json=as_json, words=words, erased_again=erased)


def _prepare(copy: Path) -> int:
    """Migrate the copy and repeat erasures before it replaces the database; return their number."""
    from datetime import UTC, datetime  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import migrations  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.core import config  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.core.db import connect  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.privacy import erasure, id_scrubbing  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.pulse.keys import KeyDirectory  # noqa: PLC0415 - the command line starts faster without it

    keys = KeyDirectory(config.read(environment(), unneeded=TOKENS).key_directory)
    sessions = connect(f"sqlite:///{copy}")
    try:
        migrations.upgrade(sessions)
        # Refuses, having changed nothing, when these keys belong to another database.
        keys.attach(sessions)
        with sessions.begin() as session:
            for statement in _AFTERWARDS:
                session.connection().exec_driver_sql(statement)
        erased = erasure.reapply(sessions, keys, datetime.now(UTC))
        id_scrubbing.sweep(sessions)
    finally:
        sessions.dispose()
    return erased


def _database() -> Path:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - the command line starts faster without it

    from slackapp.core import config  # noqa: PLC0415 - the command line starts faster without it

    url = make_url(config.read(environment(), unneeded=TOKENS).database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError("DATABASE_URL: this is for SQLite. For PostgreSQL use pg_dump and pg_restore.")
    return Path(url.database).resolve()


def _copy(source: Path, target: Path, *, quiet: bool) -> None:
    with (
        closing(sqlite3.connect(_to_read(source), uri=True, isolation_level=None)) as old,
        closing(sqlite3.connect(target)) as new,
        bar("Copying", hidden=quiet) as on_progress,
    ):
        # One moment of the database is copied: without this SQLite begins again at every write of the
        # app, and never ends if somebody writes more often than a copy takes.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(
            new,
            pages=_PAGES_AT_ONCE,
            progress=lambda _status, remaining, total: on_progress(total - remaining, total),
        )


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(_to_read(file), uri=True)) as copy:
            (state,) = copy.execute("PRAGMA integrity_check").fetchone()
            has_ballots = copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ballot'").fetchone()[
                0
            ]
    except sqlite3.DatabaseError:
        state, has_ballots = "unreadable", 0
    if state != "ok" or not has_ballots:
        raise SettingsError(f"{file} is not a whole database of this app.")


def _to_read(file: Path) -> str:
    """Return the file's SQLite URI, with "%" and "#" of the path escaped."""
    return f"{file.resolve().as_uri()}?mode=ro"


def _check_unused(database: Path) -> None:
    """Refuse a database in use: a running app would go on writing to the replaced file."""
    if not database.exists():
        return
    try:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as refused:
        # Anything else means that the file is damaged, and that is what a backup is for.
        if refused.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_BUSY:
            message = f"{database} is in use. Stop the app first, and every command that works on it."
            raise SettingsError(message) from None


@contextmanager
def _unfinished(file: Path) -> Iterator[Path]:
    """Create a new file readable by its owner only, and remove it if the work fails."""
    _remove(file)
    file.touch(mode=0o600)
    try:
        yield file
    finally:
        _remove(file)


def _remove(database: Path) -> None:
    for part in _parts(database):
        part.unlink(missing_ok=True)


def _parts(database: Path) -> list[Path]:
    return [database.with_name(database.name + ending) for ending in ("", "-wal", "-shm")]


def _say(*, as_json: bool, words: str, **values: object) -> None:
    if as_json:
        tell(values)
    else:
        click.echo(words)
