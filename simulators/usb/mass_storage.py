"""A simulated card reader: SCSI over Bulk-Only Transport, from an image that it cannot change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from mmap import mmap
from typing import TypeGuard

from drivers.usb.bulk_only import CommandWrapper, Status, StatusWrapper
from simulators.usb.device import Endpoint, Interface, Setup, Stall, TransferKind
from simulators.usb.in_queue import InQueue

PACKET_BYTES = 512
"""High speed, USB 2.0 section 5.8.3."""
BULK_IN, BULK_OUT = 0x81, 0x02

READ = 0x28
MODE_HEADER_BYTES = 4

Sense = tuple[int, int, int]
GOOD: Sense = (0, 0, 0)
BECOMING_READY: Sense = (0x2, 0x04, 0x01)
NO_MEDIUM: Sense = (0x2, 0x3A, 0x00)
UNREADABLE: Sense = (0x3, 0x11, 0x00)
UNKNOWN_COMMAND: Sense = (0x5, 0x20, 0x00)
OUT_OF_RANGE: Sense = (0x5, 0x21, 0x00)
NOT_IN_COMMAND: Sense = (0x5, 0x24, 0x00)
MEDIUM_CHANGED: Sense = (0x6, 0x28, 0x00)
POWER_ON: Sense = (0x6, 0x29, 0x00)
ABORTED: Sense = (0xB, 0x00, 0x00)


class ReadFault(StrEnum):
    """What goes wrong with one READ(10), once."""

    STALL = "stall"
    """The endpoint halts instead of the data; the command failed."""
    PHASE_ERROR = "phase-error"
    WRONG_TAG = "wrong-tag"
    DAMAGED_STATUS = "damaged-status"
    LOST_STATUS = "lost-status"
    DOUBLED_STATUS = "doubled-status"
    SHORT_DATA = "short-data"
    """The last block does not come, and the status says so."""
    HIDDEN_SHORT_DATA = "hidden-short-data"
    """The last block does not come, and the status says that all is well."""
    WRONG_RESIDUE = "wrong-residue"
    """All of it comes, and the status says that a byte is missing."""


@dataclass(slots=True)
class StorageFaults:
    """Switches; nothing here is random. Offsets are in bytes of the medium."""

    write_protection_off: bool = False
    write_protection_untold: bool = False
    """MODE SENSE is refused."""
    attention_after_reset: bool = False
    """The reader says after each reset of its transport that it was reset."""
    not_ready_polls: int = 0
    """TEST UNIT READY that are still answered with: becoming ready."""
    at_read: dict[int, ReadFault] = field(default_factory=dict)
    """By the number of the READ since the plug, from 1."""
    unreadable_at: int | None = None
    """The block with this offset can never be read."""
    removed_at: int | None = None
    """The medium is taken out when this offset is read."""
    changed_at: int | None = None
    """The medium is taken out and put in again when this offset is read."""
    differs_at: int | None = None
    """This byte is right the first time that it is read, and wrong ever after."""


class MassStorage:
    """One slot with one medium. What is not on the list of commands is noted in `violations`."""

    def __init__(
        self,
        image: bytes | mmap | None,
        *,
        block_bytes: int = 512,
        faults: StorageFaults | None = None,
        inquiry: tuple[str, str, str] = ("ZEROTAPE", "CARD READER", "1.0"),
    ) -> None:
        self.faults = faults or StorageFaults()
        self.violations: list[str] = []
        """Every command that no reader of votes may send."""
        self.reads = 0
        """READ commands since the plug."""
        self.capacity_blocks: int | None = None
        """What READ CAPACITY says instead of the truth."""
        self.block_bytes = block_bytes
        self.interfaces = (
            Interface(
                0,
                (0x08, 0x06, 0x50),
                (
                    Endpoint(BULK_IN, TransferKind.BULK, PACKET_BYTES),
                    Endpoint(BULK_OUT, TransferKind.BULK, PACKET_BYTES),
                ),
            ),
        )
        self._image = memoryview(image).toreadonly() if image is not None else None
        self._inquiry = inquiry
        self._queue = InQueue(PACKET_BYTES)
        self._is_out_halted = False
        self._needs_reset = False
        self._attention: Sense = POWER_ON
        self._sense: Sense = GOOD
        self._sense_block: int | None = None
        self._seen_differing = False
        self._queries: dict[int, Callable[[], bytes]] = {
            0x00: self._test_unit_ready,
            0x03: self._request_sense,
            0x12: self._introduce,
            0x1A: self._mode_sense,
            0x25: self._read_capacity,
        }

    @property
    def has_medium(self) -> bool:
        """Whether one is in the slot."""
        return self._image is not None

    def insert(self, image: bytes) -> None:
        """Put another medium in."""
        self._image = memoryview(image).toreadonly()
        self._attention = MEDIUM_CHANGED

    def remove(self) -> None:
        """Take the medium out."""
        self._image = None

    def control(self, setup: Setup, data: bytes) -> bytes:  # noqa: ARG002  # the protocol's
        """Answer the two class requests."""
        match setup.kind, setup.request:
            case 0xA1, 0xFE:  # GET MAX LUN
                return b"\0"
            case 0x21, 0xFF:  # Bulk-Only Mass Storage Reset
                self._queue.clear()
                self._needs_reset = False
                if self.faults.attention_after_reset:
                    self._attention = POWER_ON
                return b""
            case _:
                raise Stall

    def take(self, endpoint: int, data: bytes) -> None:  # noqa: ARG002  # there is but one
        """Take a command wrapper, and do the command."""
        if self._is_out_halted or self._needs_reset:
            self._is_out_halted = True
            raise Stall
        try:
            wrapper = CommandWrapper.from_bytes(data)
        except ValueError as error:
            self.violations.append(str(error))
            self._needs_reset = self._is_out_halted = True
            raise Stall from error
        self._do(wrapper)

    def give(self, endpoint: int, size: int) -> bytes | None:  # noqa: ARG002  # there is but one
        """Return data or status."""
        taken = self._queue.take(size)
        if self._queue.is_halted or self._needs_reset:
            raise Stall
        return taken

    def clear_halt(self, endpoint: int) -> None:
        """Let an endpoint go on; after a damaged command only a reset does."""
        if endpoint == BULK_IN:
            self._queue.is_halted = False
        else:
            self._is_out_halted = False

    def reset(self) -> None:
        """Be as after the plug."""
        self._queue.clear()
        self._is_out_halted = self._needs_reset = False
        self._attention = POWER_ON

    def _do(self, wrapper: CommandWrapper) -> None:
        fault = None
        if wrapper.block[0] == READ:
            self.reads += 1
            fault = self.faults.at_read.get(self.reads)
        try:
            data = self._answer(wrapper, fault)[: wrapper.length]
        except _Refused as refused:
            self._sense, self._sense_block = refused.sense, refused.block
            if wrapper.length:
                self._queue.push_halt()
            self._end(wrapper, wrapper.length, Status.FAILED, None)
        else:
            self._respond(wrapper, data, fault)

    def _answer(self, wrapper: CommandWrapper, fault: ReadFault | None) -> bytes | memoryview:
        if fault is ReadFault.STALL:
            raise _Refused(ABORTED)
        operation = wrapper.block[0]
        if operation not in self._queries and operation != READ:
            self.violations.append(f"command {wrapper.block.hex(' ')}")
            raise _Refused(UNKNOWN_COMMAND)
        if not wrapper.to_host and wrapper.length:
            self.violations.append(f"{wrapper.length} bytes to the device: {wrapper}")
            raise _Refused(NOT_IN_COMMAND)
        return self._read(wrapper) if operation == READ else self._queries[operation]()

    def _respond(
        self, wrapper: CommandWrapper, data: bytes | memoryview, fault: ReadFault | None
    ) -> None:
        status = Status.PASSED
        if fault in (ReadFault.SHORT_DATA, ReadFault.HIDDEN_SHORT_DATA):
            data = data[: -self.block_bytes]
        if fault is ReadFault.PHASE_ERROR:
            data, status = b"", Status.PHASE_ERROR
        residue = wrapper.length - len(data)
        self._queue.push(data, ended=bool(residue))
        self._end(wrapper, residue, status, fault)

    def _end(
        self, wrapper: CommandWrapper, residue: int, status: Status, fault: ReadFault | None
    ) -> None:
        tag = wrapper.tag ^ (fault is ReadFault.WRONG_TAG)
        if fault is ReadFault.HIDDEN_SHORT_DATA:
            residue = 0
        if fault is ReadFault.WRONG_RESIDUE:
            residue = 1
        raw = StatusWrapper(tag, residue, status).to_bytes()
        if fault is ReadFault.DAMAGED_STATUS:
            raw = b"USBX" + raw[4:]
        if fault is not ReadFault.LOST_STATUS:
            self._queue.push(raw)
        if fault is ReadFault.DOUBLED_STATUS:
            self._queue.push(raw)

    def _test_unit_ready(self) -> bytes:
        if self.faults.not_ready_polls:
            self.faults.not_ready_polls -= 1
            raise _Refused(BECOMING_READY)
        self._medium()
        return b""

    def _request_sense(self) -> bytes:
        (key, code, qualifier), block = self._sense, self._sense_block
        self._sense, self._sense_block = GOOD, None
        valid = 0x80 if block is not None else 0
        at = (block or 0).to_bytes(4, "big")
        return bytes([0x70 | valid, 0, key, *at, 10, 0, 0, 0, 0, code, qualifier, 0, 0, 0, 0])

    def _introduce(self) -> bytes:
        widths = (8, 16, 4)
        texts = (t.encode().ljust(n)[:n] for t, n in zip(self._inquiry, widths, strict=True))
        return bytes([0, 0x80, 4, 2, 31, 0, 0, 0]) + b"".join(texts)

    def _mode_sense(self) -> bytes:
        self._medium()
        if self.faults.write_protection_untold:
            raise _Refused(NOT_IN_COMMAND)
        protected = 0 if self.faults.write_protection_off else 0x80
        return bytes([MODE_HEADER_BYTES - 1, 0, protected, 0])

    def _read_capacity(self) -> bytes:
        blocks = self.capacity_blocks or len(self._medium()) // self.block_bytes
        return (blocks - 1).to_bytes(4, "big") + self.block_bytes.to_bytes(4, "big")

    def _read(self, wrapper: CommandWrapper) -> bytes | memoryview:
        image = self._medium()
        first = int.from_bytes(wrapper.block[2:6], "big")
        begin = first * self.block_bytes
        end = begin + int.from_bytes(wrapper.block[7:9], "big") * self.block_bytes
        if end > len(image):
            self.violations.append(f"a read up to byte {end} of {len(image)}")
            raise _Refused(OUT_OF_RANGE)
        faults = self.faults
        if _is_within(faults.removed_at, begin, end):
            faults.removed_at = None
            self.remove()
            raise _Refused(NO_MEDIUM)
        if _is_within(faults.changed_at, begin, end):
            faults.changed_at = None
            raise _Refused(MEDIUM_CHANGED)
        if _is_within(faults.unreadable_at, begin, end):
            raise _Refused(UNREADABLE, faults.unreadable_at // self.block_bytes)
        return self._as_read(image[begin:end], begin)

    def _as_read(self, data: memoryview, begin: int) -> bytes | memoryview:
        at = self.faults.differs_at
        if not _is_within(at, begin, begin + len(data)):
            return data
        was_seen, self._seen_differing = self._seen_differing, True
        if not was_seen:
            return data
        changed = bytearray(data)
        changed[at - begin] ^= 0x01
        return bytes(changed)

    def _medium(self) -> memoryview:
        """Return what is in the slot, after the attention that is due."""
        if self._attention != GOOD:
            due, self._attention = self._attention, GOOD
            raise _Refused(due)
        if self._image is None:
            raise _Refused(NO_MEDIUM)
        return self._image


class _Refused(Exception):
    """A command that fails with `sense`."""

    def __init__(self, sense: Sense, block: int | None = None) -> None:
        super().__init__(sense)
        self.sense = sense
        self.block = block


def _is_within(offset: int | None, begin: int, end: int) -> TypeGuard[int]:
    return offset is not None and begin <= offset < end
