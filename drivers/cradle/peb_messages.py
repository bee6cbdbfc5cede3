"""What the frames of `zt-peb-link-1` say (project profile). There is no command that writes."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Any, Self

from drivers.cradle.peb_link import MAX_PAYLOAD, VERSION, Frame

PAGE_BYTES = 528
MAX_PAGES = 4096
ERASED_PAGE = b"\xff" * PAGE_BYTES

ANSWER = 0x80
"""Added to a command's number by its answer."""
EVENT = 0xF0
RESERVED_FOR_WRITING = range(0x40, 0x80)
"""Command numbers that a cradle always answers with FORBIDDEN."""

HELLO_REQUEST = Struct("<B")
PAGE_REQUEST = Struct("<H")
DIGEST_REQUEST = Struct("<HH")
HELLO = Struct("<BHHH24s")
SLOT = Struct("<BHI")
PEB_ID = Struct("<IBB")
PAGE = Struct(f"<H{PAGE_BYTES}s")
PAGE_MAP = Struct(f"<{MAX_PAGES // 8}s")
DIGEST = Struct("<I")
SLOT_EVENT = Struct("<BI")


class Command(IntEnum):
    """What can be asked of a cradle."""

    HELLO = 0x01
    STATUS = 0x02
    READ_ID = 0x03
    READ_PAGE = 0x04
    READ_MAP = 0x06
    DIGEST = 0x07
    CANCEL = 0x0E
    BYE = 0x0F


class Status(IntEnum):
    """The first byte of every answer."""

    OK = 0x00
    BAD_CRC = 0x01
    """The request came damaged: repeat it."""
    UNKNOWN = 0x02
    BAD_LENGTH = 0x03
    BAD_PAGE = 0x04
    NO_PEB = 0x05
    PULLED = 0x06
    """The PEB was removed during the command."""
    PAGE_CRC = 0x07
    """The page was read and its own checksum is wrong; it follows as with OK."""
    ACCESS = 0x08
    """The infrared access failed."""
    BUSY = 0x09
    BATTERY = 0x0A
    """The battery of the PEB is too low to read it."""
    FORBIDDEN = 0x0B
    IO_FLAG = 0x0C
    """The PEB carries the flag of an unfinished exchange; the data follow as with OK."""


WITH_DATA = frozenset({Status.OK, Status.PAGE_CRC, Status.IO_FLAG})


class SlotChange(IntEnum):
    """What an event tells."""

    REMOVED = 0
    INSERTED = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cradle answers to a command."""

    status: Status
    body: bytes = b""

    @classmethod
    def from_payload(cls, payload: bytes) -> Self:
        """Read the payload of an answer; raise ValueError where it has no known status."""
        if not payload:
            raise ValueError("an answer without a status")
        return cls(Status(payload[0]), payload[1:])

    def to_frame(self, command: int, sequence: int) -> Frame:
        """Return the frame that answers the request `sequence` for `command`."""
        return Frame((command + ANSWER) & 0xFF, sequence, bytes([self.status]) + self.body)


@dataclass(frozen=True, slots=True)
class Hello:
    """How a cradle introduces itself."""

    page_count: int
    """Pages that a PEB has, at most 4,096."""
    product: str
    """At most 24 characters of ASCII."""
    version: int = VERSION
    page_bytes: int = PAGE_BYTES
    max_payload: int = MAX_PAYLOAD

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read the body of an answer; raise ValueError naming what is wrong."""
        version, page_bytes, page_count, payload, product = _fields(HELLO, body, "HELLO")
        said = product.decode("ascii", "replace").rstrip(" \0")
        name = "".join(filter(str.isprintable, said))  # so that no terminal obeys it
        return cls(page_count, name, version, page_bytes, payload)

    def to_bytes(self) -> bytes:
        """Return the body of the answer."""
        name = self.product.encode("ascii").ljust(24)
        return HELLO.pack(self.version, self.page_bytes, self.page_count, self.max_payload, name)


@dataclass(frozen=True, slots=True)
class Slot:
    """State of the slot of a cradle."""

    has_peb: bool
    io_flag: bool
    battery_low: bool
    battery_mv: int
    insert_count: int

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read the body of an answer to STATUS; raise ValueError naming what is wrong."""
        flags, battery_mv, insert_count = _fields(SLOT, body, "STATUS")
        return cls(bool(flags & 1), bool(flags & 2), bool(flags & 4), battery_mv, insert_count)

    def to_bytes(self) -> bytes:
        """Return the body of the answer."""
        flags = self.has_peb | self.io_flag << 1 | self.battery_low << 2
        return SLOT.pack(flags, self.battery_mv, self.insert_count)


@dataclass(frozen=True, slots=True)
class PebId:
    """Which PEB is in the slot."""

    serial: int
    kind: int
    """1 supervisor, 2 voter."""
    revision: int

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read the body of an answer to READ_ID; raise ValueError naming what is wrong."""
        return cls(*_fields(PEB_ID, body, "READ_ID"))

    def to_bytes(self) -> bytes:
        """Return the body of the answer."""
        return PEB_ID.pack(self.serial, self.kind, self.revision)


@dataclass(frozen=True, slots=True)
class SlotEvent:
    """What a cradle tells without being asked."""

    change: SlotChange
    serial: int
    """0 where it was not read."""

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the payload of an event; raise ValueError naming what is wrong."""
        change, serial = _fields(SLOT_EVENT, payload, "event")
        return cls(SlotChange(change), serial)

    def to_frame(self) -> Frame:
        """Return the frame that tells it."""
        return Frame(EVENT, 0, SLOT_EVENT.pack(self.change, self.serial))


def page_from(body: bytes, page: int) -> bytes:
    """Return the 528 bytes in an answer to READ_PAGE; raise ValueError where it is not `page`."""
    number, data = _fields(PAGE, body, "READ_PAGE")
    if number != page:
        raise ValueError(f"page {number} in place of {page}")
    return bytes(data)


def pages_from(body: bytes) -> frozenset[int]:
    """Return the pages that are not erased, from an answer to READ_MAP; raise ValueError."""
    (bits,) = _fields(PAGE_MAP, body, "READ_MAP")
    return frozenset(
        8 * at + bit for at, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1
    )


def map_of(pages: frozenset[int]) -> bytes:
    """Return the body of an answer to READ_MAP; `pages` are those that are not erased."""
    bits = bytearray(PAGE_MAP.size)
    for page in pages:
        bits[page // 8] |= 1 << page % 8
    return bytes(bits)


def digest_from(body: bytes) -> int:
    """Return the CRC-32 in an answer to DIGEST; raise ValueError naming what is wrong."""
    (digest,) = _fields(DIGEST, body, "DIGEST")
    return int(digest)


def _fields(layout: Struct, body: bytes, what: str) -> tuple[Any, ...]:
    if len(body) != layout.size:
        raise ValueError(f"{what} has {len(body)} bytes in place of {layout.size}")
    return layout.unpack(body)
