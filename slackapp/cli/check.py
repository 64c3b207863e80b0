"""`slackapp check`: the settings and the manifest; with --slack also what Slack itself says of the app."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slackapp.cli.common import FAILED, CommandWithExamples, bar, explained, json_option, tell
from slackapp.core import config
from slackapp.core.errors import SettingsError
from slackapp.core.secret_files import environment

if TYPE_CHECKING:
    from slackapp.check.slack import Report

_CONFIGURATION_TOKEN = "SLACK_CONFIGURATION_TOKEN"  # noqa: S105  # the name of the setting


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp check", "For Socket Mode."),
        ("slackapp check --http", "For HTTP mode."),
        ("slackapp check --slack", "Ask the workspace of SLACK_BOT_TOKEN, too; takes a few minutes."),
        ("slackapp check --slack --json", "A report to send to whoever maintains the app."),
    ],
    ends={FAILED: "something is missing, wrong or refused"},
)
@click.option("--http", is_flag=True, help="The settings of HTTP mode.")
@click.option(
    "--slack", "ask_slack", is_flag=True, help="Ask Slack: scopes, and every message, window and Home."
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another manifest than the one that comes with the app.",
)
@click.option("--pace", type=click.IntRange(1, 6000), help="Calls a minute with --slack.  [default: 100]")
@json_option
@explained
def check(*, http: bool, ask_slack: bool, manifest: Path | None, pace: int | None, as_json: bool) -> None:
    """Say what is missing or wrong in the settings and the manifest. Changes nothing.

    With --slack it asks Slack as well: which scopes the workspace has granted beside those that features
    need, and whether Slack takes every message, window and Home of the app, in each language and at its
    longest. Nothing is posted. With SLACK_CONFIGURATION_TOKEN Slack checks the manifest, too.
    """
    for warning in _statement_log_warnings():
        click.echo(f"Warning: {warning}", err=True)
    raw = _manifest(manifest)
    findings = [*(_settings(http=http) or _start_problems()), *_manifest_findings(raw)]
    report = None
    if ask_slack and not (unfit := _unfit()):
        report = _ask_slack(raw, pace, hidden=as_json)
    elif ask_slack:
        findings += [line for line in unfit if line not in findings]
    is_clean = not findings and (report is None or report.is_clean)
    if as_json:
        tell({"ok": is_clean, "findings": findings, **({"slack": report.as_json()} if report else {})})
    else:
        click.echo(
            "\n".join([*(findings or ["All settings are in order."]), *(report.lines() if report else [])])
        )
    if not is_clean:
        sys.exit(FAILED)


def _start_problems() -> list[str]:
    """What `serve` itself checks of the database and KEY_DIR; what is only worth knowing is printed."""
    from datetime import UTC, datetime  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import start_checks  # noqa: PLC0415 - likewise

    settings = environment()
    url, keys = settings.get("DATABASE_URL") or "sqlite:///appreciate.db", Path(settings["KEY_DIR"])
    findings = start_checks.of_key_directory(keys) + start_checks.of_database(url, datetime.now(UTC))
    for note in findings.notes:
        click.echo(f"Note: {note}", err=True)
    return findings.problems


def _statement_log_warnings() -> list[str]:
    """Return warnings if PostgreSQL's own log would reveal when people answer."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - the command line starts faster without it

    from slackapp.core.db import connect  # noqa: PLC0415 - likewise
    from slackapp.pulse import statement_logs  # noqa: PLC0415 - likewise

    url = environment().get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return []
    with suppress(SQLAlchemyError, ImportError):
        sessions = connect(url)
        try:
            with sessions.read() as session:
                statement_logs.silence(session)
                settings = statement_logs.logging_settings(session)
        finally:
            sessions.dispose()
        return [statement_logs.WARNING % setting for setting in settings]
    return []


def _settings(*, http: bool) -> list[str]:
    if not http:
        return [str(finding) for finding in config.findings(environment())]
    from slackapp.http import settings  # noqa: PLC0415 - Socket Mode needs none of it

    try:
        settings.read(environment())
    except SettingsError as wrong:
        return str(wrong).splitlines()
    return []


def _manifest(path: Path | None) -> Any:  # noqa: ANN401 - whatever YAML holds
    import yaml  # noqa: PLC0415 - the command line starts faster without it

    from slackapp import manifest_path  # noqa: PLC0415 - likewise

    source = path or manifest_path()
    try:
        return yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"{source}: this is neither YAML nor JSON.") from None


def _manifest_findings(raw: object) -> list[str]:
    from slackapp.sandbox.core.manifest_rules import manifest_problems  # noqa: PLC0415 - likewise

    return [f"manifest {problem}" for problem in manifest_problems(raw)]


def _unfit() -> list[str]:
    """Return why Slack cannot be checked."""
    names = {"SLACK_BOT_TOKEN", "SLACK_API_URL"}
    return [str(finding) for finding in config.findings(environment()) if finding.name in names]


def _ask_slack(manifest: Any, pace: int | None, *, hidden: bool) -> "Report":  # noqa: ANN401 - likewise
    from slack_sdk import WebClient  # noqa: PLC0415 - the command line starts faster without it

    from slackapp.check.samples import samples  # noqa: PLC0415 - likewise
    from slackapp.check.slack import PER_MINUTE, Pace, SlackCheck  # noqa: PLC0415 - likewise

    address = (environment().get("SLACK_API_URL") or config.DEFAULT_API).rstrip("/")
    client = WebClient(environment()["SLACK_BOT_TOKEN"], base_url=f"{address}/api/", retry_handlers=[])
    # A sandbox on this machine needs no pauses between calls.
    calls = pace or (PER_MINUTE if address == config.DEFAULT_API else 0)
    slack = SlackCheck(client, Pace(calls), configuration_token=environment().get(_CONFIGURATION_TOKEN, ""))
    with bar("Asking Slack", hidden=hidden) as on_progress:
        return slack.run(samples(), manifest, on_progress)
