"""What was published of each team's month, and which thank-you a digest quotes."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "month_figures"
down_revision = "charters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column; months before it are worked out as they were."""
    op.create_table(
        "month_figures",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("published_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_month_figures_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "month", name=op.f("pk_month_figures")),
    )
    with op.batch_alter_table("recipient") as recipient:
        recipient.add_column(sa.Column("quoted_in", sa.String(length=7), nullable=True))


def downgrade() -> None:
    """Remove them."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.drop_column("quoted_in")
    op.drop_table("month_figures")
