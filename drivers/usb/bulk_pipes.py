"""The bulk endpoints of one mass storage device: a thin shell around pyusb that records."""

from array import array
from contextlib import suppress
from typing import Any

import usb.util

from drivers.errors import DeviceBlocked
from drivers.transcripts.crossing import Crossing, Direction, Record
from drivers.usb.errors import FOREIGN, TransferFault, translated, usb_errors
from drivers.usb.pipes import Pipe
from drivers.usb.storage_interfaces import StorageInterface
from election.errors import ZerotapeError

TRANSFER_BYTES = 64 * 1024
"""Most that one transfer carries; its buffer is used again and again."""

GET_MAX_LUN = (0xA1, 0xFE)
BULK_ONLY_RESET = (0x21, 0xFF)
"""Class requests of Bulk-Only Transport 1.0, section 3."""


class BulkPipes:
    """The Pipes of one device, through pyusb."""

    def __init__(self, device: str, interface: StorageInterface, record: Record) -> None:
        self._device = device
        self._usb: Any = interface.usb_device  # pyusb has no types
        self._addresses = interface.addresses
        self._record = record
        self._buffer = array("B", bytes(TRANSFER_BYTES))
        self._taken_from_kernel = False
        self.packet_bytes = interface.addresses.packet_bytes
        """Of the IN endpoint."""

    def open(self) -> None:
        """Take the interface; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        number = self._addresses.interface
        try:
            with usb_errors(self._device):
                if self._usb.is_kernel_driver_active(number):
                    self._usb.detach_kernel_driver(number)
                    self._taken_from_kernel = True
                usb.util.claim_interface(self._usb, number)
        except TransferFault as error:
            raise DeviceBlocked(self._device, f"{error.detail}. Unplug it, plug it in") from error
        self._record(Crossing(Direction.IN, "descriptors", self._addresses.to_bytes()))

    def close(self) -> None:
        """Give the interface back to the kernel's driver; never raises."""
        number = self._addresses.interface
        with suppress(*FOREIGN):  # gone, or released already
            usb.util.release_interface(self._usb, number)
        if self._taken_from_kernel:
            self._taken_from_kernel = False
            with suppress(*FOREIGN):
                self._usb.attach_kernel_driver(number)
        with suppress(*FOREIGN):
            usb.util.dispose_resources(self._usb)

    def write(self, data: bytes, timeout_ms: int) -> None:
        """Send `data` as one transfer."""
        try:
            sent = self._usb.write(self._addresses.endpoint_out, data, timeout_ms)
        except FOREIGN as error:
            raise self._failed(Direction.OUT, "bulk", data, error) from error
        self._record(Crossing(Direction.OUT, "bulk", data[:sent]))
        if sent != len(data):
            raise TransferFault(self._device, f"{sent} of {len(data)} bytes were taken")

    def read(self, size: int, timeout_ms: int) -> bytes:
        """Return what one transfer of at most `size` bytes brings; it may be short."""
        buffer = self._buffer if size == TRANSFER_BYTES else array("B", bytes(size))
        try:
            got = self._usb.read(self._addresses.endpoint_in, buffer, timeout_ms)
        except FOREIGN as error:
            raise self._failed(Direction.IN, "bulk", b"", error) from error
        data = buffer.tobytes() if got == size else memoryview(buffer)[:got].tobytes()
        self._record(Crossing(Direction.IN, "bulk", data))
        return data

    def clear_halt(self, pipe: Pipe) -> None:
        """Let a halted endpoint go on."""
        endpoint = self._addresses.of(pipe)
        request = bytes([0x02, 0x01, 0, 0, endpoint, 0, 0, 0])  # CLEAR_FEATURE(ENDPOINT_HALT)
        try:
            self._usb.clear_halt(endpoint)
        except FOREIGN as error:
            raise self._failed(Direction.OUT, "control", request, error) from error
        self._record(Crossing(Direction.OUT, "control", request))

    def reset(self) -> None:
        """Ask for a Bulk-Only Mass Storage Reset; the endpoints stay halted until cleared."""
        kind, request = BULK_ONLY_RESET
        asked = bytes([kind, request, 0, 0, self._addresses.interface, 0, 0, 0])
        try:
            self._usb.ctrl_transfer(kind, request, 0, self._addresses.interface)
        except FOREIGN as error:
            raise self._failed(Direction.OUT, "control", asked, error) from error
        self._record(Crossing(Direction.OUT, "control", asked))

    def last_lun(self) -> bytes:
        """Return the answer to GET MAX LUN, one byte; devices with one unit may stall it."""
        kind, request = GET_MAX_LUN
        asked = bytes([kind, request, 0, 0, self._addresses.interface, 0, 1, 0])
        self._record(Crossing(Direction.OUT, "control", asked))
        try:
            said = self._usb.ctrl_transfer(kind, request, 0, self._addresses.interface, 1)
        except FOREIGN as error:
            raise self._failed(Direction.IN, "control", b"", error) from error
        data = bytes(said)
        self._record(Crossing(Direction.IN, "control", data))
        return data

    def _failed(
        self, direction: Direction, channel: str, data: bytes, error: BaseException
    ) -> ZerotapeError:
        fault = translated(self._device, error)
        self._record(Crossing(direction, channel, data, type(fault).__name__))
        return fault
