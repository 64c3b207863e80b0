"""The newest moment that the app has seen, so that a clock that jumps deletes nothing."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "clock_row"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the app writes its one row."""
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("latest", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("doubted_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("clock")
