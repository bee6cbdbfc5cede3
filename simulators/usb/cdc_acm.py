"""A simulated serial device on USB (CDC-ACM) whose far end is an object of Python."""

import struct
from typing import Protocol

from simulators.usb.device import Endpoint, Interface, Setup, Stall, TransferKind

PACKET_BYTES = 512
BULK_IN, BULK_OUT, NOTIFICATIONS = 0x81, 0x02, 0x83
MAX_UNREAD_BYTES = 1 << 20
"""What the device keeps for a host that does not read; more is lost, as in any serial buffer."""

COMMUNICATIONS = (0x02, 0x02, 0x01)
"""Class of the interface: abstract control model, AT commands."""
DATA = (0x0A, 0x00, 0x00)
FUNCTIONAL_DESCRIPTORS = bytes.fromhex("0524001001 0524010001 04240202 0524060001")
"""Header, call management, abstract control management and union; CDC 1.1, section 5.2.3."""

LINE_CODING = struct.Struct("<IBBB")
"""Bits a second, stop bits, parity, data bits; PSTN 1.2, table 17."""


class FarEnd(Protocol):
    """What is behind the serial line."""

    def feed(self, data: bytes) -> bytes:
        """Take what the host wrote, and return what is to be said at once."""
        ...


class CdcAcm:
    """The serial port of one device; `say` is for what the far end says without being asked."""

    def __init__(self, far_end: FarEnd) -> None:
        self.interfaces = (
            Interface(
                0,
                COMMUNICATIONS,
                (Endpoint(NOTIFICATIONS, TransferKind.INTERRUPT, 16, interval=9),),
                FUNCTIONAL_DESCRIPTORS,
            ),
            Interface(
                1,
                DATA,
                (
                    Endpoint(BULK_IN, TransferKind.BULK, PACKET_BYTES),
                    Endpoint(BULK_OUT, TransferKind.BULK, PACKET_BYTES),
                ),
            ),
        )
        self.line_coding = LINE_CODING.pack(9600, 0, 0, 8)
        """As the host set it; nothing here depends on it."""
        self.is_open = False
        """Whether the host raised DTR."""
        self._far_end = far_end
        self._unread = bytearray()

    def say(self, data: bytes) -> None:
        """Have `data` ready for the host; ask the device's `on_input` to tell it."""
        self._unread += data[: MAX_UNREAD_BYTES - len(self._unread)]

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Answer the requests of a serial line."""
        match setup.kind, setup.request:
            case 0x21, 0x20:  # SET LINE CODING
                if len(data) != LINE_CODING.size:
                    raise Stall
                self.line_coding = data
            case 0xA1, 0x21:  # GET LINE CODING
                return self.line_coding
            case 0x21, 0x22:  # SET CONTROL LINE STATE
                self.is_open = bool(setup.value & 1)
            case 0x21, 0x23:  # SEND BREAK
                pass
            case _:
                raise Stall
        return b""

    def take(self, endpoint: int, data: bytes) -> None:  # noqa: ARG002  # there is but one
        """Hand bytes to the far end."""
        self.say(self._far_end.feed(data))

    def give(self, endpoint: int, size: int) -> bytes | None:
        """Return what the far end said; notifications there are none."""
        if endpoint != BULK_IN or not self._unread:
            return None
        given = bytes(self._unread[:size])
        del self._unread[:size]
        return given

    def clear_halt(self, endpoint: int) -> None:
        """Nothing is ever halted."""

    def reset(self) -> None:
        """Forget what was not read."""
        self._unread.clear()
        self.is_open = False
