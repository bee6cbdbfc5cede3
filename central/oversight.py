"""What staff must see beside the totals: refusals, what is parked, repeats, and the centers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.enrolment import EnrolledKey, KeyStore
from central.schema import chains, log, parked, receipts, refusals
from central.status_board import Notice, last_status, newest_alerts
from election.definition import CountCenter, ElectionDefinition

MAX_SHOWN = 500
"""Newest refusals and repeats on one page; the database keeps more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that was refused, as staff see it."""

    first_at: datetime
    last_at: datetime
    times: int
    count_center: str | None
    topic: str
    reasons: tuple[str, ...]
    detail: str
    signed: bool
    """An enrolled key signed exactly this."""
    alarm: bool
    key_id: str | None
    sequence: int | None
    payload_sha256: str
    message_sha256: str
    size: int
    route: str


@dataclass(frozen=True, slots=True)
class ParkedReturn:
    """A return that waits for a number before its own."""

    key_id: str
    sequence: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RepeatedReturn:
    """A return that came again; it counts once."""

    payload_sha256: str
    count_center: str
    precinct: str
    counting_group: str
    repeats: int


@dataclass(frozen=True, slots=True)
class Oversight:
    """Everything that did not simply count."""

    refusals: tuple[Refusal, ...]
    """The newest first."""
    refusal_count: int
    """All different refusals, also those not shown."""
    parked: tuple[ParkedReturn, ...]
    repeated: tuple[RepeatedReturn, ...]


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key and how far its chain goes."""

    key: EnrolledKey
    last_sequence: int
    frozen_at: datetime | None
    parked: int


@dataclass(frozen=True, slots=True)
class Center:
    """A count center as central knows it."""

    center: CountCenter
    status: Notice | None
    alerts: tuple[Notice, ...]
    keys: tuple[KeyState, ...]
    alarms: int
    """Refusals from there that a person must look at."""


def oversight(connection: Connection) -> Oversight:
    """Read refusals, parked and repeated returns."""
    newest = select(refusals).order_by(refusals.c.last_at.desc(), refusals.c.id.desc())
    again = (
        select(receipts.c.payload_sha256, receipts.c.repeats, log)
        .join(log, log.c.payload_sha256 == receipts.c.payload_sha256)
        .where(receipts.c.repeats > 0)
        .order_by(log.c.log_index.desc())
    )
    waiting = select(parked.c.key_id, parked.c.sequence, parked.c.received_at).order_by(
        parked.c.received_at, parked.c.sequence
    )
    return Oversight(
        refusals=tuple(map(_refusal, connection.execute(newest.limit(MAX_SHOWN)))),
        refusal_count=connection.scalar(select(func.count()).select_from(refusals)) or 0,
        parked=tuple(ParkedReturn(*row) for row in connection.execute(waiting.limit(MAX_SHOWN))),
        repeated=tuple(
            RepeatedReturn(
                row.payload_sha256, row.count_center, row.precinct, row.counting_group, row.repeats
            )
            for row in connection.execute(again.limit(MAX_SHOWN))
        ),
    )


def centers(connection: Connection, definition: ElectionDefinition) -> list[Center]:
    """Read every count center of the definition."""
    statuses, alerts = last_status(connection), newest_alerts(connection)
    states = list(key_states(connection))
    alarmed = (
        select(refusals.c.count_center, func.count())
        .where(refusals.c.alarm == 1)
        .group_by(refusals.c.count_center)
    )
    alarms: dict[str | None, int] = dict(connection.execute(alarmed).all())
    return [
        Center(
            center=center,
            status=statuses.get(center.id),
            alerts=tuple(alert for alert in alerts if alert.count_center == center.id),
            keys=tuple(s for s in states if s.key.record.scope.count_center == center.id),
            alarms=alarms.get(center.id, 0),
        )
        for center in definition.count_centers
    ]


def key_states(connection: Connection) -> Iterable[KeyState]:
    """Yield every enrolled key with the end of its chain."""
    ends = {row.key_id: row for row in connection.execute(select(chains))}
    counted = select(parked.c.key_id, func.count()).group_by(parked.c.key_id)
    waiting: dict[str, int] = dict(connection.execute(counted).all())
    for key_id, key in KeyStore().key_ring(connection).enrolled.items():
        end = ends.get(key_id)
        yield KeyState(
            key,
            last_sequence=end.last_sequence if end else 0,
            frozen_at=end.frozen_at if end else None,
            parked=waiting.get(key_id, 0),
        )


def _refusal(row: Row[Any]) -> Refusal:
    return Refusal(
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
        count_center=row.count_center,
        topic=row.topic,
        reasons=tuple(row.reasons.split()),
        detail=row.detail,
        signed=bool(row.signed),
        alarm=bool(row.alarm),
        key_id=row.key_id,
        sequence=row.sequence,
        payload_sha256=row.payload_sha256,
        message_sha256=row.message_sha256,
        size=row.size,
        route=row.route,
    )
