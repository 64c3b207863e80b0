"""Since when the app is out of the channel that a team follows."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "team_source_suspended"
down_revision = "team_proposals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "team_source",
        sa.Column("suspended_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("team_source", "suspended_at")
