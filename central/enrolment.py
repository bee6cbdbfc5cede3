"""Enrolled keys: kept in the database, so that accepting and enrolling never disagree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from central.schema import enrolments
from election.definition import ElectionDefinition, Mode
from election.errors import ZerotapeError
from election.keys import Enrolment, KeyRole


class EnrolmentRefused(ZerotapeError):
    """A key that cannot be enrolled or revoked as asked."""


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """An enrolment record, and from when on it is worth nothing."""

    record: Enrolment
    enrolled_at: datetime
    revoked_at: datetime | None = None

    def is_revoked(self, at: datetime) -> bool:
        """Say whether the key was revoked at or before `at`."""
        return self.revoked_at is not None and self.revoked_at <= at


@dataclass(frozen=True)
class KeyRing:
    """Every enrolled key by its id."""

    enrolled: Mapping[str, EnrolledKey] = field(default_factory=dict)


class KeyStore:
    """Reads key rings; parses every enrolment record once."""

    def __init__(self) -> None:
        self._parsed: dict[str, Enrolment] = {}

    def key_ring(self, connection: Connection) -> KeyRing:
        """Return the keys as they are enrolled now."""
        rows = connection.execute(select(enrolments).order_by(enrolments.c.enrolled_at))
        return KeyRing(
            {
                row.key_id: EnrolledKey(self._parse(row.record), row.enrolled_at, row.revoked_at)
                for row in rows
            }
        )

    def _parse(self, text: str) -> Enrolment:
        if text not in self._parsed:
            self._parsed[text] = Enrolment.model_validate_json(text)
        return self._parsed[text]


def enrol(
    connection: Connection, record: Enrolment, definition: ElectionDefinition, now: datetime
) -> bool:
    """Enrol a key; return False when exactly this record is enrolled already.

    Raises EnrolmentRefused for a key of another election or mode, a center that the definition
    does not know, or a record that differs from the enrolled one of the same key.
    """
    problems = list(_problems(record, definition))
    text = record.model_dump_json()
    present = connection.scalar(
        select(enrolments.c.record).where(enrolments.c.key_id == record.key_id)
    )
    if present is not None and present != text:
        problems.append("the key is enrolled already, with another role, holder or scope")
    if problems:
        raise EnrolmentRefused(
            f"The key of {record.holder} is not enrolled: {'; '.join(problems)}. Make a key for "
            "this election with `zerotape central make-key` or `zerotape gateway make-key`."
        )
    if present is None:
        connection.execute(
            insert(enrolments).values(key_id=record.key_id, record=text, enrolled_at=now)
        )
    return present is None


def revoke(connection: Connection, key_id: str, at: datetime) -> EnrolledKey:
    """Make the key worthless for everything that arrives from `at` on.

    Accepted returns stay. An earlier revocation is never moved to a later time. `key_id` may be
    the first 8 or more digits. Raises EnrolmentRefused when it names no key, or several.
    """
    ring = KeyStore().key_ring(connection)
    found = [key for known, key in ring.enrolled.items() if known.startswith(key_id.lower())]
    if len(key_id) < 8 or len(found) != 1:
        raise EnrolmentRefused(
            f"{key_id!r} names {len(found)} enrolled keys; give at least 8 digits of one key id "
            "as `zerotape central status` prints them."
        )
    key = found[0]
    moment = min(at, key.revoked_at or at)
    connection.execute(
        update(enrolments).where(enrolments.c.key_id == key.record.key_id).values(revoked_at=moment)
    )
    return EnrolledKey(key.record, key.enrolled_at, moment)


def _problems(record: Enrolment, definition: ElectionDefinition) -> Iterable[str]:
    scope = record.scope
    if scope.election != definition.election:
        yield f"it is for election {scope.election}, not for {definition.election}"
    if scope.mode is not definition.mode:
        yield f"it is for {scope.mode} mode, not for {definition.mode} mode"
    if record.role is KeyRole.TEST and definition.mode is Mode.OFFICIAL:
        yield "test keys are worth nothing in official mode"
    if scope.count_center not in (None, *(center.id for center in definition.count_centers)):
        yield f"the definition does not know count center {scope.count_center}"
