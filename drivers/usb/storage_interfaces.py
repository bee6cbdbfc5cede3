"""Which of the USB devices that are plugged in is meant, and where its bulk endpoints are."""

import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import usb.core
import usb.util

from drivers.errors import DeviceBlocked, DeviceGone
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch, the_match
from drivers.usb.errors import FOREIGN, TransferFault, usb_errors
from drivers.usb.pipes import BULK_ONLY_SCSI, PipeAddresses

KIND_FIELDS = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
CALL_MS = 500
"""Longest wait of one call to libusb, hence for one control request."""


@dataclass(frozen=True, slots=True)
class StorageInterface:
    """The mass storage part of one USB device; nothing of it is open yet."""

    usb_device: Any  # pyusb has no types
    attached: AttachedDevice
    addresses: PipeAddresses


def the_storage_interface(name: str, match: DeviceMatch, backend: Any) -> StorageInterface:  # noqa: ANN401  # pyusb has no types
    """Return the one that `match` means; raise DeviceGone, DeviceBlocked or DeviceRefused.

    Only devices whose numbers and port fit are opened, to be asked for their strings.
    """
    found: list[StorageInterface] = []
    blocked: DeviceBlocked | None = None
    with ExitStack() as undo, usb_errors(name):
        for usb_device in _candidates(match, backend):
            undo.callback(usb.util.dispose_resources, usb_device)
            # An error is raised only if it may be of the one: others are not our business
            try:
                found.append(_storage_interface(name, usb_device))
            except DeviceGone:  # unplugged while it was looked at
                continue
            except DeviceBlocked as error:
                blocked = error
            except TransferFault as error:
                blocked = DeviceBlocked(name, f"{error.detail}. Unplug it, plug it in")
    if blocked and not any(match.fits(one.attached) for one in found):
        raise blocked
    attached = the_match(name, match, Attachment.USB, [one.attached for one in found])
    return next(one for one in found if one.attached == attached)


def _candidates(match: DeviceMatch, backend: Any) -> Iterator[Any]:  # noqa: ANN401  # pyusb has no types
    wanted = match.model_dump(include={"vendor", "product", "port"}, exclude_none=True)
    for usb_device in usb.core.find(find_all=True, backend=backend):
        known = {
            "vendor": f"{usb_device.idVendor:04x}",
            "product": f"{usb_device.idProduct:04x}",
            "port": _port(usb_device),
        }
        if wanted.items() <= known.items() and _is_storage(usb_device):
            yield usb_device


def _is_storage(usb_device: Any) -> bool:  # noqa: ANN401  # pyusb has no types
    try:
        return any(_interface_of(configuration) for configuration in usb_device)
    except FOREIGN:  # unplugged just now, or without any configuration
        return False


def _interface_of(configuration: Any) -> Any:  # noqa: ANN401  # pyusb has no types
    kind = dict(zip(KIND_FIELDS, BULK_ONLY_SCSI, strict=True))
    return usb.util.find_descriptor(configuration, bAlternateSetting=0, **kind)


def _storage_interface(name: str, usb_device: Any) -> StorageInterface:  # noqa: ANN401  # pyusb has no types
    """Open `usb_device` and ask it who it is."""
    usb_device.default_timeout = CALL_MS
    with usb_errors(name):
        interface = _interface_of(usb_device.get_active_configuration())
        if interface is None:
            raise DeviceBlocked(name, "it is in a configuration without mass storage")
        bulk_in, bulk_out = (
            usb.util.find_descriptor(interface, custom_match=_is_bulk(direction))
            for direction in (usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT)
        )
        if bulk_in is None or bulk_out is None:
            raise DeviceBlocked(name, "its mass storage has no bulk endpoints")
        return StorageInterface(
            usb_device=usb_device,
            attached=_attached(usb_device),
            addresses=PipeAddresses(
                interface=interface.bInterfaceNumber,
                endpoint_in=bulk_in.bEndpointAddress,
                endpoint_out=bulk_out.bEndpointAddress,
                packet_bytes=bulk_in.wMaxPacketSize,
            ),
        )


def _is_bulk(direction: int) -> Callable[[Any], bool]:
    def fits(endpoint: Any) -> bool:  # noqa: ANN401  # pyusb has no types
        kind = usb.util.endpoint_type(endpoint.bmAttributes)
        towards = usb.util.endpoint_direction(endpoint.bEndpointAddress)
        return bool(kind == usb.util.ENDPOINT_TYPE_BULK and towards == direction)

    return fits


def _attached(usb_device: Any) -> AttachedDevice:  # noqa: ANN401  # pyusb has no types
    return AttachedDevice(
        Attachment.USB,
        node=None,
        vendor=f"{usb_device.idVendor:04x}",
        product=f"{usb_device.idProduct:04x}",
        serial=_text(usb_device, usb_device.iSerialNumber),
        port=_port(usb_device),
        manufacturer=_text(usb_device, usb_device.iManufacturer),
        model=_text(usb_device, usb_device.iProduct),
    )


def _port(usb_device: Any) -> str:  # noqa: ANN401  # pyusb has no types
    return f"{usb_device.bus}-{'.'.join(map(str, usb_device.port_numbers or ()))}"


def _text(usb_device: Any, index: int) -> str:  # noqa: ANN401  # pyusb has no types
    """Return a string of the device, "" where it has none that can be read."""
    try:
        text = usb.util.get_string(usb_device, index) or ""
    except (ValueError, IndexError):  # no language, no UTF-16, or no length
        return ""
    except usb.core.USBError as error:
        if error.errno == errno.EPIPE:
            return ""
        raise
    return "".join(filter(str.isprintable, text)).strip()  # as the inventory shows it
