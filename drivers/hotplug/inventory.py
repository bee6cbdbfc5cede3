"""Everything that is plugged in now, as the kernel's sysfs tells it: no udev is needed."""

from collections.abc import Iterator
from pathlib import Path

from drivers.hotplug.attached import AttachedDevice, Attachment

ATTRIBUTE_CHARACTERS = 128
"""Longest string that a USB device can say of itself: a descriptor has 255 bytes of UTF-16."""

HUB = "09"
"""USB class of hubs, `bDeviceClass`."""


def attached_devices(
    sysfs: Path = Path("/sys"), dev: Path = Path("/dev"), *, loops: bool = False
) -> tuple[AttachedDevice, ...]:
    """Return everything that is plugged in now, ordered; a device that goes meanwhile is left out.

    Built-in serial ports and disks are no part of it; loop devices are if `loops` asks for them.
    """
    found = (
        *_serial_lines(sysfs, dev),
        *_block_devices(sysfs, dev, loops=loops),
        *_memory_devices(sysfs, dev),
        *_usb_devices(sysfs),
    )
    return tuple(sorted(found, key=lambda d: (d.attachment, d.port, d.part, str(d.node))))


def _serial_lines(sysfs: Path, dev: Path) -> Iterator[AttachedDevice]:
    for entry in _entries(sysfs / "class/tty"):
        place = entry.resolve()
        if (usb := _usb_device_above(place)) is not None:
            yield _of_usb(usb, Attachment.SERIAL, dev / entry.name, part=_interface_number(place))


def _block_devices(sysfs: Path, dev: Path, *, loops: bool) -> Iterator[AttachedDevice]:
    for entry in _entries(sysfs / "block"):
        node = dev / entry.name.replace("!", "/")
        place = entry.resolve()
        if (usb := _usb_device_above(place)) is not None:
            yield _of_usb(usb, Attachment.BLOCK, node, part=_logical_unit(place))
        elif entry.name.startswith("loop"):
            if loops and (backing := _attribute(entry / "loop/backing_file")):
                yield AttachedDevice(Attachment.BLOCK, node, model=backing)
        elif _attribute(entry / "removable") == "1":
            model = _attribute(entry / "device/model") or _attribute(entry / "device/name")
            serial = _attribute(entry / "device/serial")
            yield AttachedDevice(Attachment.BLOCK, node, model=model, serial=serial)


def _memory_devices(sysfs: Path, dev: Path) -> Iterator[AttachedDevice]:
    for entry in _entries(sysfs / "class/mtd"):
        # The kernel refuses to write through this node, whoever opens it
        if entry.name.startswith("mtd") and entry.name.endswith("ro"):
            model = _attribute(sysfs / "class/mtd" / entry.name.removesuffix("ro") / "name")
            yield AttachedDevice(Attachment.MTD, dev / entry.name, model=model)


def _usb_devices(sysfs: Path) -> Iterator[AttachedDevice]:
    for entry in _entries(sysfs / "bus/usb/devices"):
        if _is_usb_device(entry) and _attribute(entry / "bDeviceClass") != HUB:
            yield _of_usb(entry.resolve(), Attachment.USB, None, interfaces=_interfaces(entry))


def _of_usb(
    usb: Path,
    attachment: Attachment,
    node: Path | None,
    *,
    part: int = 0,
    interfaces: tuple[str, ...] = (),
) -> AttachedDevice:
    return AttachedDevice(
        attachment,
        node,
        vendor=_attribute(usb / "idVendor"),
        product=_attribute(usb / "idProduct"),
        serial=_attribute(usb / "serial"),
        port=usb.name,
        manufacturer=_attribute(usb / "manufacturer"),
        model=_attribute(usb / "product"),
        part=part,
        interfaces=interfaces,
    )


def _usb_device_above(place: Path) -> Path | None:
    if "virtual" in place.parts:  # consoles, ptys, loops: a hundred of them
        return None
    return next((each for each in place.parents if _is_usb_device(each)), None)


def _is_usb_device(place: Path) -> bool:
    return (place / "idVendor").is_file()


def _interface_number(place: Path) -> int:
    """Return the USB interface that `place` lies in; 0 where nothing tells."""
    numbers = (_attribute(each / "bInterfaceNumber") for each in place.parents)
    return _number(next(filter(None, numbers), ""), base=16)


def _logical_unit(place: Path) -> int:
    """Return the last number of `host:channel:target:unit`, the SCSI device of a disk."""
    return _number(place.parent.parent.name.rpartition(":")[2], base=10)


def _interfaces(usb: Path) -> tuple[str, ...]:
    return tuple(
        "".join(
            _attribute(entry / name)
            for name in ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
        )
        for entry in _entries(usb.resolve())
        if entry.name.startswith(f"{usb.name}:")
    )


def _number(text: str, *, base: int) -> int:
    try:
        return int(text, base)
    except ValueError:
        return 0


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:  # this kernel has no such devices
        return []


def _attribute(path: Path) -> str:
    """Return what `path` says; empty where it says nothing, or its device has gone.

    Devices say what they like: what cannot be printed is left out, so that no terminal obeys it.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            said = file.read(4096)
    except OSError:
        return ""
    return "".join(filter(str.isprintable, said)).strip()[:ATTRIBUTE_CHARACTERS]
