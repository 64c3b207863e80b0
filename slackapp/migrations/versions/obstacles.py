"""What teams send up to the level above, and the answers."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "obstacles"
down_revision = "promise_dates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    moment = slackapp.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "obstacle",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("level_id", sa.String(length=24), nullable=False),
        sa.Column("in_our_way", sa.Text(), nullable=False),
        sa.Column("would_help", sa.Text(), nullable=False),
        sa.Column("needed_by", sa.Date(), nullable=False),
        sa.Column("sent_by_id", sa.String(length=24), nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("asked_id", sa.String(length=24), nullable=True),
        sa.Column("warned_at", moment, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.String(length=24), nullable=True),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("promise_id", sa.String(length=24), nullable=True),
        sa.Column("promise_state", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["member.id"], name=op.f("fk_obstacle_answered_by_id_member")
        ),
        sa.ForeignKeyConstraint(["asked_id"], ["member.id"], name=op.f("fk_obstacle_asked_id_member")),
        sa.ForeignKeyConstraint(["level_id"], ["team.id"], name=op.f("fk_obstacle_level_id_team")),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["promise.id"],
            name=op.f("fk_obstacle_promise_id_promise"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["member.id"], name=op.f("fk_obstacle_sent_by_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_obstacle_team_id_team")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_obstacle_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obstacle")),
    )
    op.create_index("ix_obstacle_workspace_id_state", "obstacle", ["workspace_id", "state"])
    op.create_index("ix_obstacle_team_id", "obstacle", ["team_id"])
    op.create_table(
        "obstacle_step",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("obstacle_id", sa.String(length=24), nullable=False),
        sa.Column("level_id", sa.String(length=24), nullable=False),
        sa.Column("passed_by_id", sa.String(length=24), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("passed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["level_id"], ["team.id"], name=op.f("fk_obstacle_step_level_id_team")),
        sa.ForeignKeyConstraint(
            ["obstacle_id"], ["obstacle.id"], name=op.f("fk_obstacle_step_obstacle_id_obstacle")
        ),
        sa.ForeignKeyConstraint(
            ["passed_by_id"], ["member.id"], name=op.f("fk_obstacle_step_passed_by_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obstacle_step")),
    )
    op.create_index("ix_obstacle_step_obstacle_id", "obstacle_step", ["obstacle_id"])


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("obstacle_step")
    op.drop_table("obstacle")
