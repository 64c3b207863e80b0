"""What a workspace has taught about Slack's limits."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "pace"
down_revision = "groups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.add_column("bucket", sa.Column("known_limit", sa.Double(), nullable=True))
    for name in ("pace_since", "refused_at"):
        op.add_column("bucket", sa.Column(name, slackapp.core.db.UtcDateTime(timezone=True), nullable=True))
