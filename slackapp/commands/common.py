"""What the commands share: settings, the open database, which workspace is meant, and answers in words."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec

import click
import orjson

from slackapp.errors import SettingsError, UserError

P = ParamSpec("P")

workspace_option = click.option(
    "--workspace", help="Slack's id of the workspace (T...); needed only where there are several."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a machine.")


@dataclass(frozen=True, slots=True)
class Office:
    """An open database with its keys, and the workspace that is meant."""

    sessions: Any
    keys: Any
    workspace_id: str
    slack_team_id: str
    now: datetime


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """What is wrong is told in its own words and ends with exit code 1, never with a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from slackapp.i18n import voice  # noqa: PLC0415 - only when there is something to say

        try:
            command(*args, **kwargs)
        except SettingsError as wrong:
            click.echo(str(wrong), err=True)
            sys.exit(1)
        except UserError as refused:
            click.echo(refused.words(voice()), err=True)
            sys.exit(1)

    return run


@contextmanager
def office(workspace: str | None) -> Iterator[Office]:
    """Open the database that the settings name.

    Raises:
        SettingsError: A setting is wrong, the database is not up to date, or the workspace is not clear.
    """
    from sqlalchemy import select  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import config, migrations  # noqa: PLC0415 - likewise
    from slackapp.db import connect  # noqa: PLC0415 - likewise
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.pulse.ballots import KeyDirectory  # noqa: PLC0415 - likewise

    settings = config.read(os.environ)
    sessions = connect(settings.database_url)
    try:
        if not migrations.is_current(sessions):
            raise SettingsError("DATABASE_URL: the database is not up to date. Run: slackapp migrate")
        keys = KeyDirectory(settings.key_directory)
        keys.attach(sessions)
        with sessions.read() as session:
            known = dict(session.execute(select(Workspace.slack_team_id, Workspace.id)).all())
        slack_team_id = _meant(sorted(known), workspace)
        yield Office(sessions, keys, known[slack_team_id], slack_team_id, datetime.now(UTC))
    finally:
        sessions.dispose()


def tell(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _meant(known: list[str], asked: str | None) -> str:
    if asked in known:
        return asked
    if asked is None and len(known) == 1:
        return known[0]
    if not known:
        raise SettingsError("No workspace has installed the app yet. Run: slackapp serve")
    raise SettingsError(f"Which workspace? Name one with --workspace: {', '.join(known)}")
