"""Whether a receiver told the giver that a thank-you meant a lot: a flag without a time."""

import sqlalchemy as sa
from alembic import op

revision = "meant_a_lot"
down_revision = "pace"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was received before has not been answered."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.add_column(
            sa.Column("meant_a_lot", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Remove the column."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.drop_column("meant_a_lot")
