"""The two wrappers of USB Mass Storage Bulk-Only Transport 1.0, without any input or output."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

COMMAND_SIGNATURE = b"USBC"
STATUS_SIGNATURE = b"USBS"
COMMAND_WRAPPER = struct.Struct("<4sIIBBB16s")
STATUS_WRAPPER = struct.Struct("<4sIIB")
TO_HOST = 0x80
MAX_TAG = 0xFFFFFFFF
MAX_LUN = 0x0F


class StatusDamaged(ValueError):
    """A status that is none, or that belongs to another command."""


class Status(IntEnum):
    """How a command ended."""

    PASSED = 0
    FAILED = 1
    PHASE_ERROR = 2
    """Device and host do not agree on what is to be transferred."""


@dataclass(frozen=True, slots=True)
class CommandWrapper:
    """What a command begins with; numbers little-endian.

    0      4     8        12      13    14   15               31
    +------+-----+--------+-------+-----+----+----------------+    length  of the data, bytes
    | USBC | tag | length | flags | lun | n  | command, n used |   flags   80: data to the host
    +------+-----+--------+-------+-----+----+----------------+    n       1..16
    """

    tag: int
    length: int
    to_host: bool
    lun: int
    block: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read 31 bytes; raise ValueError naming what is wrong."""
        if len(raw) != COMMAND_WRAPPER.size:
            raise ValueError(f"a command wrapper of {len(raw)} bytes")
        signature, tag, length, flags, lun, used, block = COMMAND_WRAPPER.unpack(raw)
        if signature != COMMAND_SIGNATURE:
            raise ValueError(f"signature {signature.hex()}")
        if flags & ~TO_HOST or lun > MAX_LUN or not 1 <= used <= len(block) or any(block[used:]):
            raise ValueError(f"flags {flags:02x}, lun {lun}, command {block.hex()} of {used} bytes")
        return cls(tag, length, flags == TO_HOST, lun, block[:used])

    def to_bytes(self) -> bytes:
        """Return the 31 bytes."""
        flags = TO_HOST if self.to_host else 0
        return COMMAND_WRAPPER.pack(
            COMMAND_SIGNATURE,
            self.tag,
            self.length,
            flags,
            self.lun,
            len(self.block),
            self.block,
        )


@dataclass(frozen=True, slots=True)
class StatusWrapper:
    """What a command ends with; numbers little-endian.

    0      4     8         12      13
    +------+-----+---------+--------+    residue  bytes asked for and not given
    | USBS | tag | residue | status |
    +------+-----+---------+--------+
    """

    tag: int
    residue: int
    status: Status

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read 13 bytes; raise StatusDamaged naming what is wrong."""
        if len(raw) != STATUS_WRAPPER.size:
            raise StatusDamaged(f"a status of {len(raw)} bytes")
        signature, tag, residue, status = STATUS_WRAPPER.unpack(raw)
        if signature != STATUS_SIGNATURE:
            raise StatusDamaged(f"a status with signature {signature.hex()}")
        if status > Status.PHASE_ERROR:
            raise StatusDamaged(f"status {status}")
        return cls(tag, residue, Status(status))

    def to_bytes(self) -> bytes:
        """Return the 13 bytes."""
        return STATUS_WRAPPER.pack(STATUS_SIGNATURE, self.tag, self.residue, self.status)

    def belongs_to(self, command: CommandWrapper) -> None:
        """Raise StatusDamaged if this cannot be how `command` ended."""
        if self.tag != command.tag:
            raise StatusDamaged(f"the status of command {self.tag}, not of {command.tag}")
        if self.status is not Status.PHASE_ERROR and self.residue > command.length:
            raise StatusDamaged(f"{self.residue} of {command.length} bytes said to be missing")
