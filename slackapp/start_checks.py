"""What a start needs of the database and the key directory: `serve` refuses without it, `check` says it.

Each problem is a sentence with the setting's name first and the cure last.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from slackapp import migrations
from slackapp.clock import HARMFUL_SKEW, NOTICED_SKEW
from slackapp.core.db import Sessions, connect
from slackapp.core.errors import SettingsError
from slackapp.pulse.key_files import check_modes

_OLDEST, _NEWEST = 14, 18
"""PostgreSQL's versions that the app is tried with."""


@dataclass
class Findings:
    """What prevents a start, and what is worth knowing."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(self.problems + other.problems, self.notes + other.notes)


def require(sessions: Sessions) -> None:
    """Refuse a database that could lose what people were told is kept.

    Raises:
        SettingsError: It names all problems.
    """
    if problems := of_open_database(sessions, datetime.now(UTC)).problems:
        raise SettingsError("\n".join(problems))


def of_database(url: str, now: datetime) -> Findings:
    """Return the findings about the database at a URL, which is opened for it and not changed."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite" and not Path(target.database or "").exists():
        # To open it would make it.
        return Findings(notes=["There is no database yet. Next: slackapp migrate"])
    sessions = connect(url)
    try:
        if not migrations.is_current(sessions):
            return Findings(notes=["The database is not up to date. Next: slackapp migrate"])
        return of_open_database(sessions, now)
    except SQLAlchemyError as failure:
        name = type(getattr(failure, "orig", None) or failure).__name__
        return Findings([f"DATABASE_URL: the database does not answer ({name}). Is it there and running?"])
    finally:
        sessions.dispose()


def of_open_database(sessions: Sessions, now: datetime) -> Findings:
    """Return the findings about an open database: may it be written to, and does it keep what it says?"""
    findings = Findings() if sessions.is_sqlite else _of_postgresql(sessions, now)
    try:
        with sessions.begin() as session:
            session.execute(text("UPDATE workspace SET name = name WHERE id = ''"))
    except SQLAlchemyError:
        findings.problems.append(
            "DATABASE_URL: nothing can be written. Look at the rights of the app's role, or of the file, its "
            "folder and disk."
        )
    return findings


def _of_postgresql(sessions: Sessions, now: datetime) -> Findings:
    findings = Findings()
    with sessions.read() as session:
        version = int(session.scalar(text("SHOW server_version_num")) or 0) // 10_000
        durability = str(session.scalar(text("SHOW synchronous_commit")))
        server_time = session.scalar(text("SELECT clock_timestamp()"))
        plain: Any = session.connection().connection.dbapi_connection
        is_pooled = plain.prepare_threshold is None
    if version < _OLDEST:
        findings.problems.append(
            f"DATABASE_URL: PostgreSQL {version} is too old. Use {_OLDEST} to {_NEWEST}."
        )
    elif version > _NEWEST:
        findings.notes.append(f"PostgreSQL {version} is newer than the app was tried with ({_NEWEST}).")
    if durability == "off":
        findings.problems.append(
            "DATABASE_URL: synchronous_commit is off in its options. A thank-you could be lost after its "
            "giver was told that it is on its way. Take it out."
        )
    if is_pooled:
        findings.notes.append(
            "A pooler such as PgBouncer stands before PostgreSQL. Its transaction mode works."
        )
    if server_time is not None:
        findings += of_clock(now, server_time, "PostgreSQL's")
    return findings


def of_clock(now: datetime, other: datetime, whose: str) -> Findings:
    """Return what a second clock says about ours, with the difference."""
    skew = (now - other).total_seconds()
    if abs(skew) <= NOTICED_SKEW.total_seconds():
        return Findings()
    sentence = f"The clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} {whose}. Set it right."
    return Findings([sentence]) if abs(skew) > HARMFUL_SKEW.total_seconds() else Findings(notes=[sentence])


def of_key_directory(path: Path) -> Findings:
    """Return the findings about KEY_DIR: it is closed to others, and may be written to."""
    if not path.exists():
        parent = next(parent for parent in path.absolute().parents if parent.exists())
        can_be_made = os.access(parent, os.W_OK | os.X_OK)
        return Findings() if can_be_made else Findings([f"KEY_DIR: {path} cannot be made in {parent}."])
    try:
        check_modes(path, [])
    except SettingsError as wrong:
        return Findings([str(wrong)])
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return Findings([f"KEY_DIR: the app's user may not write in {path}."])
    return Findings()
