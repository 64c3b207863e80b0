"""The command line. Exit codes: 0 done, 1 something was found or failed, 2 wrong use."""

import sys
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from slackapp.cli.backup import backup, restore
from slackapp.cli.check import check
from slackapp.cli.clock import clock
from slackapp.cli.common import FAILED, TOKENS, CommandWithExamples, explained
from slackapp.cli.digests import benchmarks, digest
from slackapp.cli.governance import audit_log, hold, retention
from slackapp.cli.healthy import healthy
from slackapp.cli.personal_data import erase, export
from slackapp.cli.setup import manifest, tokens
from slackapp.cli.teams import teams
from slackapp.core import config
from slackapp.core.errors import SettingsError
from slackapp.core.secret_files import environment

_PORT = click.IntRange(0, 65535)


@click.group()
@click.version_option(version("appreciate"), prog_name="slackapp")
def main() -> None:
    """Appreciate: thanks, an anonymous check-in and a monthly digest, in Slack.

    \b
    To try it without Slack:     slackapp demo
    To run it in a workspace:    slackapp manifest, check, migrate, serve
    Answering for the records:   slackapp export, erase, hold, retention, audit
    Safe copies:                 slackapp backup, restore, verify-anonymity

    Every command tells more, with examples: slackapp COMMAND --help.
    Settings come from the environment; slackapp check names what is missing or wrong.

    Exit codes: 0 done; 1 something was found or could not be done, and the words say what; 2 wrong use.
    """  # noqa: D301 - click reads the backspace: the lines below it stay as they are


@main.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp demo", "Then open the address that it prints; Ctrl-C ends it."),
        ("slackapp demo --port 8891 --state /tmp/practice --reset", "At another place, from the beginning."),
    ],
)
@click.option(
    "--port", type=_PORT, default=8642, show_default=True, help="Where the practice workspace listens."
)
@click.option(
    "--state", default=".demo", show_default=True, type=click.Path(path_type=Path), help="Where it is kept."
)
@click.option(
    "--journal",
    type=click.Path(path_type=Path),
    help="Write every call to calls.jsonl and inbound.jsonl here.",
)
@click.option("--reset", is_flag=True, help="Start afresh.")
@explained
def demo(port: int, state: Path, journal: Path | None, *, reset: bool) -> None:
    """Run the app with a practice workspace: a small hospital, on this computer only."""
    _require_sandbox()
    from slackapp.demo import running  # noqa: PLC0415 - production never loads the practice workspace

    running.run(running.Options(port=port, state=state, journal=journal, reset=reset))


@main.command(
    cls=CommandWithExamples,
    examples=[("slackapp sandbox --manifest manifest.yml", "Prints the settings for the app beside it.")],
)
@click.option("--port", type=_PORT, default=8642, show_default=True, help="Where it listens.")
@click.option(
    "--manifest",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The app's manifest, in YAML or JSON.",
)
@click.option("--journal", type=click.Path(path_type=Path), help="Write calls.jsonl and inbound.jsonl here.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Go on from this file.")
@click.option("--deliver-to", help="The app's own address: signed HTTP instead of Socket Mode.")
@explained
def sandbox(
    port: int, manifest: Path, journal: Path | None, state: Path | None, deliver_to: str | None
) -> None:
    """Run the practice workspace alone, for any Bolt app."""
    _require_sandbox()
    from slackapp.sandbox.standalone import serve_standalone  # noqa: PLC0415 - the command line starts faster without it

    serve_standalone(port=port, manifest=manifest, journal=journal, state=state, deliver_to=deliver_to)


def _require_sandbox() -> None:
    if find_spec("aiohttp") is None:
        raise SettingsError(
            "The practice workspace needs more packages."
            " Install them with: pip install --require-hashes -r requirements-demo.lock"
        )


@main.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp serve", "Socket Mode: needs SLACK_BOT_TOKEN, SLACK_APP_TOKEN and KEY_DIR."),
        ("slackapp serve --http", "Needs SLACK_SIGNING_SECRET; with SLACK_CLIENT_ID workspaces install it."),
        ("slackapp serve --http --role web", "Only answers; a process with --role worker does the rest."),
    ],
)
@click.option(
    "--http", is_flag=True, help="Listen to signed requests on HTTP_ADDRESS instead of Socket Mode."
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in config.Role]),
    default=config.Role.ALL.value,
    help="What this process does: web answers, worker delivers and keeps the timetable, all does both.",
)
@explained
def serve(*, http: bool, role: str) -> None:
    """Run the app against Slack until it is told to stop: in Socket Mode, or with --http."""
    chosen = config.Role(role)
    if http:
        from slackapp.http import process, settings  # noqa: PLC0415 - Socket Mode needs neither

        for_http = settings.read(environment())
        process.serve(replace(for_http, settings=replace(for_http.settings, role=chosen)))
        return
    from slackapp.app import serve as serve_app  # noqa: PLC0415 - the other commands start faster without it

    serve_app(replace(config.read(environment()), role=chosen))


@main.command(
    cls=CommandWithExamples,
    examples=[("slackapp migrate", "Before the first start and after each new version.")],
)
@explained
def migrate() -> None:
    """Bring the database to the newest shape. Safe to repeat.

    Refuses while a check-in is open that an earlier version opened and this one could not count.
    """
    from slackapp import migrations  # noqa: PLC0415 - Alembic is needed only here
    from slackapp.core.db import connect  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.pulse import upgrading  # noqa: PLC0415 - likewise
    from slackapp.pulse.keys import KeyDirectory  # noqa: PLC0415 - likewise

    settings = config.read(environment(), unneeded=TOKENS)
    sessions = connect(settings.database_url)
    try:
        if not migrations.is_current(sessions):
            upgrading.refuse_while_open(sessions, KeyDirectory(settings.key_directory))
        migrations.upgrade(sessions)
    finally:
        sessions.dispose()
    click.echo("The database is up to date.")


@main.command(
    "verify-anonymity",
    cls=CommandWithExamples,
    examples=[
        ("slackapp verify-anonymity --database copy.db --keys keys", "A copy of the database and the keys."),
        ("slackapp verify-anonymity --database copy.db --log app.log --json", "A log too, as JSON."),
    ],
    ends={FAILED: "something was found that was promised not to be there"},
)
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
@explained
def verify_anonymity(**options: Any) -> None:  # noqa: ANN401 - click's own values, given on as they are
    """Check a copy of the database: is the check-in as anonymous as was promised?

    Changes nothing.
    """
    from slackapp.verify import run  # noqa: PLC0415 - the command line starts faster without it

    request = run.Asked(options["database"], options["keys"], options["logs"], options["stored_only"])
    clean, report = run.run(request, as_json=options["as_json"])
    click.echo(report)
    if not clean:
        sys.exit(1)


COMMANDS = (
    check,
    clock,
    healthy,
    export,
    erase,
    hold,
    retention,
    audit_log,
    teams,
    digest,
    benchmarks,
    backup,
    restore,
    manifest,
    tokens,
)
for command in COMMANDS:
    main.add_command(command)
