from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import slackapp.models  # noqa: F401 - the tables register themselves
from slackapp import migrations
from slackapp.core.db import Base, Sessions


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Sessions) -> None:
    assert migrations.is_current(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Sessions) -> None:
    migrations.upgrade(database)
    assert migrations.is_current(database)
