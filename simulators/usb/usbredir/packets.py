"""What usbredir 0.7 can say, as far as a device without isochronous endpoints needs it.

The protocol is described in usb-redirection-protocol.md of the usbredir project. The guest is
the side that uses the device (QEMU), the host the side that has it (we). Integers are
little-endian, and nothing is padded.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar

ENDPOINTS = 32
"""Addresses 00 to 0F at the indexes 0 to 15, 80 to 8F at 16 to 31."""

VERSION_BYTES = 64


class Capability(IntFlag):
    """What a side can do beyond version 0.3; a thing is done when both sides can."""

    BULK_STREAMS = 1 << 0
    CONNECT_DEVICE_VERSION = 1 << 1
    FILTER = 1 << 2
    DEVICE_DISCONNECT_ACK = 1 << 3
    ENDPOINT_PACKET_SIZES = 1 << 4
    LONG_IDS = 1 << 5
    """64 bits in the header."""
    LONG_BULK = 1 << 6
    """32 bits for the length of bulk transfers."""
    BULK_RECEIVING = 1 << 7


class PacketType(IntEnum):
    """The number of each kind of packet; up to 27 they steer, from 100 on they carry transfers."""

    HELLO = 0
    DEVICE_CONNECT = 1
    DEVICE_DISCONNECT = 2
    RESET = 3
    INTERFACE_INFO = 4
    ENDPOINT_INFO = 5
    SET_CONFIGURATION = 6
    GET_CONFIGURATION = 7
    CONFIGURATION_STATUS = 8
    SET_ALT_SETTING = 9
    GET_ALT_SETTING = 10
    ALT_SETTING_STATUS = 11
    START_INTERRUPT_RECEIVING = 15
    STOP_INTERRUPT_RECEIVING = 16
    INTERRUPT_RECEIVING_STATUS = 17
    CANCEL_DATA_PACKET = 21
    FILTER_REJECT = 22
    FILTER_FILTER = 23
    DEVICE_DISCONNECT_ACK = 24
    CONTROL = 100
    BULK = 101
    INTERRUPT = 103


class TransferStatus(IntEnum):
    """How a request ended."""

    SUCCESS = 0
    CANCELLED = 1
    INVALID = 2
    IO_ERROR = 3
    STALL = 4
    TIMEOUT = 5
    BABBLE = 6


class Speed(IntEnum):
    """Of the device."""

    LOW = 0
    FULL = 1
    HIGH = 2
    SUPER = 3


@dataclass(frozen=True, slots=True)
class Hello:
    """The first packet of each side."""

    kind: ClassVar = PacketType.HELLO
    version: str
    """For people; at most 63 bytes."""
    capabilities: Capability


@dataclass(frozen=True, slots=True)
class DeviceConnect:
    """There is a device now; its endpoints and interfaces have been told before."""

    kind: ClassVar = PacketType.DEVICE_CONNECT
    speed: int
    device_class: tuple[int, int, int]
    vendor: int
    product: int
    version: int = 0
    """Binary-coded decimal; sent where both sides can."""


@dataclass(frozen=True, slots=True)
class InterfaceInfo:
    """Number, class, subclass and protocol of at most 32 interfaces."""

    kind: ClassVar = PacketType.INTERFACE_INFO
    interfaces: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint in ENDPOINT_INFO."""

    kind: int
    interval: int = 0
    interface: int = 0
    packet_bytes: int = 0
    """Sent where both sides can."""


NO_ENDPOINT = EndpointRow(kind=255)


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """All endpoints, `ENDPOINTS` rows."""

    kind: ClassVar = PacketType.ENDPOINT_INFO
    rows: tuple[EndpointRow, ...]


@dataclass(frozen=True, slots=True)
class Bare:
    """A packet that is all said by its kind."""

    kind: PacketType


@dataclass(frozen=True, slots=True)
class Numbers:
    """A packet of a few single bytes, in the order of the protocol; see NUMBER_COUNTS."""

    kind: PacketType
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FilterRules:
    """Which devices the other side takes."""

    kind: ClassVar = PacketType.FILTER_FILTER
    rules: str


@dataclass(frozen=True, slots=True)
class ControlPacket:
    """A control request, or its answer; `data` goes one way only, as `request_kind` says."""

    kind: ClassVar = PacketType.CONTROL
    endpoint: int
    request: int
    request_kind: int
    status: int
    value: int
    index: int
    length: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class BulkPacket:
    """A bulk transfer, or its answer; `data` goes the way of the endpoint only."""

    kind: ClassVar = PacketType.BULK
    endpoint: int
    status: int
    length: int
    data: bytes = b""
    stream: int = 0


@dataclass(frozen=True, slots=True)
class InterruptPacket:
    """An interrupt transfer, or the answer to one."""

    kind: ClassVar = PacketType.INTERRUPT
    endpoint: int
    status: int
    length: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A packet of a kind that neither a card reader nor a cradle needs."""

    kind: int
    body: bytes


Packet = (
    Hello
    | DeviceConnect
    | InterfaceInfo
    | EndpointInfo
    | Bare
    | Numbers
    | FilterRules
    | ControlPacket
    | BulkPacket
    | InterruptPacket
    | Unknown
)

BARE = frozenset(
    {
        PacketType.DEVICE_DISCONNECT,
        PacketType.RESET,
        PacketType.GET_CONFIGURATION,
        PacketType.CANCEL_DATA_PACKET,
        PacketType.FILTER_REJECT,
        PacketType.DEVICE_DISCONNECT_ACK,
    }
)

NUMBER_COUNTS = {
    PacketType.SET_CONFIGURATION: 1,  # configuration
    PacketType.CONFIGURATION_STATUS: 2,  # status, configuration
    PacketType.SET_ALT_SETTING: 2,  # interface, setting
    PacketType.GET_ALT_SETTING: 1,  # interface
    PacketType.ALT_SETTING_STATUS: 3,  # status, interface, setting
    PacketType.START_INTERRUPT_RECEIVING: 1,  # endpoint
    PacketType.STOP_INTERRUPT_RECEIVING: 1,  # endpoint
    PacketType.INTERRUPT_RECEIVING_STATUS: 2,  # status, endpoint
}
