"""`slackapp healthy`: ask the process on this machine, for containers whose engine cannot."""

import sys
import urllib.error
import urllib.request

import click

from slackapp.cli.common import FAILED, CommandWithExamples, explained
from slackapp.core.secret_files import environment

_SECONDS = 3.0


@click.command(
    cls=CommandWithExamples,
    examples=[("slackapp healthy", "Exit code 0 when the process that runs here is alive and ready.")],
    ends={FAILED: "it is not alive, not ready, or not there"},
)
@explained
def healthy() -> None:
    """Ask the app that runs on this machine, at HEALTH_PORT, whether it is alive and ready."""
    port = environment().get("HEALTH_PORT") or "8080"
    for page in ("/healthz", "/readyz"):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{page}", timeout=_SECONDS):
                pass
        except urllib.error.HTTPError as refused:
            click.echo(f"{page} answers {refused.code}.", err=True)
            sys.exit(FAILED)
        except OSError:
            click.echo(f"Nothing answers on port {port} of this machine.", err=True)
            sys.exit(FAILED)
    click.echo("Alive and ready.")
