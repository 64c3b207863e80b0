"""Whether a receiver may follow the link to the message that a thank-you is about."""

import sqlalchemy as sa
from alembic import op

revision = "link_readers"
down_revision = "doubts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was received before was sent with its link."""
    # In place: making the table anew would copy every thank-you.
    column: sa.Column[bool] = sa.Column(
        "may_follow_link", sa.Boolean(), server_default=sa.true(), nullable=False
    )
    op.add_column("recipient", column)


def downgrade() -> None:
    """Remove the column."""
    with op.batch_alter_table("recipient") as recipient:
        recipient.drop_column("may_follow_link")
