"""A PEB cradle, behind a pty or on the USB of a virtual machine."""

from pathlib import Path
from typing import Self

from drivers.cradle.peb_messages import Command
from simulators.bench.device_faults import cradle_faults
from simulators.bench.evening import BroughtMedium
from simulators.bench.fault_kinds import Simulator
from simulators.bench.pace import BenchPace
from simulators.bench.stanza import stanza
from simulators.bench.station import VENDOR
from simulators.bench.thrown import ThrownFaults
from simulators.cradle.cable import Cable
from simulators.cradle.cradle_port import CradlePort
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.errors import Refused
from simulators.usb.cdc_acm import CdcAcm
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.usbredir.server import UsbredirServer

CRADLE_IDENTITY = UsbIdentity(
    *(VENDOR, 0x0002, "Zerotape", "ES&S PEB Cradle -w- USB Interface", "ZT-CRADLE-1"),
    kind=(2, 0, 0),
)
"""The model as a listing of a real cradle has it (University of South Carolina, Omaha)."""


class CradleStation:
    """Takes one PEB after the other."""

    simulator = Simulator.CRADLE
    tells_readings = True

    def __init__(
        self, folder: Path, faults: ThrownFaults, pace: BenchPace, *, on_usb: bool
    ) -> None:
        self._server = LinkServer()
        self._cable = Cable(self._server)
        self._faults = faults
        self._page_s = pace.page_s
        self._is_in = False
        self._asked_before = 0
        self._door: CradlePort | _UsbCradle = (
            _UsbCradle(self._cable, folder / f"{self.simulator}.usbredir")
            if on_usb
            else CradlePort(folder / self.simulator, self._cable)
        )

    @property
    def stanza(self) -> str:
        """What the gateway's configuration needs for it."""
        if isinstance(self._door, CradlePort):
            return stanza("bench-cradle", "peb-cradle", url=str(self._door.path))
        return stanza("bench-cradle", "peb-cradle", match={"serial": CRADLE_IDENTITY.serial})

    @property
    def is_watched(self) -> bool:
        """A driver has asked it something."""
        return bool(self._server.asked)

    @property
    def readings(self) -> int:
        """Each ends with the digest."""
        return self._server.asked[self._asked_before :].count(Command.DIGEST)

    @property
    def was_struck(self) -> bool:
        """Whether the cable or the PEB was pulled by a fault."""
        return self._is_in and not (self._door.plugged and self._server.has_peb)

    async def __aenter__(self) -> Self:
        await self._door.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._door.__aexit__(*exc)

    def plug(self) -> None:
        """Appear, with a cable that is whole; raise Refused where it is there."""
        if self._door.plugged:
            raise Refused("The cradle is plugged in already.")
        self._server.faults.unplug_after_byte = None
        self._door.plug()

    def unplug(self) -> None:
        """Vanish."""
        self._door.unplug()

    async def insert(self, medium: BroughtMedium) -> None:
        """Put a PEB in; raise Refused where one is in."""
        if self._is_in and self._server.has_peb:
            raise Refused("A PEB is in the cradle. Pull it first.")
        peb = PebInSlot.of_image(medium.image)
        faults = cradle_faults(self._faults, peb.written())
        if faults.unplug_after_byte is not None:
            faults.unplug_after_byte += self._cable.carried
        self._faults = ThrownFaults()
        faults.delay_s = self._page_s
        self._server.faults = faults
        self._is_in, self._asked_before = True, len(self._server.asked)
        await self._door.tell(self._server.insert(peb))

    async def pull(self) -> None:
        """Take the PEB out; raise Refused where none is in."""
        if not self._is_in:
            raise Refused("No PEB is in the cradle.")
        self._is_in = False
        if self._server.has_peb:
            await self._door.tell(self._server.pull())


class _UsbCradle:
    """The door of a cradle on the USB."""

    def __init__(self, cable: Cable, path: Path) -> None:
        self._cable = cable
        self._line = CdcAcm(self)
        self._device = SimulatedUsbDevice(CRADLE_IDENTITY, self._line)
        self._server = UsbredirServer(self._device, path)

    @property
    def plugged(self) -> bool:
        return self._device.plugged

    async def __aenter__(self) -> Self:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._server.__aexit__(*exc)

    def feed(self, data: bytes) -> bytes:
        """Carry what the host wrote, until a fault pulls the cable."""
        delivery = self._cable.carry(data)
        self._device.plugged = not delivery.unplugged
        return b"".join(delivery.portions)

    def plug(self) -> None:
        self._server.plug()

    def unplug(self) -> None:
        self._server.unplug()

    async def tell(self, event: bytes) -> None:
        """Say what happened in the slot."""
        self._line.say(event)
        if self._device.on_input:
            self._device.on_input()
