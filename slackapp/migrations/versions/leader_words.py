"""What a leader says before the line about her team in a digest of the levels above."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "leader_words"
down_revision = "digest_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "leader_words",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_leader_words_member_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_leader_words_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "month", name=op.f("pk_leader_words")),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("leader_words")
