# ruff: noqa: RUF009  # csfield is a mark of construct-typing; no two records share a value
"""Layout of a terminal's flash on a CompactFlash card; `simulators.media.flash` writes by it too.

Published (iV Drip; Yasinsac et al., "Software Review and Security Analysis of the ES&S iVotronic
8.0.1.2", 2007): the length, the old event log, the ballot areas and the frame of a ballot record.
PROJECT PROFILE - NOT THE VENDOR FORMAT: everything else, together `zt-cf-1`.

    0x000000   0x000100   0x030000        0x040000        0x050000            0x1F0000
    +----------+----------+---------------+---------------+-------------------+
    | identity |    FF    | old event log | extension log | 26 ballot areas   |
    +----------+----------+---------------+---------------+-------------------+
      256 B                 10 B each       16 B + 16 B each

Numbers are little-endian, unused bytes FF.
"""

import dataclasses
from datetime import datetime
from struct import Struct

import construct as cs
import construct_typed as ct

from election.media import FlashState, MediumFlags
from parsers.media.device_time import DeviceTime
from parsers.media.fields import Bounded, Literal, Text, Translated
from parsers.media.flags import flag_bits, read_flags
from parsers.media.profile import BANNER, Firmware

AREA = 0x10000
"""Bytes of a sector of the flash; each part of the layout has its own."""
IMAGE = 31 * AREA
"""Bytes of one copy; the last sector of the 2 MiB is not written."""
COPIES = (1, 3)
"""How many copies a file has."""

IDENTITY = 0x100
IDENTITY_MAGIC = b"ZTIVOTF1"
VERSION = b"\1\0"
COPY_AT = 0x14
CRC_AT = 0xFC

OLD_LOG = 0x30000
EXTENSION_LOG = 0x40000
BALLOTS = 0x50000
BALLOT_AREAS = 26

OLD_EVENT = Struct("<BIBI")
"""Code, time, type of the PEB, serial of the PEB."""
OLD_END = 0xFF
MOST_OLD_EVENTS = AREA // OLD_EVENT.size

EVENT = Struct("<IIIBBH")
"""Code, time, serial of the PEB, type of the PEB, flags, CRC-16 of all before it."""
EVENT_CRC_AT = 14
EVENT_END = 0xFFFFFFFF
EXTENSION_HEAD = 16
MOST_EVENTS = (AREA - EXTENSION_HEAD) // EVENT.size
MOST_CODE = 9_999_999

BALLOT = Struct("<HHBB5xH")
"""Length of the record, precinct, ballot style, flags, number of votes. Only the first and the
last are published: the nine bytes between them are not understood, their use here is ours."""
BY_POLL_WORKER = 0x01
TEST_BALLOT = 0x02
VOTE_BYTES = 2
MOST_CANDIDATES = 999

OLD_FORMAT = 1
EXTENSION_FORMAT = 2

CARD_ID_NAME = "ZTCF.ID"
CARD_ID = 64

_MOST_COUNT = 65_535
_MOST_TERMINAL = 9_999_999
_MOST_PEB = 999_999
_MOST_PRECINCT = 9_999

ERASED = b"\xff" * AREA
ZEROED = bytes(AREA)

_FLAGS = Translated(cs.Int16ul, read_flags, flag_bits)


@dataclasses.dataclass
class WireIdentity(ct.DataclassMixin):
    """The identity block; project profile."""

    magic: bytes | None = ct.csfield_noinit(Literal(IDENTITY_MAGIC))
    version: bytes | None = ct.csfield_noinit(Literal(VERSION))
    length: bytes | None = ct.csfield_noinit(Literal(IDENTITY.to_bytes(2, "little")))
    image: bytes | None = ct.csfield_noinit(Literal(IMAGE.to_bytes(4, "little")))
    terminal: int = ct.csfield(Bounded(cs.Int32ul, 1, _MOST_TERMINAL))
    copy: int = ct.csfield(Bounded(cs.Int8ul, 1, max(COPIES)))
    state: FlashState = ct.csfield(Translated(cs.Int8ul, FlashState, int))
    flags: MediumFlags = ct.csfield(_FLAGS)
    election: str = ct.csfield(Text(8))
    definition_sha256: str = ct.csfield(Translated(cs.Bytes(32), bytes.hex, bytes.fromhex))
    definition_version: int = ct.csfield(cs.Int16ul)
    precinct: int = ct.csfield(Bounded(cs.Int16ul, 0, _MOST_PRECINCT))
    firmware: str = ct.csfield(Firmware)
    qualification_code: int = ct.csfield(cs.Int32ul)
    opened: datetime | None = ct.csfield(DeviceTime)
    closed: datetime | None = ct.csfield(DeviceTime)
    opening_peb: int = ct.csfield(Bounded(cs.Int32ul, 0, _MOST_PEB))
    closing_peb: int = ct.csfield(Bounded(cs.Int32ul, 0, _MOST_PEB))
    votes: int = ct.csfield(Bounded(cs.Int32ul, 0, _MOST_COUNT))
    votes_by_poll_worker: int = ct.csfield(Bounded(cs.Int32ul, 0, _MOST_COUNT))
    protective_open: int = ct.csfield(cs.Int32ul)
    protective_close: int = ct.csfield(cs.Int32ul)
    log_format: int = ct.csfield(Bounded(cs.Int32ul, OLD_FORMAT, EXTENSION_FORMAT))
    events: int = ct.csfield(Bounded(cs.Int32ul, 0, MOST_OLD_EVENTS))
    ballots: int = ct.csfield(Bounded(cs.Int32ul, 0, _MOST_COUNT))
    reserved: None = ct.csfield_noinit(cs.Padding(0xC8 - 0x78))
    banner: bytes | None = ct.csfield_noinit(Literal(BANNER))
    reserved_too: None = ct.csfield_noinit(cs.Padding(CRC_AT - 0xF0))
    crc: int = ct.csfield(cs.Int32ul)


IDENTITY_BLOCK = cs.FocusedSeq("block", "block" / ct.DataclassStruct(WireIdentity), cs.Terminated)


@dataclasses.dataclass
class WireCardId(ct.DataclassMixin):
    """The file `ZTCF.ID`; project profile."""

    magic: bytes | None = ct.csfield_noinit(Literal(b"ZTCFID01"))
    election: str = ct.csfield(Text(8))
    definition_sha256: str = ct.csfield(Translated(cs.Bytes(32), bytes.hex, bytes.fromhex))
    precinct: int = ct.csfield(Bounded(cs.Int16ul, 0, _MOST_PRECINCT))
    flags: MediumFlags = ct.csfield(_FLAGS)
    card: str = ct.csfield(Text(8))
    crc: int = ct.csfield(cs.Int32ul)


CARD_ID_FILE = cs.FocusedSeq("file", "file" / ct.DataclassStruct(WireCardId), cs.Terminated)


@dataclasses.dataclass
class WireExtensionHead(ct.DataclassMixin):
    """Head of the extension log; project profile."""

    magic: bytes | None = ct.csfield_noinit(Literal(b"ZTCFX001"))
    version: bytes | None = ct.csfield_noinit(Literal(VERSION))
    record: bytes | None = ct.csfield_noinit(Literal(EVENT.size.to_bytes(2, "little")))
    reserved: None = ct.csfield_noinit(cs.Padding(4))


EXTENSION_LOG_HEAD = cs.FocusedSeq(
    "head", "head" / ct.DataclassStruct(WireExtensionHead), cs.Terminated
)
