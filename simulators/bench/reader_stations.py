"""Card readers: one of image files, and one on the USB of a virtual machine."""

from pathlib import Path
from typing import Self

from simulators.bench.device_faults import reader_faults, unplug_at_transfer
from simulators.bench.evening import BroughtMedium
from simulators.bench.fault_kinds import Simulator
from simulators.bench.pace import BenchPace
from simulators.bench.stanza import stanza
from simulators.bench.station import VENDOR
from simulators.bench.thrown import ThrownFaults
from simulators.errors import Refused
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.mass_storage import MassStorage
from simulators.usb.usbredir.server import UsbredirServer

READER_IDENTITY = UsbIdentity(VENDOR, 0x0003, "Zerotape", "Card reader", "ZT-READER-1")


class FileReaderStation:
    """A card reader whose cards are image files: with a card its file appears."""

    simulator = Simulator.CARD_READER
    tells_readings = False
    is_watched = True
    readings = 0
    was_struck = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{self.simulator}.img"
        self._is_plugged = False

    @property
    def stanza(self) -> str:
        """What the gateway's configuration needs for it."""
        return stanza("bench-card-reader", "pc-card", path=str(self._path))

    async def __aenter__(self) -> Self:
        self._path.unlink(missing_ok=True)  # left behind by a killed bench
        self._is_plugged = True
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """Be ready for cards; raise Refused where it is already."""
        if self._is_plugged:
            raise Refused("The card reader is plugged in already.")
        self._is_plugged = True

    def unplug(self) -> None:
        """Vanish with its card."""
        self._is_plugged = False
        self._path.unlink(missing_ok=True)

    async def insert(self, medium: BroughtMedium) -> None:
        """Put a card in; raise Refused where one is in, or the reader is not there."""
        if self._path.exists() or not self._is_plugged:
            why = "A card is in the reader" if self._is_plugged else "The reader is not plugged in"
            raise Refused(f"{why}. Pull it, or plug it in, first.")
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(medium.image)
        fresh.replace(self._path)  # in one step: nobody sees half a card

    async def pull(self) -> None:
        """Take the card out; raise Refused where none is in."""
        if not self._path.exists():
            raise Refused("No card is in the reader.")
        self._path.unlink()


class UsbReaderStation:
    """A card reader on the USB of a virtual machine."""

    simulator = Simulator.CARD_READER
    tells_readings = False
    readings = 0

    def __init__(self, folder: Path, faults: ThrownFaults, pace: BenchPace) -> None:
        self._storage = MassStorage(None)
        self._device = SimulatedUsbDevice(READER_IDENTITY, self._storage, pace=pace.bytes_per_s)
        self._server = UsbredirServer(self._device, folder / f"{self.simulator}.usbredir")
        self._faults = faults
        self._is_in = False

    @property
    def stanza(self) -> str:
        """What the gateway's configuration needs for it."""
        match = {"serial": READER_IDENTITY.serial}
        return stanza("bench-card-reader", "usb-storage", match=match)

    @property
    def is_watched(self) -> bool:
        """A virtual machine is connected."""
        return bool(self._server.guest_name)

    @property
    def was_struck(self) -> bool:
        """Whether the cable or the card was pulled by a fault."""
        return self._is_in and not (self._device.plugged and self._storage.has_medium)

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._server.__aexit__(*exc)

    def plug(self) -> None:
        """Appear, with a cable that is whole; raise Refused where it is there."""
        if self._device.plugged:
            raise Refused("The card reader is plugged in already.")
        self._device.unplug_at_transfer = None
        self._server.plug()

    def unplug(self) -> None:
        """Vanish."""
        self._server.unplug()

    async def insert(self, medium: BroughtMedium) -> None:
        """Put a card in; raise Refused where one is in."""
        if self._storage.has_medium:
            raise Refused("A card is in the reader. Pull it first.")
        size = len(medium.image)
        self._storage.faults = reader_faults(self._faults, size)
        at = unplug_at_transfer(self._faults, size)
        self._device.unplug_at_transfer = None if at is None else self._device.transfers + at
        self._storage.reads = 0
        self._faults = ThrownFaults()
        self._storage.insert(medium.image)
        self._is_in = True

    async def pull(self) -> None:
        """Take the card out; raise Refused where none is in."""
        if not self._is_in:
            raise Refused("No card is in the reader.")
        self._is_in = False
        self._storage.remove()
