"""Shared parts of the commands: settings, database, workspace, and output."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click
import orjson

from slackapp.core.batches import OnProgress
from slackapp.core.errors import SettingsError, UserError
from slackapp.core.secret_files import environment

FAILED = 1


_ENDS = {0: "done", FAILED: "it could not be done, and the words say why", 2: "it was called in a wrong way"}


class CommandWithExamples(click.Command):
    """A command whose help shows examples and the meaning of its exit codes."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's own, given on as they are
        examples: Sequence[tuple[str, str]] = (),
        ends: Mapping[int, str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - likewise
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.ends = _ENDS | dict(ends or {})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and exit codes after the options."""
        with formatter.section("Examples"):
            for line, explanation in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
                formatter.indent()
                formatter.write_text(explanation)
                formatter.dedent()
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in sorted(self.ends.items())])
        super().format_epilog(ctx, formatter)


if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

    from slackapp.core.config import Settings

P = ParamSpec("P")

workspace_option = click.option(
    "--workspace", help="Slack's id of the workspace (T...); needed only where there are several."
)
TOKENS = frozenset({"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"})
"""Settings that only a running app needs; these commands work without Slack's tokens."""

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for a machine.")


@dataclass(frozen=True, slots=True)
class Office:
    """An open database with its keys, and the selected workspace."""

    sessions: Any
    keys: Any
    workspace_id: str
    slack_team_id: str
    now: datetime


def explained(command: Callable[P, None]) -> Callable[P, None]:
    """Decorate a command: expected errors are printed and end with exit code 1, without a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 - the command line starts faster without it

        from slackapp.core.i18n import voice  # noqa: PLC0415 - the command line starts faster without it

        try:
            command(*args, **kwargs)
        except SettingsError as wrong:
            message = str(wrong)
        except UserError as refused:
            message = refused.words(voice())
        except DBAPIError as failure:
            message = _about_database(failure)
        except OSError as failure:
            message = f"{failure.filename or 'A file'}: {failure.strerror or type(failure).__name__}."
        else:
            return
        click.echo(message, err=True)
        sys.exit(FAILED)

    return run


def stored() -> "Settings":
    """Return the settings that the database and the keys need; the database must exist.

    Raises:
        SettingsError: A setting is wrong, or there is no database yet.
    """
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - the command line starts faster without it

    from slackapp.core import config  # noqa: PLC0415 - the command line starts faster without it

    settings = config.read(environment(), unneeded=TOKENS)
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        # Opening it would create an empty database at a wrong path.
        raise SettingsError(f"DATABASE_URL: there is no database at {url.database}. Run: slackapp migrate")
    return settings


@contextmanager
def office(workspace: str | None) -> Iterator[Office]:
    """Open the database that the settings name.

    Raises:
        SettingsError: A setting is wrong, the database is not up to date, or the workspace is not clear.
    """
    from sqlalchemy import select  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import migrations  # noqa: PLC0415 - likewise
    from slackapp.core.db import connect  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise
    from slackapp.pulse.keys import KeyDirectory  # noqa: PLC0415 - the command line starts faster without it

    settings = stored()
    sessions = connect(settings.database_url)
    try:
        if not migrations.is_current(sessions):
            raise SettingsError("DATABASE_URL: the database is not up to date. Run: slackapp migrate")
        keys = KeyDirectory(settings.key_directory)
        keys.attach(sessions)
        with sessions.read() as session:
            workspace_ids = dict(session.execute(select(Workspace.slack_team_id, Workspace.id)).all())
        slack_team_id = _resolve_workspace(sorted(workspace_ids), workspace)
        yield Office(sessions, keys, workspace_ids[slack_team_id], slack_team_id, datetime.now(UTC))
    finally:
        sessions.dispose()


@contextmanager
def bar(label: str, *, hidden: bool = False) -> Iterator[OnProgress]:
    """Show a progress bar on standard error; yields the callback for progress."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=hidden) as progress:

        def on_progress(done: int, total: int) -> None:
            progress.length = max(total, 1)
            progress.update(done - progress.pos)

        yield on_progress


def tell(value: object) -> None:
    """Print a JSON document on standard output."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _about_database(failure: "DBAPIError") -> str:
    """Describe a database error without its statements, which may hold content."""
    words = str(failure.orig).lower()
    if "locked" in words:
        return "The database is busy: another program is writing to it. Try again in a minute."
    if "not a database" in words or "malformed" in words:
        return "DATABASE_URL: this file is not a whole database. Put a backup back with: slackapp restore"
    if "unable to open" in words:
        return "DATABASE_URL: the file cannot be opened. Is its folder there, and may it be written to?"
    if "readonly" in words or "read-only" in words:
        return (
            "The database cannot be written to: look at the rights of its file and folder, and at the disk."
        )
    name = type(failure.orig).__name__
    return f"DATABASE_URL: the database does not answer as it should ({name}). Is it running, and reachable?"


def _resolve_workspace(known_ids: list[str], requested: str | None) -> str:
    if requested in known_ids:
        return requested
    if requested is None and len(known_ids) == 1:
        return known_ids[0]
    if not known_ids:
        raise SettingsError("No workspace has installed the app yet. Run: slackapp serve")
    if requested is not None:
        raise SettingsError(f"There is no workspace {requested} here. There is: {', '.join(known_ids)}")
    raise SettingsError(f"Which workspace? Name one with --workspace: {', '.join(known_ids)}")
