"""The tables of the aggregator, in SQLAlchemy Core so that SQLite and PostgreSQL read alike.

What is evidence is only ever added to: `log`, `receipts`, and `refusals` of signed messages.
What is derived can be computed again: `current_returns`, `reported_devices`, `tally`.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """A UTC instant as ISO 8601 text: SQLite has no type that keeps the zone."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Write microseconds always, so that text sorts as time does."""
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """Read what was written."""
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

election = Table(
    "election",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("election", Text, nullable=False),
    Column("definition_sha256", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    sqlite_strict=True,
    comment="The one election that this database belongs to.",
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    sqlite_strict=True,
)

chains = Table(
    "chains",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("last_sequence", Integer, nullable=False),
    Column("last_payload_sha256", Text),
    Column("frozen_at", Instant),
    sqlite_strict=True,
    comment="How far the returns of each gateway key were taken in.",
)

receipts = Table(
    "receipts",
    metadata,
    Column("payload_sha256", Text, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("repeats", Integer, nullable=False, default=0),
    UniqueConstraint("key_id", "sequence"),
    sqlite_strict=True,
    comment="The answer to every return that took its number, accepted or not.",
)

log = Table(
    "log",
    metadata,
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("payload_sha256", Text, ForeignKey("receipts.payload_sha256"), nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("count_center", Text, nullable=False),
    Column("precinct", Text, nullable=False),
    Column("counting_group", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("route", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    UniqueConstraint("payload_sha256"),
    UniqueConstraint("key_id", "sequence"),
    Index("log_by_precinct", "precinct"),
    sqlite_strict=True,
    comment="Accepted returns in the order of acceptance, without gaps from 0; never changed.",
)

refusals = Table(
    "refusals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_sha256", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("count_center", Text),
    Column("reasons", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("signed", Integer, nullable=False),
    Column("alarm", Integer, nullable=False),
    Column("key_id", Text),
    Column("sequence", Integer),
    Column("payload_sha256", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("message_sha256", "topic", "reasons"),
    Index("refusals_by_topic", "topic", "signed"),
    sqlite_strict=True,
    comment="What was refused; `signed` says that a key enrolled for it signed exactly this.",
)

parked = Table(
    "parked",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("payload_sha256", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    sqlite_strict=True,
    comment="Returns that wait for a number before theirs.",
)

current_returns = Table(
    "current_returns",
    metadata,
    Column("precinct", Text, primary_key=True),
    Column("counting_group", Text, primary_key=True),
    Column("log_index", Integer, ForeignKey("log.log_index"), nullable=False, unique=True),
    Column("payload_sha256", Text, nullable=False),
    Column("ballots", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
    sqlite_strict=True,
)

reported_devices = Table(
    "reported_devices",
    metadata,
    Column("precinct", Text, primary_key=True),
    Column("counting_group", Text, primary_key=True),
    Column("device_class", Text, primary_key=True),
    Column("serial", Text, primary_key=True),
    Column("ballots", Integer, nullable=False),
    sqlite_strict=True,
)

tally = Table(
    "tally",
    metadata,
    Column("precinct", Text, primary_key=True),
    Column("counting_group", Text, primary_key=True),
    Column("contest", Integer, primary_key=True, autoincrement=False),
    Column("device_class", Text, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("choice", Integer, primary_key=True, autoincrement=False),
    Column("votes", Integer, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
    comment="`line` is choice, write-in, over or under; `choice` is 0 on all but the first.",
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("count_center", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("content", Text, nullable=False),
    Index("notices_by_center", "count_center", "stream"),
    sqlite_strict=True,
    comment="What gateways say about themselves; information only, nobody signed it.",
)
