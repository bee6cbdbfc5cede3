"""Simulated devices that are plugged in, read and unplugged by somebody who looks at the page."""

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.print_line import PrintLine, PrintLineSettings
from drivers.registry import load_driver
from drivers.usb.usb_storage import UsbStoragePlugin
from election.captures import Capture
from simulators.cradle.cable import Cable
from simulators.cradle.cradle_port import CradlePort
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.printer_line import PrinterLine
from simulators.usb.card_reader import card_reader
from simulators.usb.usb_backend import SimulatedUsb
from tests.e2e.page_watcher import PageWatcher, Shown


class PluggedDevice(ABC):
    """A device of the configuration; each visit to the desk brings the next of its media."""

    driver: ClassVar[str]
    plugin: DriverPlugin

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        """Take the keys of its driver in the configuration as `settings`."""
        self.name = name
        self.visits = 0
        self._settings = settings
        self._media = media

    async def visit(self, page: PageWatcher) -> None:
        """Plug in, have it read, unplug, and return when the page shows that it is gone."""
        await self.plug(self.visits % len(self._media))
        await self.have_it_read(page)
        await self.unplug()
        await page.sees(self.name, self.is_over)
        self.visits += 1

    async def have_it_read(self, page: PageWatcher) -> None:
        """Wait until the clerk is told what to do with the medium: by then it is kept."""
        await page.sees(self.name, lambda shown: "Take it out" in shown["what_to_do"])

    def is_over(self, shown: Shown) -> bool:
        """Say whether the page shows the device as unplugged."""
        return bool(shown["state"] == "waiting")

    @abstractmethod
    async def plug(self, medium: int) -> None:
        """Appear, with the medium of that number."""

    @abstractmethod
    async def unplug(self) -> None:
        """Vanish, unless it is gone already."""


class _ToldPlugin:
    """The driver `print-line`, counting what the gateway has accepted from it."""

    interface_version = INTERFACE_VERSION
    settings: type[PrintLineSettings] = PrintLineSettings

    def __init__(self) -> None:
        self.accepted = 0

    def open(self, device: str, settings: PrintLineSettings, host: DriverHost) -> PrintLine:
        return _ToldLine(device, settings, host, told=self)


class _ToldLine(PrintLine):
    def __init__(
        self, device: str, settings: PrintLineSettings, host: DriverHost, *, told: _ToldPlugin
    ) -> None:
        super().__init__(device, settings, host)
        self._told = told

    async def accept(self, capture: Capture) -> None:
        await super().accept(capture)
        self._told.accepted += 1


class Printer(PluggedDevice):
    """A print line over a pty."""

    driver = "print-line"

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        super().__init__(name, settings, media)
        self._line = PrinterLine(Path(settings["url"]))
        self._tape = b""
        self.plugin = self._told = _ToldPlugin()

    async def plug(self, medium: int) -> None:
        self._tape = self._media[medium]
        self._line.plug()

    async def have_it_read(self, page: PageWatcher) -> None:
        """Print, and wait until the gateway accepts it: the page does not tell that of a tape."""
        await page.sees(self.name, lambda shown: shown["state"] == "serving")
        assert await self._line.print_out(self._tape) == len(self._tape)
        await page.until(lambda: self._told.accepted > self.visits, "a tape is accepted")

    async def unplug(self) -> None:
        self._line.unplug()


class Cradle(PluggedDevice):
    """A PEB cradle over a pty."""

    driver = "peb-cradle"
    plugin = load_driver(driver)

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        super().__init__(name, settings, media)
        self._pebs = [PebInSlot.of_image(image) for image in media]
        self._port: CradlePort | None = None

    async def plug(self, medium: int) -> None:
        server = LinkServer()
        server.insert(self._pebs[medium])
        self._port = CradlePort(Path(self._settings["url"]), Cable(server))
        await self._port.__aenter__()

    async def unplug(self) -> None:
        if self._port is not None:
            await self._port.__aexit__()


class Reader(PluggedDevice):
    """A card reader behind pyusb's backend."""

    driver = "usb-storage"

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        super().__init__(name, settings, media)
        usb = self._usb = SimulatedUsb()
        serial = settings["match"]["serial"]
        self._readers = [card_reader(image, serial=serial)[0] for image in media]
        self.plugin = UsbStoragePlugin(backend=lambda _device: usb)

    async def plug(self, medium: int) -> None:
        self._usb.attached.clear()
        self._usb.plug(self._readers[medium])

    async def unplug(self) -> None:
        for attached in self._usb.attached:
            attached.device.plugged = False


class Slot(PluggedDevice):
    """A slot for memory cards, as an image file that comes and goes; the slot itself stays."""

    driver = "pc-card"
    plugin = load_driver(driver)

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        super().__init__(name, settings, media)
        self._path = Path(settings["path"])

    async def plug(self, medium: int) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(self._media[medium])
        fresh.replace(self._path)

    async def unplug(self) -> None:
        self._path.unlink(missing_ok=True)

    def is_over(self, shown: Shown) -> bool:
        return bool(shown["what_to_do"] == "")


class Stick(PluggedDevice):
    """A disk, as a loop device; only root can make one."""

    driver = "block-device"
    plugin = load_driver(driver)

    def __init__(self, name: str, settings: Mapping[str, Any], media: Sequence[bytes]) -> None:
        super().__init__(name, settings, media)
        self._path = Path(settings["path"])
        self._images = [self._path.with_suffix(f".{number}") for number in range(len(media))]
        for path, image in zip(self._images, media, strict=True):
            path.write_bytes(image)
        self._loop = ""

    async def plug(self, medium: int) -> None:
        image = self._images[medium]
        self._loop = _said("losetup", "--read-only", "--find", "--show", str(image))
        self._path.symlink_to(self._loop)

    async def unplug(self) -> None:
        self._path.unlink(missing_ok=True)
        if self._loop:
            _said("losetup", "--detach", self._loop)
            self._loop = ""


KINDS: Mapping[str, type[PluggedDevice]] = {
    kind.driver: kind for kind in (Printer, Cradle, Reader, Slot, Stick)
}
"""By the driver that reads them."""


def _said(*command: str) -> str:
    """Run a command, for some ms; a thread for it would be one more to count."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
