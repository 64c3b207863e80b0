"""Which message waits for which other one."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "groups"
down_revision = "team_source_suspended"
branch_labels = None
depends_on = None

_WAITING = sa.text("group_key IS NOT NULL AND state IN ('ready', 'sending')")
_STEPS = (
    ("digest-picture", 0),
    ("digest", 1),
    ("digest-shared", 1),
    ("digest-page", 2),
    ("digest-sheet", 2),
    ("digest-comments", 2),
)


def upgrade() -> None:
    """Change the tables."""
    # Added in place: making the table anew would copy every message that was ever sent.
    op.add_column("delivery", sa.Column("group_key", sa.String(length=160), nullable=True))
    op.add_column("delivery", sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "delivery", sa.Column("wait_until", slackapp.core.db.UtcDateTime(timezone=True), nullable=True)
    )
    unsent = "state IN ('ready', 'sending')"
    for kind, step in _STEPS:
        op.execute(
            "UPDATE delivery SET group_key = 'digest:' || substr(reference, 1, 24), "  # noqa: S608 - constants
            f"step = {step} WHERE kind = '{kind}' AND {unsent}"
        )
    op.create_index(
        "ix_delivery_group",
        "delivery",
        ["group_key", "step"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
