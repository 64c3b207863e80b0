"""How often a message was repeated, which message asks about it, and holds that apply to one version."""

import sqlalchemy as sa
from alembic import op

revision = "doubts"
down_revision = "formal_routes"
branch_labels = None
depends_on = None

_EXPIRING = sa.text("state = 'ready' AND expires IS NOT NULL")
_ASKED_ABOUT = sa.text("notice_id IS NOT NULL")


def upgrade() -> None:
    """Change the tables."""
    # Added in place: making the table anew would copy every message that was ever sent.
    op.add_column("delivery", sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("notice_id", sa.String(length=24), nullable=True))
    op.add_column("delivery", sa.Column("notice_state", sa.String(length=8), nullable=True))
    op.add_column("hold", sa.Column("version", sa.String(length=32), nullable=True))
    # Until now each doubt of a message that is still to be sent led to one copy.
    op.execute("UPDATE delivery SET repeats = doubts WHERE doubts > 0 AND state IN ('ready', 'sending')")
    op.create_index(
        "ix_delivery_expires", "delivery", ["expires"], sqlite_where=_EXPIRING, postgresql_where=_EXPIRING
    )
    op.create_index(
        "ix_delivery_notice",
        "delivery",
        ["notice_id"],
        sqlite_where=_ASKED_ABOUT,
        postgresql_where=_ASKED_ABOUT,
    )
