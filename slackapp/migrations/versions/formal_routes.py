"""Formal routes of an organisation: union, human resources, emergency."""

import sqlalchemy as sa
from alembic import op

revision = "formal_routes"
down_revision = "leader_words"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "formal_routes",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("staff_union", sa.Text(), nullable=True),
        sa.Column("human_resources", sa.Text(), nullable=True),
        sa.Column("emergency", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_formal_routes_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_formal_routes")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("formal_routes")
