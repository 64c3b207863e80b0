"""The app, composed as in production, beside a sandbox."""

from pathlib import Path

from slackapp.app import Appreciate
from slackapp.core.config import Settings
from slackapp.sandbox.core.seeds import WorkspaceSeed
from slackapp.sandbox.server import Sandbox


def beside(sandbox: Sandbox, seeded: WorkspaceSeed, *, database_url: str, key_directory: Path) -> Appreciate:
    """The app in one workspace of the sandbox: it has met everyone there, and does not listen yet."""
    sandbox.seed(seeded)
    settings = Settings(
        bot_token=seeded.bot_token,
        app_token=seeded.app_token,
        database_url=database_url,
        key_directory=key_directory,
        slack_api_url=sandbox.url,
    )
    app = Appreciate(settings, now=sandbox.clock.now)
    app.sync_all_members()
    return app
