"""`slackapp digest` and `slackapp benchmarks`."""

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackapp.cli.common import (
    CommandWithExamples,
    bar,
    explained,
    json_option,
    office,
    stored,
    tell,
    workspace_option,
)
from slackapp.core.errors import SettingsError
from slackapp.core.secret_files import environment

if TYPE_CHECKING:
    from slackapp.app import Appreciate

_LOOK_SECONDS = 0.5
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_LARGEST = 1_000_000
"""Bytes that a file of official figures may have: many times what all its lines can take."""


@click.command(
    cls=CommandWithExamples,
    examples=[
        (
            'slackapp digest --team "Ward 7" --preview ward-7.html',
            "Last month as a page and as a PDF, without Slack.",
        ),
        ("slackapp digest --all", "May be ended at any time: begun again, it goes on where it was."),
    ],
)
@click.option("--team", help="The team's name.")
@click.option("--month", help="As in 2026-11; the last whole month when left out.")
@click.option(
    "--preview",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page here, with its PDF beside it.",
)
@click.option("--all", "every", is_flag=True, help="Make and send every digest that is due, with a bar.")
@workspace_option
@explained
def digest(
    team: str | None, month: str | None, preview: Path | None, workspace: str | None, *, every: bool
) -> None:
    """Write one team's digest as a page and a PDF, or send all that are due."""
    if every and not (team or preview):
        _send_all()
    elif team and preview and not every:
        html, pdf = _page(team, month, workspace)
        _write(preview, html.encode())
        if pdf is None:
            click.echo(
                "Without a browser there are no pictures and no PDF: install Chromium, or set BROWSER_PATH."
            )
        else:
            _write(preview.with_suffix(".pdf"), pdf)
    else:
        raise click.UsageError("Say --team and --preview for one page, or --all to send what is due.")


@click.command(
    cls=CommandWithExamples,
    examples=[
        ("slackapp benchmarks staff-survey.csv", "Loads them; loading the same again changes nothing.")
    ],
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@workspace_option
@explained
def benchmarks(file: Path, workspace: str | None, *, as_json: bool) -> None:
    """Load official figures from FILE, to stand beside a team's own in its digest.

    A CSV with the columns item, value, source, year, nation. item is attending, understanding, empathising or
    helping; value lies between 0 and 10; nation is ENG, WLS, SCT or NIR, and only the workspace's own is
    shown. They carry the label "Different method: not directly comparable".
    """
    from slackapp.digest import official_figures  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise

    with office(workspace) as place, place.sessions.begin() as session:
        figures = official_figures.read(_text(file))
        loaded = official_figures.load(
            session, session.get_one(Workspace, place.workspace_id), figures, now=place.now
        )
    if as_json:
        tell({"loaded": loaded})
    else:
        click.echo(f"{loaded} figures loaded.")


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        # Read one byte more than the limit, to see that there is more; this works for a pipe, too.
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise SettingsError(f"{file} is larger than 1 MB; figures take far less. Is it the right file?")
    try:
        # Line ends differ between the computers that write such files.
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not UTF-8 text. Save it as CSV UTF-8.") from None


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
    click.echo(f"Written to {file}.")


def _page(team: str, month: str | None, workspace: str | None) -> tuple[str, bytes | None]:
    """The page of a team's month as HTML, and as PDF where there is a browser."""
    from reports.charts.renderer import ChartRenderer, find_browser  # noqa: PLC0415 - the command line starts faster without it
    from reports.publishing import schedule  # noqa: PLC0415 - the command line starts faster without it
    from slackapp import teams  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.core.calendar import month_before, month_of  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise

    if month is not None and not _MONTH.fullmatch(month):
        raise click.UsageError("--month is a year and a month, as in 2026-11.")
    with office(workspace) as place, place.sessions.read() as session:
        home = session.get_one(Workspace, place.workspace_id)
        team_row = teams.named(session, home, team)
        if team_row is None:
            raise SettingsError(f"There is no team called {team}.")
        current_month = month_of(place.now, home.time_zone)
        if month is not None and month > current_month:
            raise SettingsError(f"{month} has not begun.")
        with ChartRenderer(find_browser(os.environ)) as drawing:
            html = schedule.preview(
                session, team_row, month or month_before(current_month), place.now, drawing=drawing
            )
            return html, drawing.pdf(html)


def _send_all() -> None:
    app = _app()
    try:
        with bar("Digests") as on_progress:
            sent, later = send_all(app, on_progress)
    finally:
        app.deliveries.stop()
        app.sessions.dispose()
    click.echo(f"{sent} messages and files settled." if sent else "Nothing was due just now.")
    if later:
        click.echo(
            f"{later} wait for their readers' own hours: a running app sends them, or this command then."
        )


def _app() -> "Appreciate":
    """Return the app with the token from the settings, or with each workspace's token."""
    from slackapp.app import Appreciate  # noqa: PLC0415 - likewise
    from slackapp.core import config  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.http import settings  # noqa: PLC0415 - likewise

    stored()
    if environment().get("SLACK_CLIENT_ID"):
        http = settings.read(environment())
        return Appreciate(http.settings, locker=http.locker, http=True)
    return Appreciate(config.read(environment()))


def send_all(app: "Appreciate", on_progress: Callable[[int, int], None]) -> tuple[int, int]:
    """Make the digests that are due and send them until nothing is waiting. Idempotent.

    Returns how many were sent, and how many wait for their readers' own hours.
    """
    from reports.publishing import schedule  # noqa: PLC0415 - the command line starts faster without it

    pause = threading.Event()
    schedule.enqueue_due(app.sessions, app.now())
    pending, later = schedule.count_pending(app.sessions, app.now())
    total = pending
    app.deliveries.start()
    while pending:
        on_progress(total - pending, total)
        pause.wait(_LOOK_SECONDS)
        pending, later = schedule.count_pending(app.sessions, app.now())
        total = max(total, pending)
    on_progress(total, total)
    return total, later
