"""Joins what is plugged in with what the configuration names; no device is touched."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch

CRADLE_MODEL = "ES&S PEB Cradle"
"""How the product string of a PEB cradle begins; its vendor and product numbers are not public."""

MASS_STORAGE = "080650"
"""USB interface class mass storage, transparent SCSI, bulk-only."""


@dataclass(frozen=True, slots=True)
class ConfiguredDevice:
    """One device of the configuration, as far as it says where it is plugged in."""

    name: str
    driver: str
    match: DeviceMatch | None = None
    nodes: frozenset[Path] = frozenset()
    """Nodes below /dev that its settings name, or links to them."""

    @classmethod
    def of(cls, name: str, driver: str, settings: BaseModel) -> "ConfiguredDevice":
        """Read the driver's `settings`: whichever key holds a match or a node counts."""
        values = [getattr(settings, key) for key in type(settings).model_fields]
        match = next((value for value in values if isinstance(value, DeviceMatch)), None)
        named = (str(value) for value in values if isinstance(value, str | Path))
        nodes = frozenset(Path(place) for place in named if place.startswith("/dev/"))
        return cls(name, driver, match, nodes)

    def means(self, attached: AttachedDevice) -> bool:
        """Say whether `attached` is the one that the configuration means."""
        if self.match is not None and self.match.fits(attached):
            return True
        # Followed now: udev makes a link such as /dev/serial/by-id/... only with the plug
        return not _nodes(attached).isdisjoint(node.resolve() for node in self.nodes)


@dataclass(frozen=True, slots=True)
class PluggedIn:
    """One door of one device that is plugged in."""

    attached: AttachedDevice
    configured: tuple[str, ...]
    """Names of the devices of the configuration that mean it."""
    drivers: tuple[str, ...]
    """Drivers that can read it, the best first."""


def plugged_in(
    attached: Iterable[AttachedDevice], configured: Iterable[ConfiguredDevice] = ()
) -> tuple[PluggedIn, ...]:
    """Return everything that is plugged in, with who means it and who can read it.

    A bare USB device that nobody reads as such is left out where the kernel made a line or a disk
    of it: that stands in the list already.
    """
    everything, named = tuple(attached), tuple(configured)
    with_node = {device.port for device in everything if device.node is not None}
    found = (
        PluggedIn(
            attached=device,
            configured=tuple(each.name for each in named if each.means(device)),
            drivers=tuple(driver for driver, can_read in READERS.items() if can_read(device)),
        )
        for device in everything
    )
    return tuple(
        each
        for each in found
        if each.drivers or each.attached.node or each.attached.port not in with_node
    )


def unclaimed(devices: Iterable[PluggedIn]) -> tuple[PluggedIn, ...]:
    """Return, once for each device, what could be read and nobody in the configuration means.

    A device with several doors is claimed when one of them is.
    """
    everything = tuple(devices)
    claimed = {place_of(each.attached) for each in everything if each.configured}
    best: dict[str, PluggedIn] = {}
    for each in everything:
        place = place_of(each.attached)
        if each.drivers and place not in claimed:
            best[place] = min(best.get(place, each), each, key=_preference)
    return tuple(best.values())


def settings_key(settings: type[BaseModel]) -> str:
    """Return the key by which a driver's settings name a node or a file."""
    return "url" if "url" in settings.model_fields else "path"


def place_of(attached: AttachedDevice) -> str:
    """Return what all doors of one device have in common: its port, or else its node."""
    return attached.port or str(attached.node)


def _nodes(attached: AttachedDevice) -> frozenset[Path]:
    """Return all nodes that lead to `attached`: memory cards have one to write through as well."""
    if attached.node is None:
        return frozenset()
    if attached.attachment is Attachment.MTD:
        return frozenset({attached.node, Path(str(attached.node).removesuffix("ro"))})
    return frozenset({attached.node})


def _is_cradle(device: AttachedDevice) -> bool:
    return device.attachment is Attachment.SERIAL and device.model.startswith(CRADLE_MODEL)


def _is_line(device: AttachedDevice) -> bool:
    return device.attachment is Attachment.SERIAL and not _is_cradle(device)


def _is_storage(device: AttachedDevice) -> bool:
    return device.attachment is Attachment.USB and MASS_STORAGE in device.interfaces


READERS: dict[str, Callable[[AttachedDevice], bool]] = {
    "peb-cradle": _is_cradle,
    "print-line": _is_line,
    "usb-storage": _is_storage,
    "pc-card": lambda device: device.attachment is Attachment.MTD,
    "block-device": lambda device: device.attachment is Attachment.BLOCK,
}
"""Which driver can read what, the best first."""

_ORDER = {driver: place for place, driver in enumerate(READERS)}


def _preference(device: PluggedIn) -> int:
    return _ORDER[device.drivers[0]]
