# ruff: noqa: RUF009  # csfield is a mark of construct-typing; no two records share a value
"""Layout of `zt-peb-1`, page by page. PROJECT PROFILE - NOT THE VENDOR FORMAT.

       0        1..255       256..271       272..303    304..559    560..4095
    +--------+------------+--------------+------------+-----------+----------+
    | header | definition | terminals    | counters   | write-ins | erased   |
    +--------+------------+--------------+------------+-----------+----------+
               512 B each   8 of 64 B      128 of u32   8 of 64 B

      0           512    514   515   516          520    524   526
    +-----------+------+------+-----+------------+------+-----+-----+
    |   data    | page | kind |  -  | generation | time |  -  | crc |   crc  CRC-16 of bytes 0..525
    +-----------+------+------+-----+------------+------+-----+-----+

Numbers are little-endian. An erased page is FF throughout. The pages are those of the DataFlash
part that the PEB is built with (Atmel AT45DB161B); that is all of it that is published.
"""

import dataclasses
from datetime import datetime
from enum import IntEnum
from struct import Struct
from typing import NamedTuple

import construct as cs
import construct_typed as ct

from election.media import MediumFlags, PebKind, PebState, TerminalState
from parsers.media.device_time import DeviceTime
from parsers.media.fields import Bounded, Literal, Text, Translated
from parsers.media.flags import flag_bits, read_flags
from parsers.media.profile import BANNER, Firmware

MAGIC = b"ZTPEB001"
VERSION = 1

PAGE_BYTES = 528
DATA_BYTES = 512
PAGES = 4_096
IMAGE_BYTES = PAGES * PAGE_BYTES

TRAILER = Struct("<HBxIIxxH")
"""Page number, kind, generation, time, CRC-16."""
CRC_BYTES = 2

ERASED = b"\xff" * PAGE_BYTES

COUNTER_BYTES = 4
TERMINAL_BYTES = 64
WRITE_IN_BYTES = 64

MOST_TERMINALS = 128
MOST_COUNTERS = 4_096
MOST_WRITE_INS = 2_048
MOST_COUNT = 65_535
MOST_WRITE_IN_TEXT = 40


class Region(NamedTuple):
    """Neighbouring pages of one kind; `first` is always written, except where there are none."""

    kind: int
    name: str
    first: int
    pages: int


HEADER_REGION = Region(1, "header", 0, 1)
DEFINITION_REGION = Region(2, "definition", 1, 255)
TERMINAL_REGION = Region(3, "terminals", 256, 16)
COUNTER_REGION = Region(4, "counters", 272, 32)
WRITE_IN_REGION = Region(5, "write-ins", 304, 256)

MOST_DEFINITION = DEFINITION_REGION.pages * DATA_BYTES


class TerminalMark(IntEnum):
    """Flag bits of a terminal's record."""

    OPENED_BY_ANOTHER = 1
    COLLECTED_BY_ANOTHER = 2
    IO_FLAG = 4
    TAPE_OVERRIDE = 8


_COUNT = Bounded(cs.Int32ul, 0, MOST_COUNT)


@dataclasses.dataclass
class WireHeader(ct.DataclassMixin):
    """Data of the header page."""

    magic: bytes | None = ct.csfield_noinit(Literal(MAGIC))
    version: int = ct.csfield(Bounded(cs.Int16ul, VERSION, VERSION))
    page_bytes: int = ct.csfield(Bounded(cs.Int16ul, PAGE_BYTES, PAGE_BYTES))
    page_count: int = ct.csfield(Bounded(cs.Int16ul, PAGES, PAGES))
    kind: PebKind = ct.csfield(Translated(cs.Int8ul, PebKind, int))
    is_master: int = ct.csfield(Bounded(cs.Int8ul, 0, 1))
    peb: int = ct.csfield(Bounded(cs.Int32ul, 1, 999_999))
    qualification_code: int = ct.csfield(cs.Int32ul)
    election: str = ct.csfield(Text(8))
    definition_sha256: str = ct.csfield(Translated(cs.Bytes(32), bytes.hex, bytes.fromhex))
    definition_version: int = ct.csfield(cs.Int16ul)
    precinct: int = ct.csfield(Bounded(cs.Int16ul, 0, 9_999))
    flags: MediumFlags = ct.csfield(Translated(cs.Int32ul, read_flags, flag_bits))
    generation: int = ct.csfield(cs.Int32ul)
    state: PebState = ct.csfield(Translated(cs.Int8ul, PebState, int))
    terminal_count: int = ct.csfield(Bounded(cs.Int8ul, 0, MOST_TERMINALS))
    contest_count: int = ct.csfield(cs.Int16ul)
    first_open: datetime | None = ct.csfield(DeviceTime)
    last_close: datetime | None = ct.csfield(DeviceTime)
    zero_tape: datetime | None = ct.csfield(DeviceTime)
    results_tape: datetime | None = ct.csfield(DeviceTime)
    zero_tapes: int = ct.csfield(cs.Int16ul)
    results_tapes: int = ct.csfield(cs.Int16ul)
    ballots: int = ct.csfield(cs.Int32ul)
    counter_count: int = ct.csfield(Bounded(cs.Int16ul, 1, MOST_COUNTERS))
    write_in_count: int = ct.csfield(Bounded(cs.Int16ul, 0, MOST_WRITE_INS))
    definition_length: int = ct.csfield(Bounded(cs.Int32ul, 16, MOST_DEFINITION))
    definition_crc: int = ct.csfield(cs.Int32ul)
    counters_crc: int = ct.csfield(cs.Int32ul)
    last_write: datetime | None = ct.csfield(DeviceTime)
    reserved_1: None = ct.csfield_noinit(cs.Padding(4))
    banner: bytes | None = ct.csfield_noinit(Literal(BANNER))
    reserved_2: None = ct.csfield_noinit(cs.Padding(DATA_BYTES - 0xA8))


@dataclasses.dataclass
class WireTerminal(ct.DataclassMixin):
    """What a PEB holds about one terminal."""

    serial: int = ct.csfield(Bounded(cs.Int32ul, 1, 9_999_999))
    state: TerminalState = ct.csfield(Translated(cs.Int8ul, TerminalState, int))
    marks: int = ct.csfield(Bounded(cs.Int8ul, 0, sum(TerminalMark)))
    order: int = ct.csfield(cs.Int16ul)
    opened: datetime | None = ct.csfield(DeviceTime)
    closed: datetime | None = ct.csfield(DeviceTime)
    votes: int = ct.csfield(_COUNT)
    votes_by_poll_worker: int = ct.csfield(_COUNT)
    protective_open: int = ct.csfield(cs.Int32ul)
    protective_close: int = ct.csfield(cs.Int32ul)
    opening_peb: int = ct.csfield(Bounded(cs.Int32ul, 0, 999_999))
    closing_peb: int = ct.csfield(Bounded(cs.Int32ul, 0, 999_999))
    cancelled: int = ct.csfield(_COUNT)
    firmware: str = ct.csfield(Firmware)
    reserved: None = ct.csfield_noinit(cs.Padding(16))


@dataclasses.dataclass
class WireWriteIn(ct.DataclassMixin):
    """One text that a voter typed."""

    contest: int = ct.csfield(Bounded(cs.Int16ul, 1, 9_999))
    length: int = ct.csfield(Bounded(cs.Int8ul, 0, MOST_WRITE_IN_TEXT))
    reserved_1: None = ct.csfield_noinit(cs.Padding(1))
    text: str = ct.csfield(Text(MOST_WRITE_IN_TEXT))
    reserved_2: None = ct.csfield_noinit(cs.Padding(20))


HEADER = cs.FocusedSeq("header", "header" / ct.DataclassStruct(WireHeader), cs.Terminated)
TERMINAL = cs.FocusedSeq("terminal", "terminal" / ct.DataclassStruct(WireTerminal), cs.Terminated)
WRITE_IN = cs.FocusedSeq("write_in", "write_in" / ct.DataclassStruct(WireWriteIn), cs.Terminated)


def header_offset(name: str) -> int:
    """Return where the field `name` of the header begins."""
    offset = 0
    for field in dataclasses.fields(WireHeader):
        if field.name == name:
            return offset
        offset += field.metadata["subcon"].sizeof()
    raise KeyError(name)
