"""Whether a person was sent the welcome before their first check-in."""

import sqlalchemy as sa
from alembic import op

revision = "welcomed"
down_revision = "link_readers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Where check-ins are live, nobody needs a welcome any more."""
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("welcomed", sa.Boolean(), server_default=sa.false(), nullable=False))
    member = sa.table("member", sa.column("welcomed", sa.Boolean), sa.column("workspace_id", sa.String))
    workspace = sa.table("workspace", sa.column("id", sa.String), sa.column("pulse_on", sa.Boolean))
    live = sa.select(workspace.c.id).where(workspace.c.pulse_on)
    op.execute(member.update().where(member.c.workspace_id.in_(live)).values(welcomed=sa.true()))


def downgrade() -> None:
    """Remove the column."""
    with op.batch_alter_table("member") as batch:
        batch.drop_column("welcomed")
