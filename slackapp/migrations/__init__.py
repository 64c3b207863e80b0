"""Bring a database to the newest shape. Alembic, configured here and not in a file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from slackapp.db import Sessions


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    configuration.set_main_option("path_separator", "os")
    return configuration


def upgrade(sessions: Sessions) -> None:
    """Run every migration that this database has not had; harmless when it is up to date."""
    configuration = _configuration()
    with sessions.rows() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def is_current(sessions: Sessions) -> bool:
    """Whether the database has the newest shape."""
    with sessions.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(_configuration()).get_heads())
