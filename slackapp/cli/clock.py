"""`slackapp clock`: what deletions wait for when the clock may be wrong, and how an admin ends it."""

from datetime import UTC, datetime

import click

from slackapp.cli.common import CommandWithExamples, explained, stored


@click.group()
def clock() -> None:
    """The server's clock, which deletions, closes and openings of check-ins, and digests depend on."""


@clock.command(
    "confirm",
    cls=CommandWithExamples,
    examples=[
        ("slackapp clock confirm", "Shows the time and asks whether it is right."),
        ("slackapp clock confirm --yes", "From a script: nobody is asked."),
    ],
)
@click.option("--yes", is_flag=True, help="Do not ask whether the time is right.")
@explained
def confirm(*, yes: bool) -> None:
    """Say that the server's clock is right, so that what waits for it goes on.

    Needed only when the app was off for more than a day and Slack's own time does not reach it, for example
    because a proxy takes it out. What is then due is deleted for good: look at the time first.
    """
    from slackapp import clock as rules  # noqa: PLC0415 - the command line starts faster without it
    from slackapp.core.db import connect  # noqa: PLC0415 - likewise

    settings, now = stored(), datetime.now(UTC)
    if not yes:
        click.confirm(f"It is {now:%A %-d %B %Y, %H:%M} UTC. Is that right?", abort=True, err=True)
    sessions = connect(settings.database_url)
    try:
        rules.confirm(sessions, now)
    finally:
        sessions.dispose()
    click.echo("Confirmed. What has waited goes on within a minute.")
