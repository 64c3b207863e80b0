"""Every table, as the first version has them."""

import sqlalchemy as sa
from alembic import op

import slackapp.core.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.create_table(
        "install_ticket",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_install_ticket")),
    )
    with op.batch_alter_table("install_ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_install_ticket_expires"), ["expires"], unique=False)

    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.String(length=32), nullable=False),
        sa.Column("bot_id", sa.String(length=32), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("is_enterprise", sa.Boolean(), nullable=False),
        sa.Column("installed_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("slack_team_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bot_user_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("nation", sa.String(length=8), nullable=False),
        sa.Column("pulse_on", sa.Boolean(), nullable=False),
        sa.Column("pulse_weekday", sa.Integer(), nullable=False),
        sa.Column("pulse_time", sa.Time(), nullable=False),
        sa.Column("pulse_days_open", sa.Integer(), nullable=False),
        sa.Column("pulse_cadence", sa.String(length=12), nullable=False),
        sa.Column("pulse_pauses", sa.JSON(), nullable=False),
        sa.Column("question_set", sa.String(length=16), nullable=False),
        sa.Column("rotating_a_poll", sa.Integer(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("pulse_since", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("comments_on", sa.Boolean(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("c", sa.Integer(), nullable=False),
        sa.Column("comment_threshold", sa.Integer(), nullable=False),
        sa.Column("concerns_to", sa.String(length=32), nullable=True),
        sa.Column("digests_from", sa.String(length=7), nullable=True),
        sa.Column("admins_read_digests", sa.Boolean(), nullable=False),
        sa.Column("uninstalled_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("slack_team_id", name=op.f("uq_workspace_slack_team_id")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_audit_entry_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_workspace_id_at", ["workspace_id", "at"], unique=False)

    op.create_table(
        "benchmark",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("nation", sa.String(length=8), nullable=False),
        sa.Column("loaded_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_benchmark_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmark")),
        sa.UniqueConstraint(
            "workspace_id",
            "item",
            "nation",
            "year",
            "source",
            name=op.f("uq_benchmark_workspace_id_item_nation_year_source"),
        ),
    )
    op.create_table(
        "bucket",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("free_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fraction", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_bucket_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_bucket")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_try", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_try", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("slack_channel_id", sa.String(length=32), nullable=True),
        sa.Column("slack_ts", sa.String(length=32), nullable=True),
        sa.Column("slack_file_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_delivery_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_due", ["state", "workspace_id", "priority", "due", "id"], unique=False
        )
        batch_op.create_index("ix_delivery_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(
            "ix_delivery_post",
            ["slack_ts"],
            unique=False,
            sqlite_where=sa.text("kind = 'recognition-post'"),
            postgresql_where=sa.text("kind = 'recognition-post'"),
        )
        batch_op.create_index("ix_delivery_reference", ["reference"], unique=False)
        batch_op.create_index(
            "ix_delivery_removal",
            ["state"],
            unique=False,
            sqlite_where=sa.text("kind IN ('removal-message', 'removal-file') OR target = '-'"),
            postgresql_where=sa.text("kind IN ('removal-message', 'removal-file') OR target = '-'"),
        )

    op.create_table(
        "fan_out",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=24), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_fan_out_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_fan_out")),
    )
    with op.batch_alter_table("fan_out", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fan_out_done"), ["done"], unique=False)

    op.create_table(
        "inbound",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("received_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_inbound_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_inbound")),
    )
    with op.batch_alter_table("inbound", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbound_received_at"), ["received_at"], unique=False)

    op.create_table(
        "poll",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("opens_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("comments_on", sa.Boolean(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("c", sa.Integer(), nullable=False),
        sa.Column("comment_threshold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_poll_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
        sa.UniqueConstraint("workspace_id", "opens_on", name=op.f("uq_poll_workspace_id_opens_on")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index("ix_poll_state", ["state", "closes_at"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_question_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_workspace_id"), ["workspace_id"], unique=False)

    op.create_table(
        "retention",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("recognitions_months", sa.Integer(), nullable=False),
        sa.Column("figures_months", sa.Integer(), nullable=False),
        sa.Column("comments_months", sa.Integer(), nullable=False),
        sa.Column("messages_months", sa.Integer(), nullable=False),
        sa.Column("audit_months", sa.Integer(), nullable=False),
        sa.Column("after_uninstall_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_retention_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_retention")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("parent_id", sa.String(length=24), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slack_channel_id", sa.String(length=32), nullable=True),
        sa.Column("leader_id", sa.String(length=24), nullable=True),
        sa.Column("deputy_id", sa.String(length=24), nullable=True),
        sa.Column("closed_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["member.id"], name="fk_team_deputy_id_member", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["member.id"], name="fk_team_leader_id_member", use_alter=True
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name=op.f("fk_team_parent_id_team")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_team_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_team_workspace_id_name")),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "tombstone",
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("swept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_tombstone_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "mark", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "ballot",
        sa.Column("poll_id", sa.String(length=24), nullable=False),
        sa.Column("receipt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("box", sa.LargeBinary(length=2588), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_ballot_poll_id_poll")),
        sa.PrimaryKeyConstraint("poll_id", "receipt", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bundle",
        sa.Column("poll_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_bundle_poll_id_poll")),
        sa.ForeignKeyConstraint(["unit_id"], ["team.id"], name=op.f("fk_bundle_unit_id_team")),
        sa.PrimaryKeyConstraint("poll_id", "unit_id", name=op.f("pk_bundle")),
    )
    op.create_table(
        "bundle_score",
        sa.Column("poll_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sum_lo", sa.Integer(), nullable=False),
        sa.Column("sum_hi", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_bundle_score_poll_id_poll")),
        sa.ForeignKeyConstraint(["unit_id"], ["team.id"], name=op.f("fk_bundle_score_unit_id_team")),
        sa.PrimaryKeyConstraint("poll_id", "unit_id", "item", name=op.f("pk_bundle_score")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["team.id"], name=op.f("fk_comment_unit_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_unit_id_month", ["unit_id", "month"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("slack_user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", sa.String(length=24), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_stranger", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("named_admin", sa.Boolean(), nullable=False),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("days_off", sa.Integer(), nullable=False),
        sa.Column("pulse_messages", sa.Boolean(), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("sharing", sa.String(length=8), nullable=False),
        sa.Column("accepts_thanks", sa.Boolean(), nullable=False),
        sa.Column("nudges", sa.Boolean(), nullable=False),
        sa.Column("hinted_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_member_team_id_team")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_member_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint(
            "workspace_id", "slack_user_id", name=op.f("uq_member_workspace_id_slack_user_id")
        ),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("ix_member_team_id", ["team_id"], unique=False)

    op.create_table(
        "poll_unit",
        sa.Column("poll_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.Column("parent_id", sa.String(length=24), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("turnout", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name=op.f("fk_poll_unit_parent_id_team")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_unit_poll_id_poll")),
        sa.ForeignKeyConstraint(["unit_id"], ["team.id"], name=op.f("fk_poll_unit_unit_id_team")),
        sa.PrimaryKeyConstraint("poll_id", "unit_id", name=op.f("pk_poll_unit")),
    )
    op.create_table(
        "team_source",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("slack_id", sa.String(length=32), nullable=False),
        sa.Column("called", sa.Text(), nullable=True),
        sa.Column("checked_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_source_team_id_team")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_team_source_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_source")),
        sa.UniqueConstraint("workspace_id", "slack_id", name=op.f("uq_team_source_workspace_id_slack_id")),
    )
    op.create_table(
        "blocking",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("giver_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_blocking_giver_id_member")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_blocking_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "giver_id", name=op.f("pk_blocking")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("recipient_id", sa.String(length=24), nullable=False),
        sa.Column("made_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recipient_id"], ["member.id"], name=op.f("fk_digest_recipient_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_digest_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint(
            "team_id", "month", "recipient_id", name=op.f("uq_digest_team_id_month_recipient_id")
        ),
    )
    op.create_table(
        "leadership",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("since", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("before_id", sa.String(length=24), nullable=True),
        sa.Column("handed_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["before_id"], ["member.id"], name=op.f("fk_leadership_before_id_member")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_leadership_member_id_member")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_leadership_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_leadership")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=True),
        sa.Column("since", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_legal_hold_member_id_member")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_legal_hold_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.create_index("ix_legal_hold_workspace_id", ["workspace_id"], unique=False)

    op.create_table(
        "poll_member",
        sa.Column("poll_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_poll_member_member_id_member")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_member_poll_id_poll")),
        sa.ForeignKeyConstraint(["unit_id"], ["team.id"], name=op.f("fk_poll_member_unit_id_team")),
        sa.PrimaryKeyConstraint("poll_id", "member_id", name=op.f("pk_poll_member")),
    )
    op.create_table(
        "promise",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("you_said", sa.Text(), nullable=False),
        sa.Column("we_will", sa.Text(), nullable=False),
        sa.Column("who_id", sa.String(length=24), nullable=False),
        sa.Column("written_by_id", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_promise_team_id_team")),
        sa.ForeignKeyConstraint(["who_id"], ["member.id"], name=op.f("fk_promise_who_id_member")),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["member.id"], name=op.f("fk_promise_written_by_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("team_id", "month", "place", name=op.f("uq_promise_team_id_month_place")),
    )
    op.create_table(
        "recognition",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("workspace_id", sa.String(length=24), nullable=False),
        sa.Column("giver_id", sa.String(length=24), nullable=False),
        sa.Column("giver_team_id", sa.String(length=24), nullable=True),
        sa.Column("behaviour", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("visibility", sa.String(length=8), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("given_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_recognition_giver_id_member")),
        sa.ForeignKeyConstraint(
            ["giver_team_id"], ["team.id"], name=op.f("fk_recognition_giver_team_id_team")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_recognition_workspace_id_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
    )
    with op.batch_alter_table("recognition", schema=None) as batch_op:
        batch_op.create_index("ix_recognition_giver", ["giver_id", "given_at"], unique=False)
        batch_op.create_index("ix_recognition_team_given", ["workspace_id", "given_at"], unique=False)

    op.create_table(
        "shared_digest",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("shared_by_id", sa.String(length=24), nullable=False),
        sa.Column("shared_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("with_promises", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shared_by_id"], ["member.id"], name=op.f("fk_shared_digest_shared_by_id_member")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_shared_digest_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", "month", name=op.f("pk_shared_digest")),
    )
    op.create_table(
        "team_pace",
        sa.Column("team_id", sa.String(length=24), nullable=False),
        sa.Column("pace", sa.String(length=8), nullable=False),
        sa.Column("chosen_by_id", sa.String(length=24), nullable=False),
        sa.Column("chosen_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["chosen_by_id"], ["member.id"], name=op.f("fk_team_pace_chosen_by_id_member")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_pace_team_id_team")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_team_pace")),
    )
    op.create_table(
        "boost",
        sa.Column("recognition_id", sa.String(length=24), nullable=False),
        sa.Column("booster_id", sa.String(length=24), nullable=False),
        sa.Column("how", sa.String(length=100), nullable=False),
        sa.Column("boosted_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booster_id"], ["member.id"], name=op.f("fk_boost_booster_id_member")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognition.id"], name=op.f("fk_boost_recognition_id_recognition")
        ),
        sa.PrimaryKeyConstraint("recognition_id", "booster_id", "how", name=op.f("pk_boost")),
    )
    op.create_table(
        "recipient",
        sa.Column("recognition_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("team_id", sa.String(length=24), nullable=True),
        sa.Column("given_at", slackapp.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sharing", sa.String(length=8), nullable=False),
        sa.Column("shared_in", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_recipient_member_id_member")),
        sa.ForeignKeyConstraint(
            ["recognition_id"], ["recognition.id"], name=op.f("fk_recipient_recognition_id_recognition")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_recipient_team_id_team")),
        sa.PrimaryKeyConstraint("recognition_id", "member_id", name=op.f("pk_recipient")),
    )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.create_index("ix_recipient_member", ["member_id", "given_at"], unique=False)
        batch_op.create_index("ix_recipient_team", ["team_id", "given_at"], unique=False)

    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    op.create_table(
        "hidden_comment",
        sa.Column("comment_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["comment.id"],
            name=op.f("fk_hidden_comment_comment_id_comment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_hidden_comment")),
    )

    # Teams and members point at each other. SQLite cannot add such a constraint to a table that is there.
    if op.get_bind().dialect.name == "postgresql":
        for column in ("leader_id", "deputy_id"):
            op.create_foreign_key(f"fk_team_{column}_member", "team", "member", [column], ["id"])
