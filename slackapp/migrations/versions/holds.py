"""What Slack takes no message for just now, and how often a message may have arrived."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "holds"
down_revision = "clock_row"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "hold",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("since", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("again", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("told", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_hold_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "scope", "subject", name=op.f("pk_hold")),
    )
    # Added in place: making the table anew would copy every message that was ever sent.
    op.add_column("delivery", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
