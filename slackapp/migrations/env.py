"""Run by Alembic. The connection is always handed in by `slackapp.migrations`."""

from alembic import context

import slackapp.models  # noqa: F401 - the tables register themselves
from slackapp.core.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
