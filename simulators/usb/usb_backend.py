"""A backend of pyusb whose devices are simulated: `usb.core.find(backend=SimulatedUsb([...]))`."""

import errno
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import usb.backend
import usb.core

from simulators.usb.device import BUS, Setup, SimulatedUsbDevice, Stall

HIGH_SPEED = 3
"""LIBUSB_SPEED_HIGH."""


@dataclass(slots=True)
class Attached:
    """A device as this machine's kernel has it."""

    device: SimulatedUsbDevice
    kernel_driver: bool = True
    """Whether a driver of the kernel has its interfaces."""
    is_forbidden: bool = False
    """Nobody gave us its node."""
    is_busy: bool = False
    """Another program has claimed its interfaces."""
    claimed: set[int] = field(default_factory=set)
    handles: int = 0
    """How many are open."""

    def check(self) -> None:
        """Raise what libusb does when the device is gone."""
        if not self.device.plugged:
            raise usb.core.USBError(
                "No such device (it may have been disconnected)", -4, errno.ENODEV
            )


class SimulatedUsb(usb.backend.IBackend):  # type: ignore[misc]  # pyusb has no types
    """What pyusb calls instead of libusb. Times are kept, so a lost answer costs its timeout."""

    def __init__(
        self,
        devices: Sequence[SimulatedUsbDevice] = (),
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`sleep` stands in for the time, where the driver goes by another clock."""
        self._sleep = sleep
        self.attached = [Attached(device) for device in devices]

    def plug(self, device: SimulatedUsbDevice) -> Attached:
        """Plug a device in, also one that was there before."""
        device.plugged, device.transfers = True, 0
        device.reset()
        self.attached = [one for one in self.attached if one.device is not device]
        self.attached.append(Attached(device))
        return self.attached[-1]

    def enumerate_devices(self) -> Iterator[Attached]:
        """Yield what is plugged in."""
        return (one for one in self.attached if one.device.plugged)

    def get_device_descriptor(self, dev: Attached) -> SimpleNamespace:
        """Return the fields by name, and where the device is."""
        identity, port = dev.device.identity, dev.device.port
        kind = dict(
            zip(("bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"), identity.kind, strict=True)
        )
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bMaxPacketSize0=64,
            idVendor=identity.vendor,
            idProduct=identity.product,
            bcdDevice=identity.version,
            iManufacturer=1 if identity.manufacturer else 0,
            iProduct=2 if identity.model else 0,
            iSerialNumber=3 if identity.serial else 0,
            bNumConfigurations=1,
            bus=BUS,
            address=self.attached.index(dev) + 2,
            port_number=port[-1],
            port_numbers=port,
            speed=HIGH_SPEED,
            **kind,
        )

    def get_configuration_descriptor(self, dev: Attached, config: int) -> SimpleNamespace:
        """Return the only one, by name."""
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=len(dev.device.configuration_descriptor()),
            bNumInterfaces=len(dev.device.function.interfaces),
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(
        self, dev: Attached, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        """Return one interface by name; IndexError is how pyusb learns that there are no more."""
        interface = dev.device.function.interfaces[intf]
        if alt or config:
            raise IndexError(alt)
        kind, subkind, protocol = interface.kind
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=interface.number,
            bAlternateSetting=0,
            bNumEndpoints=len(interface.endpoints),
            bInterfaceClass=kind,
            bInterfaceSubClass=subkind,
            bInterfaceProtocol=protocol,
            iInterface=0,
            extra_descriptors=list(interface.class_descriptors),
        )

    def get_endpoint_descriptor(
        self,
        dev: Attached,
        ep: int,
        intf: int,
        alt: int,  # noqa: ARG002  # the interface's signature
        config: int,  # noqa: ARG002  # the interface's signature
    ) -> SimpleNamespace:
        """Return one endpoint by name."""
        endpoint = dev.device.function.interfaces[intf].endpoints[ep]
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=endpoint.address,
            bmAttributes=int(endpoint.kind),
            wMaxPacketSize=endpoint.packet_bytes,
            bInterval=endpoint.interval,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: Attached) -> Attached:
        """Open one handle."""
        dev.check()
        if dev.is_forbidden:
            raise usb.core.USBError("Access denied (insufficient permissions)", -3, errno.EACCES)
        dev.handles += 1
        return dev

    def close_device(self, dev: Attached) -> None:
        """Close one handle."""
        dev.handles -= 1

    def get_configuration(self, dev: Attached) -> int:
        """Return which is active."""
        return dev.device.configuration

    def set_configuration(self, dev: Attached, value: int) -> None:
        """Choose one."""
        dev.device.configuration = value

    def claim_interface(self, dev: Attached, intf: int) -> None:
        """Take an interface that nobody has."""
        dev.check()
        if dev.kernel_driver or dev.is_busy:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        dev.claimed.add(intf)

    def release_interface(self, dev: Attached, intf: int) -> None:
        """Leave an interface."""
        dev.check()
        dev.claimed.discard(intf)

    def is_kernel_driver_active(self, dev: Attached, intf: int) -> bool:  # noqa: ARG002
        """Say whether the kernel has it."""
        dev.check()
        return dev.kernel_driver

    def detach_kernel_driver(self, dev: Attached, intf: int) -> None:  # noqa: ARG002
        """Take it from the kernel."""
        dev.check()
        dev.kernel_driver = False

    def attach_kernel_driver(self, dev: Attached, intf: int) -> None:  # noqa: ARG002
        """Give it back to the kernel."""
        dev.check()
        dev.kernel_driver = True

    def clear_halt(self, dev: Attached, ep: int) -> None:
        """Let an endpoint go on."""
        self._begin(dev)
        dev.device.function.clear_halt(ep)

    def ctrl_transfer(
        self,
        dev: Attached,
        kind: int,
        request: int,
        value: int,
        index: int,
        data: "array[int]",
        timeout: int,  # noqa: ARG002  # answered at once
    ) -> int:
        """Do one control request."""
        self._begin(dev)
        is_in = bool(kind & 0x80)
        setup = Setup(kind, request, value, index, len(data))
        try:
            answer = dev.device.control(setup, b"" if is_in else data.tobytes())
        except Stall:
            raise _stalled() from None
        return _filled(data, answer) if is_in else len(data)

    def bulk_write(
        self,
        dev: Attached,
        ep: int,
        intf: int,  # noqa: ARG002  # the interface's signature
        data: "array[int]",
        timeout: int,  # noqa: ARG002  # taken at once
    ) -> int:
        """Do one OUT transfer."""
        self._begin(dev)
        try:
            dev.device.function.take(ep, data.tobytes())
        except Stall:
            raise _stalled() from None
        return len(data)

    def bulk_read(
        self,
        dev: Attached,
        ep: int,
        intf: int,  # noqa: ARG002  # the interface's signature
        buff: "array[int]",
        timeout: int,
    ) -> int:
        """Do one IN transfer, or as much of it as the device's pace allows in `timeout` ms."""
        self._begin(dev)
        size = len(buff)
        pace = dev.device.pace
        if pace is not None:
            size = min(size, _whole_packets(dev.device, ep, pace * timeout / 1000))
        try:
            given = dev.device.function.give(ep, size) if size else None
        except Stall:
            raise _stalled() from None
        if given is None:
            self._sleep(timeout / 1000)
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        if pace is not None:
            self._sleep(len(given) / pace)
        return _filled(buff, given)

    intr_read = bulk_read
    intr_write = bulk_write

    def _begin(self, dev: Attached) -> None:
        dev.device.begin_transfer()
        dev.check()


def _whole_packets(device: SimulatedUsbDevice, address: int, count: float) -> int:
    endpoints = (e for i in device.function.interfaces for e in i.endpoints)
    packet = next(e.packet_bytes for e in endpoints if e.address == address)
    return int(count) // packet * packet


def _stalled() -> usb.core.USBError:
    return usb.core.USBError("Pipe error", -9, errno.EPIPE)


def _filled(buffer: "array[int]", data: bytes) -> int:
    with memoryview(buffer) as view:
        view[: len(data)] = data
    return len(data)
