"""Who may read which team's results since when, and who may read which published month."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "digest_readers"
down_revision = "obstacles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; they are filled by the first look at who leads what."""
    moment = slackapp.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "team_reader",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("since", moment, nullable=True),
        sa.Column("until", moment, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_team_reader_member_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_reader_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "member_id", name=op.f("pk_team_reader")),
    )
    op.create_table(
        "digest_reader",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("readable_from", moment, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_digest_reader_member_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_digest_reader_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "month", "member_id", name=op.f("pk_digest_reader")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("digest_reader")
    op.drop_table("team_reader")
