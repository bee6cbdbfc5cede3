"""The SCSI commands that can be sent: they read, and there is no way to build another.

Command bytes and sense codes: SPC-3 and SBC-2.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Self

BLOCK_SIZES = (512, 1024, 2048, 4096)
MAX_BLOCKS = 0xFFFF
"""What the count of READ(10) can say."""

CANNOT_SAY = 0xFFFFFFFF
"""The last block, where it is beyond what READ CAPACITY(10) and READ(10) can name."""

FIXED_SENSE = (0x70, 0x71)
DESCRIPTOR_SENSE = (0x72, 0x73)


class Query(Enum):
    """A command without choices: its bytes, and the most that it is answered with."""

    TEST_UNIT_READY = (bytes(6), 0)
    REQUEST_SENSE = (bytes.fromhex("030000001200"), 18)
    INQUIRY = (bytes.fromhex("120000002400"), 36)
    MODE_SENSE = (bytes.fromhex("1a003f00c000"), 192)
    """All pages; the write-protect bit is in their header."""
    READ_CAPACITY = (bytes([0x25]) + bytes(9), 8)

    def __init__(self, block: bytes, answer_bytes: int) -> None:
        self.block = block
        self.answer_bytes = answer_bytes

    @property
    def is_exact(self) -> bool:
        """Whether a shorter answer is an error."""
        return self is Query.READ_CAPACITY

    def __str__(self) -> str:
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Read10:
    """READ(10): `blocks` of `block_bytes`, from block `first` on."""

    first: int
    blocks: int
    block_bytes: int

    is_exact = True

    def __post_init__(self) -> None:
        if not 1 <= self.blocks <= MAX_BLOCKS or self.block_bytes not in BLOCK_SIZES:
            raise ValueError(f"{self.blocks} blocks of {self.block_bytes} bytes")
        if not 0 <= self.first <= CANNOT_SAY - self.blocks:
            raise ValueError(f"{self.blocks} blocks from {self.first}")

    @property
    def block(self) -> bytes:
        """The ten bytes of the command."""
        first, blocks = self.first.to_bytes(4, "big"), self.blocks.to_bytes(2, "big")
        return b"\x28\x00" + first + b"\x00" + blocks + b"\x00"

    @property
    def answer_bytes(self) -> int:
        """How many bytes are asked for."""
        return self.blocks * self.block_bytes

    def __str__(self) -> str:
        return f"READ of blocks {self.first} to {self.first + self.blocks - 1}"


Command = Query | Read10


class SenseKey(IntEnum):
    """Why a command failed, in kind; the codes of others are kept as they are."""

    NOT_READY = 0x2
    MEDIUM_ERROR = 0x3
    HARDWARE_ERROR = 0x4
    ILLEGAL_REQUEST = 0x5
    UNIT_ATTENTION = 0x6
    ABORTED_COMMAND = 0xB


@dataclass(frozen=True, slots=True)
class Sense:
    """Why a command failed, as REQUEST SENSE tells."""

    key: int
    code: int
    qualifier: int
    at_block: int | None = None
    """Where, if the device says it."""

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read fixed or descriptor format; raise ValueError for anything else."""
        form = raw[0] & 0x7F if raw else 0
        if form in FIXED_SENSE and len(raw) >= 14:
            is_valid = raw[0] & 0x80
            at = int.from_bytes(raw[3:7], "big") if is_valid else None
            return cls(raw[2] & 0x0F, raw[12], raw[13], at)
        if form in DESCRIPTOR_SENSE and len(raw) >= 8:
            return cls(raw[1] & 0x0F, raw[2], raw[3])
        raise ValueError(f"sense data {raw.hex(' ') or 'without a byte'}")

    def __str__(self) -> str:
        known = self.key in set(SenseKey)
        kind = SenseKey(self.key).name.replace("_", " ").lower() if known else "error"
        at = "" if self.at_block is None else f" at block {self.at_block}"
        return f"{kind} {self.key:X}/{self.code:02X}/{self.qualifier:02X}{at}"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How a unit introduces itself."""

    qualifier: int
    """0: there is such a unit."""
    kind: int
    """0: a block device."""
    vendor: str
    product: str
    revision: str

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read the standard answer; raise ValueError where it is shorter than that."""
        if len(raw) < Query.INQUIRY.answer_bytes:
            raise ValueError(f"INQUIRY was answered with {len(raw)} bytes")
        texts = (_printable(raw[a:b]) for a, b in ((8, 16), (16, 32), (32, 36)))
        return cls(raw[0] >> 5, raw[0] & 0x1F, *texts)

    def __str__(self) -> str:
        return f"{self.vendor} {self.product}, revision {self.revision}"


@dataclass(frozen=True, slots=True)
class Capacity:
    """How large a medium is."""

    blocks: int
    block_bytes: int

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read 8 bytes; raise ValueError for a size that cannot be read with READ(10)."""
        last, block_bytes = int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:8], "big")
        if last == CANNOT_SAY:
            raise ValueError("it has more blocks than READ CAPACITY can say")
        if block_bytes not in BLOCK_SIZES:
            raise ValueError(f"it says that its blocks have {block_bytes} bytes")
        return cls(last + 1, block_bytes)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.blocks * self.block_bytes

    def __str__(self) -> str:
        return f"{self.blocks} blocks of {self.block_bytes} bytes"


def is_write_protected(mode_sense: bytes) -> bool:
    """Return the write-protect bit of a MODE SENSE(6) answer; raise ValueError without one."""
    if len(mode_sense) < 4:
        raise ValueError(f"MODE SENSE was answered with {len(mode_sense)} bytes")
    return bool(mode_sense[2] & 0x80)


def _printable(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in raw).strip()
