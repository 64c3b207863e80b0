"""`slackapp digest` and `slackapp benchmarks`."""

import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slackapp.commands.common import explained, office, workspace_option

if TYPE_CHECKING:
    from slackapp.app import Appreciate

_LOOK_SECONDS = 0.5


@click.command()
@click.option("--team", help="The team's name.")
@click.option("--month", help="As in 2026-11; the last whole month when left out.")
@click.option(
    "--preview", type=click.Path(dir_okay=False, path_type=Path), help="Write the team's page here, no Slack."
)
@click.option("--all", "every", is_flag=True, help="Make and send every digest that is due, with a bar.")
@explained
def digest(team: str | None, month: str | None, preview: Path | None, *, every: bool) -> None:
    """Write one team's digest as a web page, or send all that are due.

    \b
    slackapp digest --team "Ward 7" --preview ward-7.html
    slackapp digest --all        may be ended at any time: begun again, it goes on where it was
    """  # noqa: D301 - click reads the backspace: the lines below it stay as they are
    if every and not (team or preview):
        _send_all()
    elif team and preview and not every:
        _write(team, month, preview)
    else:
        raise click.UsageError("Say --team and --preview for one page, or --all to send what is due.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@workspace_option
@explained
def benchmarks(file: Path, workspace: str | None) -> None:
    """Load official figures from FILE, to stand beside a team's own in its digest.

    A CSV with the columns item, value, source, year, nation. item is attending, understanding, empathising or
    helping; value lies between 0 and 10; nation is ENG, WLS, SCT or NIR, and only the workspace's own is
    shown. They carry the label "Different method: not directly comparable".
    """
    from slackapp.actions import officials  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.models import Workspace  # noqa: PLC0415 - likewise

    with office(workspace) as place, place.sessions.begin() as session:
        figures = officials.read(file.read_text(encoding="utf-8"))
        loaded = officials.load(
            session, session.get_one(Workspace, place.workspace_id), figures, now=place.now
        )
    click.echo(f"{loaded} figures loaded.")


def _write(team: str, month: str | None, preview: Path) -> None:
    from slackapp import config  # noqa: PLC0415 - likewise
    from slackapp.app import preview_digest  # noqa: PLC0415 - likewise

    page = preview_digest(config.read(os.environ), team=team, month=month, now=datetime.now(UTC))
    preview.write_text(page, encoding="utf-8")
    click.echo(f"Written to {preview}.")


def _send_all() -> None:
    from slackapp import config  # noqa: PLC0415 - likewise
    from slackapp.app import Appreciate  # noqa: PLC0415 - likewise

    app = Appreciate(config.read(os.environ))
    try:
        with click.progressbar(length=1, label="Digests", file=sys.stderr) as bar:

            def tell(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            sent = send_all(app, tell)
    finally:
        app.deliveries.stop()
        app.sessions.dispose()
    click.echo(f"{sent} messages and files settled." if sent else "No digest is due.")


def send_all(app: "Appreciate", tell: Callable[[int, int], None]) -> int:
    """Make what is due and send it until nothing waits; gives how much that was. Harmless to repeat."""
    from reports import digest as digests  # noqa: PLC0415 - likewise

    pause = threading.Event()
    digests.owe_due(app.sessions, app.now())
    total = left = digests.waiting(app.sessions, app.now())
    app.deliveries.start()
    while left:
        tell(total - left, total)
        pause.wait(_LOOK_SECONDS)
        left = digests.waiting(app.sessions, app.now())
        total = max(total, left)
    tell(total, total)
    return total
