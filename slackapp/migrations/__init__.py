"""Bring a database to the newest shape. Alembic, configured here and not in a file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from slackapp.core.db import UNLIMITED, Sessions, connect
from slackapp.core.errors import SettingsError


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.set_main_option("path_separator", "os")
    return configuration


def upgrade(sessions: Sessions) -> None:
    """Run every migration that this database has not had; harmless when it is up to date."""
    configuration = _configuration()
    with sessions.limited(UNLIMITED).begin() as session:
        configuration.attributes["connection"] = session.connection()
        command.upgrade(configuration, "head")


def is_current(sessions: Sessions) -> bool:
    """Whether the database has the newest shape."""
    with sessions.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_configuration()).get_heads())


def opened(url: str) -> Sessions:
    """The database there, once it is certain that it has the newest shape.

    Raises:
        SettingsError: It has an older one.
    """
    sessions = connect(url)
    if not is_current(sessions):
        sessions.dispose()
        raise SettingsError("DATABASE_URL: the database is not up to date. Run: slackapp migrate")
    return sessions
