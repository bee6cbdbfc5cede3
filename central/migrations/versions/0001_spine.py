"""The spine: log, receipts, refusals, chains, keys, and the tally derived from the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "chains",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.Column("last_payload_sha256", sa.Text(), nullable=True),
        sa.Column("frozen_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
        comment="How far the returns of each gateway key were taken in.",
        sqlite_strict=True,
    )
    op.create_table(
        "election",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("election", sa.Text(), nullable=False),
        sa.Column("definition_sha256", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("id = 1"),
        comment="The one election that this database belongs to.",
        sqlite_strict=True,
    )
    op.create_table(
        "enrolments",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count_center", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="What gateways say about themselves; information only, nobody signed it.",
        sqlite_strict=True,
    )
    op.create_index("notices_by_center", "notices", ["count_center", "stream"], unique=False)
    op.create_table(
        "parked",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "sequence", "payload_sha256"),
        comment="Returns that wait for a number before theirs.",
        sqlite_strict=True,
    )
    op.create_table(
        "receipts",
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("payload_sha256"),
        sa.UniqueConstraint("key_id", "sequence"),
        comment="The answer to every return that took its number, accepted or not.",
        sqlite_strict=True,
    )
    op.create_table(
        "refusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_sha256", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("count_center", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Text(), nullable=False),
        sa.Column("last_at", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_sha256", "topic", "reasons"),
        comment="What was refused; `signed` says that a key enrolled for it signed exactly this.",
        sqlite_strict=True,
    )
    op.create_index("refusals_by_topic", "refusals", ["topic", "signed"], unique=False)
    op.create_table(
        "reported_devices",
        sa.Column("precinct", sa.Text(), nullable=False),
        sa.Column("counting_group", sa.Text(), nullable=False),
        sa.Column("device_class", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("precinct", "counting_group", "device_class", "serial"),
        sqlite_strict=True,
    )
    op.create_table(
        "tally",
        sa.Column("precinct", sa.Text(), nullable=False),
        sa.Column("counting_group", sa.Text(), nullable=False),
        sa.Column("contest", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device_class", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("choice", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "precinct", "counting_group", "contest", "device_class", "line", "choice"
        ),
        comment="`line` is choice, write-in, over or under; `choice` is 0 on all but the first.",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log",
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("count_center", sa.Text(), nullable=False),
        sa.Column("precinct", sa.Text(), nullable=False),
        sa.Column("counting_group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payload_sha256"],
            ["receipts.payload_sha256"],
        ),
        sa.PrimaryKeyConstraint("log_index"),
        sa.UniqueConstraint("key_id", "sequence"),
        sa.UniqueConstraint("payload_sha256"),
        comment="Accepted returns in the order of acceptance, without gaps from 0; never changed.",
        sqlite_strict=True,
    )
    op.create_index("log_by_precinct", "log", ["precinct"], unique=False)
    op.create_table(
        "current_returns",
        sa.Column("precinct", sa.Text(), nullable=False),
        sa.Column("counting_group", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_index"],
            ["log.log_index"],
        ),
        sa.PrimaryKeyConstraint("precinct", "counting_group"),
        sa.UniqueConstraint("log_index"),
        sqlite_strict=True,
    )
