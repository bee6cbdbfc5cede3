"""Builds the flash of iVotronic terminals and the identity file of their CompactFlash card.

PROJECT PROFILE - NOT THE VENDOR FORMAT: see `parsers.media.flash.layout`, whose layout this is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from struct import pack

from election.media import FlashState, MediumIdentity
from parsers.media.checksums import crc16, crc32
from parsers.media.device_time import device_seconds
from parsers.media.flash.event_codes import COUNTERPARTS
from parsers.media.flash.layout import (
    AREA,
    BALLOT,
    BALLOTS,
    BY_POLL_WORKER,
    CARD_ID_FILE,
    CRC_AT,
    EVENT,
    EVENT_CRC_AT,
    EXTENSION_FORMAT,
    EXTENSION_HEAD,
    EXTENSION_LOG,
    EXTENSION_LOG_HEAD,
    IDENTITY_BLOCK,
    IMAGE,
    MOST_EVENTS,
    MOST_OLD_EVENTS,
    OLD_EVENT,
    OLD_FORMAT,
    OLD_LOG,
    TEST_BALLOT,
    VOTE_BYTES,
    WireCardId,
    WireExtensionHead,
    WireIdentity,
)

_CRC_BYTES = 4

_OLD_CODES = {new: old for old, several in reversed(tuple(COUNTERPARTS.items())) for new in several}


class LogFormat(IntEnum):
    """Which of the two event logs an image has."""

    OLD = OLD_FORMAT
    EXTENSION = EXTENSION_FORMAT


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event, by its code of seven digits."""

    code: str
    at: datetime | None
    peb: int
    """0: none."""
    peb_type: int = 1


@dataclass(frozen=True, slots=True)
class StoredBallot:
    """One ballot, and the area that it was put into."""

    area: int
    """0..25."""
    candidates: tuple[int, ...]
    """Candidate numbers from 1."""
    precinct: int
    style: int = 1
    by_poll_worker: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class TerminalMemory:
    """Everything that a terminal's flash holds."""

    serial: int
    identity: MediumIdentity
    state: FlashState
    firmware: str
    qualification_code: int
    opened: datetime | None
    closed: datetime | None
    opening_peb: int
    closing_peb: int
    protective_open: int
    protective_close: int
    events: tuple[LoggedEvent, ...]
    ballots: tuple[StoredBallot, ...]
    """In the order in which they were cast."""


def flash_image(
    memory: TerminalMemory, *, log: LogFormat = LogFormat.EXTENSION, copies: int = 1
) -> bytes:
    """Return a file `V<serial>.BIN` with one copy or three; raise ValueError for what has no room.

    The old log leaves out events that have no counterpart there.
    """
    image = bytearray(b"\xff" * IMAGE)
    if log is LogFormat.OLD:
        _put(image, OLD_LOG, _old_log(memory.events))
    else:
        _put(image, EXTENSION_LOG, _extension_log(memory.events))
    _store(image, memory.ballots)
    return b"".join(
        _identity_block(memory, log, copy) + image[CRC_AT + _CRC_BYTES :]
        for copy in range(1, copies + 1)
    )


def published_image(events: Iterable[LoggedEvent], ballots: Iterable[StoredBallot]) -> bytes:
    """Return an image of the published layout alone, which has no identity block."""
    image = bytearray(b"\xff" * IMAGE)
    _put(image, OLD_LOG, _old_log(events))
    _store(image, ballots)
    return bytes(image)


def card_id_file(card: str, identity: MediumIdentity) -> bytes:
    """Return the file `ZTCF.ID` of the card with serial `card`."""
    wire = WireCardId(
        election=identity.election,
        definition_sha256=identity.definition_sha256,
        precinct=identity.precinct,
        flags=identity.flags,
        card=card,
        crc=0,
    )
    return _with_crc32(CARD_ID_FILE.build(wire))


def _identity_block(memory: TerminalMemory, log: LogFormat, copy: int) -> bytes:
    identity = memory.identity
    wire = WireIdentity(
        terminal=memory.serial,
        copy=copy,
        state=memory.state,
        flags=identity.flags,
        election=identity.election,
        definition_sha256=identity.definition_sha256,
        definition_version=identity.definition_version or 0,
        precinct=identity.precinct,
        firmware=memory.firmware,
        qualification_code=memory.qualification_code,
        opened=memory.opened,
        closed=memory.closed,
        opening_peb=memory.opening_peb,
        closing_peb=memory.closing_peb,
        votes=len(memory.ballots),
        votes_by_poll_worker=sum(ballot.by_poll_worker for ballot in memory.ballots),
        protective_open=memory.protective_open,
        protective_close=memory.protective_close,
        log_format=log,
        events=len(memory.events),
        ballots=len(memory.ballots),
        crc=0,
    )
    return _with_crc32(IDENTITY_BLOCK.build(wire))


def _with_crc32(raw: bytes) -> bytes:
    """Return `raw` with its last four bytes as the checksum of all before them."""
    return raw[:-_CRC_BYTES] + pack("<I", crc32(raw[:-_CRC_BYTES]))


def _old_log(events: Iterable[LoggedEvent]) -> bytes:
    records = [
        OLD_EVENT.pack(_OLD_CODES[event.code], device_seconds(event.at), event.peb_type, event.peb)
        for event in events
        if event.code in _OLD_CODES
    ]
    return b"".join(_all_fitting(records, MOST_OLD_EVENTS))


def _extension_log(events: Iterable[LoggedEvent]) -> bytes:
    head = EXTENSION_LOG_HEAD.build(WireExtensionHead())
    assert len(head) == EXTENSION_HEAD
    records = [_event_record(event) for event in events]
    return head + b"".join(_all_fitting(records, MOST_EVENTS))


def _event_record(event: LoggedEvent) -> bytes:
    when = device_seconds(event.at)
    raw = EVENT.pack(int(event.code), when, event.peb, event.peb_type, 0, 0)[:EVENT_CRC_AT]
    return raw + pack("<H", crc16(raw))


def _all_fitting(records: Sequence[bytes], most: int) -> Sequence[bytes]:
    if len(records) > most:
        raise ValueError(f"{len(records):,} events; the log has room for {most:,}")
    return records


def _store(image: bytearray, ballots: Iterable[StoredBallot]) -> None:
    """Put every ballot behind those that its area has already."""
    areas: dict[int, bytearray] = {}
    for ballot in ballots:
        areas.setdefault(ballot.area, bytearray()).extend(_ballot_record(ballot))
    for area, records in areas.items():
        _put(image, BALLOTS + area * AREA, records)


def _ballot_record(ballot: StoredBallot) -> bytes:
    votes = len(ballot.candidates)
    flags = BY_POLL_WORKER * ballot.by_poll_worker | TEST_BALLOT * ballot.test
    length = BALLOT.size + votes * VOTE_BYTES
    head = BALLOT.pack(length, ballot.precinct, ballot.style, flags, votes)
    return head + pack(f"<{votes}H", *(candidate - 1 for candidate in ballot.candidates))


def _put(image: bytearray, begin: int, raw: bytes | bytearray) -> None:
    if len(raw) > AREA:
        raise ValueError(f"{len(raw):,} bytes for an area of {AREA:,}")
    image[begin : begin + len(raw)] = raw
