"""A simulated USB device, as all doors show it: pyusb's backend, umockdev, and redirection."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

LANGUAGE = b"\x09\x04"
"""English (United States), the only language of our strings."""

STANDARD_KIND = 0x60
"""Bits of `Setup.kind` that are zero in a request of the USB specification itself."""
TO_ENDPOINT = 0x02
RECIPIENT = 0x1F
"""Bits of `Setup.kind`, and what they say when an endpoint is meant."""
TO_HOST = 0x80
BUS = 1
"""Every simulated device is on this bus."""


class StandardRequest(IntEnum):
    """USB 2.0, table 9-4."""

    GET_STATUS = 0
    CLEAR_FEATURE = 1
    SET_FEATURE = 3
    GET_DESCRIPTOR = 6
    GET_CONFIGURATION = 8
    SET_CONFIGURATION = 9
    GET_INTERFACE = 10
    SET_INTERFACE = 11


class DescriptorType(IntEnum):
    """USB 2.0, table 9-5."""

    DEVICE = 1
    CONFIGURATION = 2
    STRING = 3
    INTERFACE = 4
    ENDPOINT = 5


class TransferKind(IntEnum):
    """As `bmAttributes` of an endpoint says it."""

    CONTROL = 0
    BULK = 2
    INTERRUPT = 3


class Stall(Exception):
    """The device refuses: the endpoint is halted, or the request is unknown."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint beside the control endpoint."""

    address: int
    kind: TransferKind
    packet_bytes: int
    interval: int = 0

    @property
    def is_in(self) -> bool:
        """Whether its bytes go to the host."""
        return bool(self.address & TO_HOST)


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface; none of ours has alternate settings."""

    number: int
    kind: tuple[int, int, int]
    """Class, subclass and protocol."""
    endpoints: tuple[Endpoint, ...]
    class_descriptors: bytes = b""


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """What a device says of itself; a string that is empty it does not have at all."""

    vendor: int
    product: int
    manufacturer: str
    model: str
    serial: str
    version: int = 0x0100
    kind: tuple[int, int, int] = (0, 0, 0)
    """Class, subclass and protocol of the device; zeros: see its interfaces."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A control request; the names of USB 2.0, table 9-2, without their Hungarian prefixes."""

    kind: int
    request: int
    value: int
    index: int
    length: int


class Function(Protocol):
    """What a device does behind its endpoints. Every method may raise Stall."""

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """Its interfaces, by number."""
        ...

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Answer a request that is no standard request."""
        ...

    def take(self, endpoint: int, data: bytes) -> None:
        """Take an OUT transfer."""
        ...

    def give(self, endpoint: int, size: int) -> bytes | None:
        """Return the bytes of an IN transfer of at most `size`; None: nothing yet."""
        ...

    def clear_halt(self, endpoint: int) -> None:
        """Let a halted endpoint go on."""
        ...

    def reset(self) -> None:
        """Be as after the plug."""
        ...


@dataclass(slots=True)
class SimulatedUsbDevice:
    """One device: descriptors and standard requests are here, the rest is its `function`."""

    identity: UsbIdentity
    function: Function
    port: tuple[int, ...] = (1,)
    """Numbers of the ports from the root hub of bus 1."""
    pace: float | None = None
    """Bytes a second through the bulk endpoints; None: as fast as possible."""
    plugged: bool = True
    unplug_at_transfer: int | None = None
    """Number of the transfer, from 1, at which the cable is pulled instead."""
    transfers: int = 0
    """How many were begun since the plug."""
    configuration: int = 1
    on_input: Callable[[], None] | None = field(default=None, repr=False)
    """Called when there may be bytes for the host that it did not ask for."""

    def begin_transfer(self) -> bool:
        """Count one more transfer; return whether the device is still there for it."""
        self.transfers += 1
        if self.transfers == self.unplug_at_transfer:
            self.plugged = False
        return self.plugged

    def device_descriptor(self) -> bytes:
        """Return its 18 bytes."""
        me = self.identity
        return struct.pack(
            "<BBHBBBBHHHBBBB",
            18,
            DescriptorType.DEVICE,
            0x0200,
            *me.kind,
            64,
            me.vendor,
            me.product,
            me.version,
            1 if me.manufacturer else 0,
            2 if me.model else 0,
            3 if me.serial else 0,
            1,
        )

    def configuration_descriptor(self) -> bytes:
        """Return the configuration with its interfaces and endpoints."""
        inner = b"".join(map(_interface_descriptor, self.function.interfaces))
        count = len(self.function.interfaces)
        return (
            struct.pack(
                "<BBHBBBBB", 9, DescriptorType.CONFIGURATION, 9 + len(inner), count, 1, 0, 0x80, 50
            )
            + inner
        )

    def control(self, setup: Setup, data: bytes) -> bytes:
        """Answer a control request; raise Stall for one that it does not know."""
        if setup.kind & STANDARD_KIND:
            return self.function.control(setup, data)[: setup.length]
        answer = self._standard(setup)
        return answer[: setup.length]

    def reset(self) -> None:
        """Be as after the plug."""
        self.configuration = 1
        self.function.reset()

    def _standard(self, setup: Setup) -> bytes:
        match setup.request:
            case StandardRequest.GET_DESCRIPTOR:
                return self._descriptor(setup.value >> 8, setup.value & 0xFF)
            case StandardRequest.GET_CONFIGURATION:
                return bytes([self.configuration])
            case StandardRequest.SET_CONFIGURATION:
                self.configuration = setup.value
            case StandardRequest.GET_INTERFACE:
                return b"\0"
            case StandardRequest.SET_INTERFACE | StandardRequest.SET_FEATURE:
                pass
            case StandardRequest.CLEAR_FEATURE:
                if setup.kind & RECIPIENT == TO_ENDPOINT:
                    self.function.clear_halt(setup.index)
            case StandardRequest.GET_STATUS:
                return bytes(2)
            case _:
                raise Stall
        return b""

    def _descriptor(self, kind: int, index: int) -> bytes:
        if (kind, index) == (DescriptorType.DEVICE, 0):
            return self.device_descriptor()
        if (kind, index) == (DescriptorType.CONFIGURATION, 0):
            return self.configuration_descriptor()
        texts = (self.identity.manufacturer, self.identity.model, self.identity.serial)
        if kind == DescriptorType.STRING and index <= len(texts):
            body = texts[index - 1].encode("utf-16-le") if index else LANGUAGE
            return bytes([2 + len(body), DescriptorType.STRING]) + body
        raise Stall


def _interface_descriptor(interface: Interface) -> bytes:
    head = struct.pack(
        "<BBBBBBBBB",
        9,
        DescriptorType.INTERFACE,
        interface.number,
        0,
        len(interface.endpoints),
        *interface.kind,
        0,
    )
    endpoints = (
        struct.pack(
            "<BBBBHB", 7, DescriptorType.ENDPOINT, e.address, e.kind, e.packet_bytes, e.interval
        )
        for e in interface.endpoints
    )
    return head + interface.class_descriptors + b"".join(endpoints)
