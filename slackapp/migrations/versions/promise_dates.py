"""A promise is due on a day that its leader chose, and says what is in the way where it was put off."""

import sqlalchemy as sa
from alembic import op

revision = "promise_dates"
down_revision = "meant_a_lot"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop whether it was a month, a quarter or a year: the day itself stands beside it."""
    with op.batch_alter_table("promise") as promise:
        promise.add_column(sa.Column("obstacle", sa.Text(), nullable=True))
        promise.drop_column("by")


def downgrade() -> None:
    """Bring the column back; every promise counts as one for the month."""
    with op.batch_alter_table("promise") as promise:
        promise.add_column(sa.Column("by", sa.String(length=8), nullable=False, server_default="month"))
        promise.drop_column("obstacle")
