"""The two bulk pipes of a mass storage device, as the transport uses them: real, or replayed."""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Protocol, Self

INTERFACE = Struct("<9B")
ENDPOINT = Struct("<BBBBHB")
"""USB 2.0, tables 9-12 and 9-13."""
INTERFACE_TYPE, ENDPOINT_TYPE = 4, 5
BULK_ONLY_SCSI = (0x08, 0x06, 0x50)
"""Class, subclass and protocol: mass storage, transparent SCSI commands, Bulk-Only Transport."""
BULK = 2


class Pipe(IntEnum):
    """One of the two bulk endpoints, as the mask of its direction."""

    IN = 0x80
    OUT = 0x00


@dataclass(frozen=True, slots=True)
class PipeAddresses:
    """Where the pipes of a device end, by the numbers in its descriptors."""

    interface: int
    endpoint_in: int
    endpoint_out: int
    packet_bytes: int
    """Of the bulk IN endpoint: a shorter packet ends a transfer."""

    def of(self, pipe: Pipe) -> int:
        """Return the address of an endpoint."""
        return self.endpoint_in if pipe else self.endpoint_out

    def to_bytes(self) -> bytes:
        """Return an interface descriptor and those of its two endpoints."""
        interface = INTERFACE.pack(
            INTERFACE.size, INTERFACE_TYPE, self.interface, 0, len(Pipe), *BULK_ONLY_SCSI, 0
        )
        ends = (
            ENDPOINT.pack(ENDPOINT.size, ENDPOINT_TYPE, self.of(pipe), BULK, self.packet_bytes, 0)
            for pipe in Pipe
        )
        return interface + b"".join(ends)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Read what `to_bytes` returns; raise ValueError."""
        if len(raw) != INTERFACE.size + len(Pipe) * ENDPOINT.size:
            raise ValueError(f"{len(raw)} bytes are no interface with two endpoints")
        interface = INTERFACE.unpack_from(raw)[2]
        incoming, outgoing = (
            ENDPOINT.unpack_from(raw, INTERFACE.size + at * ENDPOINT.size) for at in (0, 1)
        )
        return cls(interface, incoming[2], outgoing[2], incoming[4])


class Pipes(Protocol):
    """One device that is taken from the kernel's driver while it is open; used by one thread.

    Calls raise DeviceGone, or TransferFault when only the one transfer came to nothing.
    """

    @property
    def packet_bytes(self) -> int:
        """Of the IN endpoint; known once it is open."""
        ...

    def open(self) -> None:
        """Take the interface; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        ...

    def close(self) -> None:
        """Give the interface back to the kernel's driver; never raises."""
        ...

    def write(self, data: bytes, timeout_ms: int) -> None:
        """Send `data` as one transfer."""
        ...

    def read(self, size: int, timeout_ms: int) -> bytes:
        """Return what one transfer of at most `size` bytes brings; it may be short."""
        ...

    def clear_halt(self, pipe: Pipe) -> None:
        """Let a halted endpoint go on."""
        ...

    def reset(self) -> None:
        """Ask for a Bulk-Only Mass Storage Reset; the endpoints stay halted until cleared."""
        ...

    def last_lun(self) -> bytes:
        """Return the answer to GET MAX LUN, one byte; devices with one unit may stall it."""
        ...
