"""`slackapp backup` and `slackapp restore`, for SQLite. Never the keys: a backup cannot open a ballot."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from slackapp.commands.common import TOKENS, explained, json_option, tell
from slackapp.commands.teaching import Taught
from slackapp.errors import SettingsError

_PAGES_AT_ONCE = 500
_AFTERWARDS = (
    # What was owed when the backup was made may have been sent since: nothing goes twice by itself.
    "UPDATE delivery SET state = 'unknown', reason = 'restored' WHERE state IN ('ready', 'sending')",
    "UPDATE fan_out SET done = 1",
)


@click.command(
    cls=Taught,
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
    if file.resolve() == source:
        raise SettingsError(f"{file} is the database itself. Name another file for the copy.")
    made = file.with_name(f"{file.name}.unfinished")
    made.unlink(missing_ok=True)
    made.touch(mode=0o600)
    _copy(source, made, quiet=as_json)
    _check(made)
    with made.open("rb") as written:
        os.fsync(written.fileno())
    made.replace(file)
    _say(as_json=as_json, words=f"Written to {file}.", file=str(file), bytes=file.stat().st_size)


@click.command(
    cls=Taught,
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
    """Put a backup back. Stop the app first.

    Whoever was erased since the backup was made is erased again. Messages that were still owed then are
    marked as perhaps sent, and are not sent by themselves. A check-in that was open then and has closed
    since cannot be read any more: its key is gone.
    """
    target = _database()
    if file.resolve() == target:
        raise SettingsError(f"{file} is the database itself. Name the backup to put in its place.")
    if target.exists() and not replace:
        raise SettingsError(f"There is a database at {target}. Say --replace to put the backup in its place.")
    _check(file)
    made = target.with_name(f"{target.name}.restoring")
    _remove(made)
    made.touch(mode=0o600)
    _copy(file, made, quiet=as_json)
    erased = _made_ready(made)
    _remove(target)
    made.replace(target)
    words = f"The database is back. {erased} erased again. Now run: slackapp serve"
    _say(as_json=as_json, words=words, erased_again=erased)


def _made_ready(made: Path) -> int:
    """Bring the copy up to date before it takes the database's place; how many were erased again."""
    from datetime import UTC, datetime  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import config, migrations  # noqa: PLC0415 - likewise
    from slackapp.db import connect  # noqa: PLC0415 - likewise
    from slackapp.privacy import erasure, traces  # noqa: PLC0415 - likewise
    from slackapp.pulse.ballots import KeyDirectory  # noqa: PLC0415 - likewise

    keys = KeyDirectory(config.read(os.environ, unneeded=TOKENS).key_directory)
    sessions = connect(f"sqlite:///{made}")
    try:
        migrations.upgrade(sessions)
        # Refuses, having changed nothing, when these keys belong to another database.
        keys.attach(sessions)
        with sessions.begin() as session:
            for statement in _AFTERWARDS:
                session.connection().exec_driver_sql(statement)
        erased = erasure.reapply(sessions, keys, datetime.now(UTC))
        traces.sweep(sessions)
    finally:
        sessions.dispose()
    return erased


def _database() -> Path:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import config  # noqa: PLC0415 - likewise

    url = make_url(config.read(os.environ, unneeded=TOKENS).database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError("DATABASE_URL: this is for SQLite. For PostgreSQL use pg_dump and pg_restore.")
    return Path(url.database).resolve()


def _copy(source: Path, target: Path, *, quiet: bool) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
        click.progressbar(length=100, label="Copying", hidden=quiet) as bar,
    ):

        def told(_status: int, remaining: int, total: int) -> None:
            bar.update(round(100 * (total - remaining) / max(total, 1)) - bar.pos)

        old.backup(new, pages=_PAGES_AT_ONCE, progress=told)


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            (state,) = copy.execute("PRAGMA integrity_check").fetchone()
            known = copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ballot'").fetchone()[0]
    except sqlite3.DatabaseError:
        state, known = "unreadable", 0
    if state != "ok" or not known:
        raise SettingsError(f"{file} is not a whole database of this app.")


def _remove(database: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)


def _say(*, as_json: bool, words: str, **values: object) -> None:
    if as_json:
        tell(values)
    else:
        click.echo(words)
