"""Up to three aims of a team."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "team_aims"
down_revision = "welcomed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "team_aim",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("term", sa.String(length=8), nullable=False),
        sa.Column("decides", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.String(length=24), nullable=False),
        sa.Column("looked_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_aim_team_id_team")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["member.id"], name=op.f("fk_team_aim_written_by_id_member")
        ),
        sa.PrimaryKeyConstraint("team_id", "place", name=op.f("pk_team_aim")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("team_aim")
