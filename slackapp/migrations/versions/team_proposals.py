"""What a member proposed for a team they made: a leader, who accepts first, or a parent team."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "team_proposals"
down_revision = "month_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "team_proposal",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=True),
        sa.Column("parent_id", sa.String(length=24), nullable=True),
        sa.Column("proposed_by_id", sa.String(length=24), nullable=False),
        sa.Column("proposed_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("declined_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_team_proposal_member_id_member")),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name=op.f("fk_team_proposal_parent_id_team")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["member.id"], name=op.f("fk_team_proposal_proposed_by_id_member")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_proposal_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "kind", name=op.f("pk_team_proposal")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("team_proposal")
