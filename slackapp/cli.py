"""The command line. Exit codes: 0 done, 1 something was found or failed, 2 wrong use."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, ParamSpec

import click

from slackapp import commands, config
from slackapp.errors import SettingsError

P = ParamSpec("P")


def _explained(command: Callable[P, None]) -> Callable[P, None]:
    """A wrong setting is told in its own words and ends with exit code 1, never with a trace."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except SettingsError as wrong:
            click.echo(str(wrong), err=True)
            sys.exit(1)

    return run


@click.group()
@click.version_option(version("appreciate"), prog_name="slackapp")
def main() -> None:
    """Appreciate: thanks, an anonymous check-in and a monthly digest, in Slack.

    To try it without Slack: slackapp demo.
    To run it in a workspace: slackapp check, slackapp migrate, slackapp serve.

    Exit codes: 0 done; 1 something was found or failed, and the words say what; 2 wrong use.
    """


@main.command()
@click.option("--port", default=8642, show_default=True, help="Where the practice workspace listens.")
@click.option(
    "--state", default=".demo", show_default=True, type=click.Path(path_type=Path), help="Where it is kept."
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    help="Write every call to calls.jsonl and inbound.jsonl here.",
)
@click.option("--reset", is_flag=True, help="Start afresh.")
@_explained
def demo(port: int, state: Path, journal: Path | None, *, reset: bool) -> None:
    """Run the app with a practice workspace: a small hospital, on this computer only."""
    from slackapp.demo import running  # noqa: PLC0415 - production never loads the practice workspace

    running.run(running.Asked(port=port, state=state, journal=journal, reset=reset))


@main.command()
@click.option("--port", default=8642, show_default=True)
@click.option("--manifest", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--journal", type=click.Path(path_type=Path), help="Write calls.jsonl and inbound.jsonl here.")
@_explained
def sandbox(port: int, manifest: Path, journal: Path | None) -> None:
    """Run the practice workspace alone, for any Bolt app."""
    from slackapp.sandbox.alone import serve_alone  # noqa: PLC0415 - production never loads it

    serve_alone(port=port, manifest=manifest, journal=journal)


@main.command()
@click.option(
    "--http", is_flag=True, help="Listen to signed requests on HTTP_ADDRESS instead of Socket Mode."
)
@_explained
def serve(*, http: bool) -> None:
    """Run the app against Slack until it is told to stop: in Socket Mode, or with --http."""
    if http:
        from slackapp.http import serving, settings  # noqa: PLC0415 - Socket Mode needs none of it

        serving.serve(settings.read(os.environ))
        return
    from slackapp.app import serve as serve_app  # noqa: PLC0415 - the other commands start faster without it

    serve_app(config.read(os.environ))


@main.command()
@_explained
def migrate() -> None:
    """Bring the database to the newest shape. Safe to repeat."""
    from slackapp import migrations  # noqa: PLC0415 - Alembic is needed only here
    from slackapp.db import connect  # noqa: PLC0415

    sessions = connect(config.read(os.environ).database_url)
    migrations.upgrade(sessions)
    sessions.dispose()
    click.echo("The database is up to date.")


@main.command()
def check() -> None:
    """Say what is missing or wrong in the settings. Exit code 1 when something is."""
    found = config.findings(os.environ)
    for finding in found:
        click.echo(str(finding))
    if found:
        sys.exit(1)
    click.echo("All settings are in order.")


@main.command("verify-anonymity")
@click.option(
    "--database", required=True, help="A copy: a SQLite file, or the URL of a restored PostgreSQL database."
)
@click.option("--keys", type=click.Path(file_okay=False, path_type=Path), help="The directory of keys.")
@click.option(
    "--log", "logs", multiple=True, type=click.Path(dir_okay=False, path_type=Path), help="A log file."
)
@click.option(
    "as_json", "--json/--words", default=False, help="For a program to read, or in words (the default)."
)
@click.option("--stored-only", is_flag=True, help="Leave out the made-up check-in through the program.")
@_explained
def verify_anonymity(**asked: Any) -> None:  # noqa: ANN401 - click's own values, given on as they are
    """Check a copy of the database: is the check-in as anonymous as was promised?

    Changes nothing. Ends with 1 when anything is found.
    """
    from slackapp.verify import checking  # noqa: PLC0415 - the other commands start faster without it

    what = checking.Asked(asked["database"], asked["keys"], asked["logs"], asked["stored_only"])
    clean, told = checking.run(what, as_json=asked["as_json"])
    click.echo(told)
    if not clean:
        sys.exit(1)


for command in commands.ALL:
    main.add_command(command)
