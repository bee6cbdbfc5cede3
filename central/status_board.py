"""What gateways say about themselves, as last heard.

Nobody signs these messages yet: they are shown as information, and nothing is decided by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, delete, insert, select

from central.database import database_errors
from central.messages import Message
from central.schema import notices
from central.verification import center_of
from election.definition import ElectionDefinition
from election.status import MAX_BYTES, MAX_DEPTH, Alert, GatewayStatus
from election.strict_json import NotStrictJson, read_strict_json
from election.topics import Stream

MAX_ALERTS_KEPT = 50
"""Newest alerts per count center."""

MODELS: dict[Stream, type[GatewayStatus] | type[Alert]] = {
    Stream.STATUS: GatewayStatus,
    Stream.ALERTS: Alert,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One readable message of a gateway."""

    count_center: str
    received_at: datetime
    content: GatewayStatus | Alert


@dataclass(frozen=True)
class StatusBoard:
    """Keeps the last status and the newest alerts of every count center."""

    writer: Engine
    definition: ElectionDefinition

    def post(self, messages: Iterable[Message]) -> int:
        """Keep what is readable, from a center of ours, and about itself; return how many.

        Raises DatabaseUnavailable.
        """
        readable = [
            (stream, notice)
            for message in messages
            for stream in MODELS
            if (notice := _read(message, stream, self.definition))
        ]
        if readable:
            with database_errors(), self.writer.begin() as connection:
                for stream, notice in readable:
                    _replace(connection, stream, notice)
        return len(readable)


def last_status(connection: Connection) -> dict[str, Notice]:
    """Return the last status of every count center that ever sent one."""
    return {notice.count_center: notice for notice in _notices(connection, Stream.STATUS)}


def newest_alerts(connection: Connection) -> list[Notice]:
    """Return the alerts that are kept, the newest first."""
    return list(_notices(connection, Stream.ALERTS))


def _read(message: Message, stream: Stream, definition: ElectionDefinition) -> Notice | None:
    center = center_of(message.topic, stream, definition)
    if center is None:
        return None
    try:
        read_strict_json(message.content, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
        content = MODELS[stream].model_validate_json(message.content)
    except (NotStrictJson, ValidationError):
        return None
    about = content.election, content.count_center
    if about != (definition.election, center):
        return None
    return Notice(center, message.received_at, content)


def _replace(connection: Connection, stream: Stream, notice: Notice) -> None:
    connection.execute(
        insert(notices).values(
            count_center=notice.count_center,
            stream=stream.value,
            received_at=notice.received_at,
            content=notice.content.model_dump_json(),
        )
    )
    mine = (notices.c.count_center == notice.count_center) & (notices.c.stream == stream.value)
    kept = 1 if stream is Stream.STATUS else MAX_ALERTS_KEPT
    oldest_kept = (
        select(notices.c.id).where(mine).order_by(notices.c.id.desc()).offset(kept - 1).limit(1)
    )
    connection.execute(delete(notices).where(mine, notices.c.id < oldest_kept.scalar_subquery()))


def _notices(connection: Connection, stream: Stream) -> Iterable[Notice]:
    rows = connection.execute(
        select(notices).where(notices.c.stream == stream.value).order_by(notices.c.id.desc())
    )
    for row in rows:
        yield Notice(
            row.count_center, row.received_at, MODELS[stream].model_validate_json(row.content)
        )
