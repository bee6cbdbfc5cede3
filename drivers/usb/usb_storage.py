"""The driver `usb-storage`: CompactFlash in a USB reader, read from user space, never mounted."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, DeviceMatch
from drivers.line import Clock
from drivers.media.reader import MediumReader
from drivers.media.source import MediumRemoved, MediumUnreadable, Sink
from drivers.media.visit import MediaSettings
from drivers.transcripts.crossing import Record
from drivers.usb.backend import libusb
from drivers.usb.bulk_only import MAX_LUN
from drivers.usb.bulk_pipes import TRANSFER_BYTES, BulkPipes
from drivers.usb.bulk_transport import BulkTransport, CommandFailed, TransferBroken
from drivers.usb.errors import Stalled, TransferFault
from drivers.usb.pipes import Pipes
from drivers.usb.scsi import (
    Capacity,
    Command,
    Inquiry,
    Query,
    Read10,
    Sense,
    SenseKey,
    is_write_protected,
)
from drivers.usb.storage_interfaces import the_storage_interface
from election.captures import WriteProtection

ATTEMPTS = 3
"""How often a command is tried before the medium, or the device, is given up."""

NO_MEDIUM = 0x3A
"""Additional sense code of NOT READY."""

WAS_RESET = 0x29
"""Additional sense code of UNIT ATTENTION; after a medium was changed it is another one."""


class UsbStorageSettings(MediaSettings):
    """Which reader is meant, which of its slots, and how patient to be."""

    match: DeviceMatch
    lun: int = Field(default=0, ge=0, le=MAX_LUN)
    """Logical unit: the slot, in a reader with several."""
    answer_s: float = Field(default=2.0, ge=0.05, le=30)
    """Longest wait for the answer to one command; it is given up after three of them."""


class CommandRefused(MediumUnreadable):
    """The reader does not know the command, or not as it was asked."""


class UsbStorage:
    """One slot of a card reader.

    A command is given up after ATTEMPTS * (answer_s + LONGEST_AFTERMATH_S), 12 s by default; with
    a device that still answers, in a fraction of that.
    """

    medium_kind = "compact-flash"

    def __init__(
        self,
        device: str,
        settings: UsbStorageSettings,
        record: Record,
        backend: Callable[[str], Any] = libusb,
        *,
        pipes: Pipes | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`pipes` and `clock` stand in for the reader and the time, such as in a replay."""
        self._device = device
        self._settings = settings
        self._record = record
        self._backend = backend
        self._given_pipes = pipes
        self._clock = clock
        self._pipes: Pipes | None = None
        self._transport: BulkTransport | None = None
        self._attached: AttachedDevice | None = None
        self._insertions = 0
        self._is_inserted = False
        self._facts: dict[str, str] = {}
        self._repeats = 0

    def open(self) -> None:
        """Find the reader and take it; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        settings = self._settings
        pipes = self._pipes = self._given_pipes or self._found_pipes()
        pipes.open()
        self._transport = BulkTransport(
            self._device, pipes, lun=settings.lun, answer_s=settings.answer_s, clock=self._clock
        )
        try:
            last = self._last_lun(pipes)
            inquiry = Inquiry.from_bytes(self._transport.run(Query.INQUIRY))
        except (TransferFault, TransferBroken, CommandFailed, ValueError) as error:
            detail = getattr(error, "detail", error)
            raise DeviceBlocked(self._device, f"it does not introduce itself ({detail})") from error
        if settings.lun > last or inquiry.qualifier or inquiry.kind:
            raise DeviceRefused(
                self._device,
                f"unit {settings.lun} of 0 to {last} is no card slot ({inquiry}). Correct `lun`.",
            )
        self._facts = {"reader": f"says that it is {inquiry}"}

    def close(self) -> None:
        """Give the reader back to the kernel; never raises."""
        if self._pipes is not None:
            self._pipes.close()
        self._pipes = self._transport = None

    def present(self) -> str | None:
        """Return the number of the insertion; None without a medium that is ready."""
        sense = self._readiness()
        if sense and sense.key in (SenseKey.NOT_READY, SenseKey.UNIT_ATTENTION):
            self._is_inserted = False
            return None
        if not self._is_inserted:
            self._insertions += 1
            self._is_inserted = True
        return str(self._insertions)

    def protection(self) -> WriteProtection:
        """Return what MODE SENSE says; unknown only where the reader does not know the command."""
        self._repeats = 0
        try:
            protected = is_write_protected(self._answer(Query.MODE_SENSE))
        except (CommandRefused, ValueError):
            return WriteProtection.UNKNOWN
        return WriteProtection.ON if protected else WriteProtection.OFF

    def read(self, sink: Sink) -> None:
        """Read all blocks; raise DeviceGone, MediumRemoved or MediumUnreadable."""
        capacity = self._capacity()
        sink.expect(capacity.size)
        step = TRANSFER_BYTES // capacity.block_bytes
        for first in range(0, capacity.blocks, step):
            blocks = min(step, capacity.blocks - first)
            sink.add(self._answer(Read10(first, blocks, capacity.block_bytes), sink))

    def identity(self) -> str:
        """Return the strings, numbers and port of the reader."""
        return str(self._attached) if self._attached else ""

    def facts(self) -> tuple[str, ...]:
        """Return what INQUIRY and READ CAPACITY said, and how smoothly it went."""
        said = [f"{subject} {words}" for subject, words in self._facts.items()]
        return (*said, f"commands repeated: {self._repeats}")

    def _found_pipes(self) -> Pipes:
        backend = self._backend(self._device)
        interface = the_storage_interface(self._device, self._settings.match, backend)
        self._attached = interface.attached
        return BulkPipes(self._device, interface, self._record)

    def _capacity(self) -> Capacity:
        try:
            capacity = Capacity.from_bytes(self._answer(Query.READ_CAPACITY))
        except ValueError as error:
            raise MediumUnreadable(self._device, str(error)) from error
        self._facts["medium"] = f"has {capacity}"
        return capacity

    def _readiness(self) -> Sense | None:
        """Return why the medium is not ready; None when it is."""
        sense: Sense | None = None
        broken = ""
        for _ in range(ATTEMPTS):
            try:
                self._opened().run(Query.TEST_UNIT_READY)
                return None
            except CommandFailed as error:
                sense = error.sense
                if sense.key != SenseKey.UNIT_ATTENTION:
                    return sense
                self._is_inserted = False  # said once, by the command after the change
            except TransferBroken as error:
                broken = error.detail
        if sense is None:
            raise DeviceGone(self._device, f"it does not answer: {broken}. Unplug it first")
        return sense

    def _answer(self, command: Command, sink: Sink | None = None) -> bytes:
        """Return the answer to `command`; `sink` may end the attempts."""
        problem = ""
        we_reset_it = False
        for _ in range(ATTEMPTS):
            try:
                return self._opened().run(command)
            except CommandFailed as error:
                if not (we_reset_it and error.sense.code == WAS_RESET):
                    self._raise_if_final(command, error.sense)
                problem = error.detail
            except TransferBroken as error:
                problem = error.detail
                we_reset_it = True
            self._repeats += 1
            if sink:
                sink.add(b"")
        raise MediumUnreadable(
            self._device, f"{command} failed {ATTEMPTS} times, at last with: {problem}"
        )

    def _raise_if_final(self, command: Command, sense: Sense) -> None:
        """Raise what trying again cannot mend."""
        if sense.key == SenseKey.UNIT_ATTENTION:
            self._is_inserted = False
            raise MediumRemoved(self._device, "it was changed, or the reader was reset")
        if sense.key == SenseKey.NOT_READY and sense.code == NO_MEDIUM:
            self._is_inserted = False
            raise MediumRemoved(self._device, "it was taken out")
        if sense.key == SenseKey.ILLEGAL_REQUEST:
            raise CommandRefused(self._device, f"{command} was refused: {sense}")

    def _last_lun(self, pipes: Pipes) -> int:
        try:
            return int.from_bytes(pipes.last_lun(), "big")
        except Stalled:
            return 0

    def _opened(self) -> BulkTransport:
        if self._transport is None:
            raise DeviceGone(self._device, "it is not open")
        return self._transport


class UsbStoragePlugin:
    """The entry point `usb-storage`; a rehearsal gives another `backend` than libusb."""

    interface_version = INTERFACE_VERSION
    settings: type[UsbStorageSettings] = UsbStorageSettings

    def __init__(self, backend: Callable[[str], Any] = libusb) -> None:
        self._backend = backend

    def open(self, device: str, settings: UsbStorageSettings, host: DriverHost) -> MediumReader:
        """Return a fresh driver for one connection."""
        source = UsbStorage(device, settings, host.record, self._backend)
        return MediumReader(device, source, settings, host)


PLUGIN: DriverPlugin = UsbStoragePlugin()
