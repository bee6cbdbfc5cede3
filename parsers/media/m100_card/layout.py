# ruff: noqa: RUF009  # csfield is a mark of construct-typing; no two records share a value
"""Layout of `zt-m100-card-1`, byte by byte. PROJECT PROFILE - NOT THE VENDOR FORMAT.

      0x00000   0x00200        0x10000    0x14000             size - 16
    +---------+--------------+----------+-------------------+---------+
    | header  |  definition  | counters | audit log ring    | trailer |
    +---------+--------------+----------+-------------------+---------+
      256 B     zt-defblock-1  u32 each   slots of 32 B       16 B

Numbers are little-endian. What is between the regions is 00, unused slots of the log are FF.
"""

import dataclasses
from datetime import datetime
from struct import Struct

import construct as cs
import construct_typed as ct

from election.media import CardState, MediumFlags
from parsers.media.device_time import DeviceTime
from parsers.media.fields import Bounded, Literal, Text, Translated
from parsers.media.flags import flag_bits, read_flags
from parsers.media.profile import BANNER

MAGIC = b"ZTM100C1"
VERSION = 1
TRAILER_MAGIC = b"ZTM100ED"

SIZES = (524_288, 2_097_152)

HEADER_BYTES = 256
DEFINITION_AT = 0x200
COUNTERS_AT = 0x10000
LOG_AT = 0x14000
SLOT_BYTES = 32
TRAILER_BYTES = 16

MOST_COUNTERS = 4_096

LOG_SLOT = Struct("<IIHHI14sH")
"""Sequence, time, code, auxiliary, value, note, CRC-16 of the 30 bytes before it."""

EMPTY_SLOT = b"\xff" * SLOT_BYTES


def log_capacity(size: int) -> int:
    """Return how many slots the log of an image of `size` bytes has."""
    return (size - TRAILER_BYTES - LOG_AT) // SLOT_BYTES


@dataclasses.dataclass
class WireHeader(ct.DataclassMixin):
    """The header of 256 bytes."""

    magic: bytes | None = ct.csfield_noinit(Literal(MAGIC))
    version: int = ct.csfield(Bounded(cs.Int16ul, VERSION, VERSION))
    header_size: int = ct.csfield(Bounded(cs.Int16ul, HEADER_BYTES, HEADER_BYTES))
    image_size: int = ct.csfield(Bounded(cs.Int32ul, min(SIZES), max(SIZES)))
    flags: MediumFlags = ct.csfield(Translated(cs.Int32ul, read_flags, flag_bits))
    generation: int = ct.csfield(cs.Int32ul)
    election: str = ct.csfield(Text(8))
    definition_sha256: str = ct.csfield(Translated(cs.Bytes(32), bytes.hex, bytes.fromhex))
    definition_version: int = ct.csfield(cs.Int16ul)
    precinct: int = ct.csfield(Bounded(cs.Int16ul, 1, 9999))
    contest_count: int = ct.csfield(Bounded(cs.Int16ul, 1, 64))
    choice_count: int = ct.csfield(Bounded(cs.Int16ul, 1, 6_400))
    card: str = ct.csfield(Text(16))
    scanner: str = ct.csfield(Text(16))
    firmware: str = ct.csfield(Text(8))
    state: CardState = ct.csfield(Translated(cs.Int8ul, CardState, int))
    copy: int = ct.csfield(cs.Int8ul)
    open_count: int = ct.csfield(cs.Int16ul)
    opened: datetime | None = ct.csfield(DeviceTime)
    closed: datetime | None = ct.csfield(DeviceTime)
    last_write: datetime | None = ct.csfield(DeviceTime)
    ballots: int = ct.csfield(cs.Int32ul)
    protective_open: int = ct.csfield(cs.Int32ul)
    protective_close: int = ct.csfield(cs.Int32ul)
    blank_ballots: int = ct.csfield(cs.Int32ul)
    overvoted_ballots: int = ct.csfield(cs.Int32ul)
    write_in_ballots: int = ct.csfield(cs.Int32ul)
    returned_ballots: int = ct.csfield(cs.Int32ul)
    unreadable_ballots: int = ct.csfield(cs.Int32ul)
    definition_at: int = ct.csfield(Bounded(cs.Int32ul, DEFINITION_AT, DEFINITION_AT))
    definition_length: int = ct.csfield(Bounded(cs.Int32ul, 16, COUNTERS_AT - DEFINITION_AT))
    counters_at: int = ct.csfield(Bounded(cs.Int32ul, COUNTERS_AT, COUNTERS_AT))
    counter_count: int = ct.csfield(Bounded(cs.Int32ul, 1, MOST_COUNTERS))
    log_at: int = ct.csfield(Bounded(cs.Int32ul, LOG_AT, LOG_AT))
    log_capacity: int = ct.csfield(cs.Int32ul)
    next_sequence: int = ct.csfield(Bounded(cs.Int32ul, 1, 0xFFFF_FFFF))
    reserved_1: None = ct.csfield_noinit(cs.Padding(12))
    banner: bytes | None = ct.csfield_noinit(Literal(BANNER))
    definition_crc: int = ct.csfield(cs.Int32ul)
    counters_crc: int = ct.csfield(cs.Int32ul)
    reserved_2: None = ct.csfield_noinit(cs.Padding(4))
    header_crc: int = ct.csfield(cs.Int32ul)
    """Of everything before it."""


@dataclasses.dataclass
class WireTrailer(ct.DataclassMixin):
    """The trailer of 16 bytes."""

    magic: bytes = ct.csfield(cs.Bytes(8))
    """Not held against TRAILER_MAGIC here: a card with a torn trailer still tells whose it is."""
    generation: int = ct.csfield(cs.Int32ul)
    image_crc: int = ct.csfield(cs.Int32ul)
    """Of the whole image before it."""


HEADER = cs.FocusedSeq("header", "header" / ct.DataclassStruct(WireHeader), cs.Terminated)
TRAILER = cs.FocusedSeq("trailer", "trailer" / ct.DataclassStruct(WireTrailer), cs.Terminated)


def header_offset(name: str) -> int:
    """Return where the field `name` begins."""
    offset = 0
    for field in dataclasses.fields(WireHeader):
        if field.name == name:
            return offset
        offset += field.metadata["subcon"].sizeof()
    raise KeyError(name)
