"""Runs device tasks of the daemon in one event loop, and plugs and unplugs what they serve.

Arguments: a folder, and how many times each device is plugged in, read, and unplugged. Prints what
this process held when the first fifth was over, and at the end, as JSON.
"""

import asyncio
import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import psutil
import structlog

from drivers import print_line
from drivers.contract import DriverPlugin
from drivers.cradle import peb_cradle
from drivers.hotplug.attached import DeviceMatch
from drivers.media import block_device, pc_card
from drivers.usb.usb_storage import UsbStoragePlugin, UsbStorageSettings
from election.captures import Capture, Ending
from election.status import DeviceState, DeviceStatus
from gateway.device_board import DeviceBoard
from gateway.device_tasks import DeviceTask
from runtime.heartbeats import Heartbeats
from runtime.reconnect import ReconnectPolicy
from simulators.cradle.cable import Cable
from simulators.cradle.cradle_port import CradlePort
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from simulators.pty_port import PtyPort
from simulators.usb.card_reader import card_reader
from simulators.usb.usb_backend import SimulatedUsb

POLL_S = 0.01
LOOKS = 20
STEP_S = 60.0
"""Longest time for one step of a cycle."""
AT_ONCE = ReconnectPolicy(first=0.01, ceiling=0.01)
CARD = sha256(b"card").digest() + bytes(range(256)) * 255 + bytes(224)
"""64 KiB: the smallest card there is."""
PEB_HEADER = b"ZTPEB001\1\0\x10\2\0\x10\1\1" + (299101).to_bytes(4, "little")
PEB_PAGES = 16
TAPE = b"\x18TOTAL BALLOTS   612\r\n*** END OF REPORT ***\r\n\n\n\n\n"


class Plug(Protocol):
    """A device that people plug in and out; `content` is what it must give each time."""

    plugin: DriverPlugin
    settings: Any
    content: bytes

    async def plug(self) -> None: ...
    async def unplug(self) -> None: ...


class Printer:
    plugin, content = print_line.PLUGIN, TAPE

    def __init__(self, folder: Path) -> None:
        self._port = PtyPort(folder / "printer")
        self.settings = print_line.PrintLineSettings(url=str(self._port.path), idle_s=5.0)

    async def plug(self) -> None:
        self._port.plug()

    async def after_opening(self) -> None:
        ends = self._port.ends
        assert ends is not None
        os.write(ends.device, TAPE)

    async def unplug(self) -> None:
        self._port.unplug()


class Cradle:
    plugin = peb_cradle.PLUGIN

    def __init__(self, folder: Path) -> None:
        pages = [with_trailer(PEB_HEADER, 0), *(b"\xff" * 528 for _ in range(PEB_PAGES - 1))]
        self.content = b"".join(pages)
        self._server = LinkServer(page_count=PEB_PAGES)
        self._server.insert(PebInSlot.of_image(self.content))
        self._path = folder / "cradle"
        self._port = CradlePort(self._path, Cable(self._server))
        self.settings = peb_cradle.PebCradleSettings(url=str(self._path), poll_s=POLL_S)

    async def plug(self) -> None:
        self._port = CradlePort(self._path, Cable(self._server))
        await self._port.__aenter__()

    async def unplug(self) -> None:
        await self._port.__aexit__(None, None, None)


class Reader:
    content = CARD

    def __init__(self, _folder: Path) -> None:
        self._usb = SimulatedUsb()
        self._device, self._storage = card_reader(CARD)
        self.plugin = UsbStoragePlugin(backend=lambda _device: self._usb)
        self.settings = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), poll_s=POLL_S)

    async def plug(self) -> None:
        self._usb.plug(self._device)

    async def unplug(self) -> None:
        self._device.plugged = False


class Stick:
    plugin, content = block_device.PLUGIN, CARD

    def __init__(self, folder: Path) -> None:
        self._image, self._path, self._loop = folder / "stick.img", folder / "sdz", ""
        self._image.write_bytes(CARD)
        self.settings = block_device.BlockDeviceSettings(path=self._path, poll_s=POLL_S)

    async def plug(self) -> None:
        self._loop = _said("losetup", "-r", "--find", "--show", str(self._image))
        self._path.symlink_to(self._loop)

    async def unplug(self) -> None:
        self._path.unlink()
        _said("losetup", "-d", self._loop)


class Card:
    plugin, content = pc_card.PLUGIN, CARD

    def __init__(self, folder: Path) -> None:
        self._path = folder / "card.img"
        self.settings = pc_card.PcCardSettings(path=self._path, poll_s=POLL_S)

    async def plug(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(CARD)
        fresh.replace(self._path)

    async def unplug(self) -> None:
        self._path.unlink()


def _said(*command: str) -> str:
    """Run a command, for some ms; a thread for it would be one more to count."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True)
class Held:
    """What this process holds at rest: the least of LOOKS, as waiting devices are tried again."""

    resident_kib: int
    descriptors: int
    threads: int
    tasks: int
    objects: int

    @classmethod
    async def at_rest(cls) -> "Held":
        looks = [await cls._now() for _ in range(LOOKS)]
        return cls(*map(min, zip(*map(astuple, looks), strict=True)))

    @classmethod
    async def _now(cls) -> "Held":
        await asyncio.sleep(0.02)
        gc.collect()
        process = psutil.Process()
        return cls(
            resident_kib=process.memory_info().rss // 1024,
            descriptors=process.num_fds(),
            threads=process.num_threads(),
            tasks=len(asyncio.all_tasks()),
            objects=len(gc.get_objects()),
        )


@dataclass
class Served:
    """A device with its task."""

    name: str
    device: Plug
    board: DeviceBoard
    read: int = 0

    async def keep(self, capture: Capture) -> None:
        assert (capture.content, capture.ending) == (self.device.content, Ending.WHOLE), self.name
        self.read += 1

    async def interpret(self, _capture: Capture) -> None:
        return None

    def task(self) -> DeviceTask:
        host = self.board.host(self.name)
        return DeviceTask(
            name=self.name,
            connect=lambda: self.device.plugin.open(self.name, self.device.settings, host),
            keep=self.keep,
            read=self.interpret,
            board=self.board,
            heartbeats=Heartbeats(time.monotonic),
            policy=AT_ONCE,
        )

    async def cycle(self) -> None:
        """Plug in, wait until it is read, unplug, and wait until that is seen."""
        before = self.read
        await self.device.plug()
        if isinstance(self.device, Printer):
            await self._until(lambda: self._status.state is DeviceState.SERVING)
            await self.device.after_opening()
        await self._until(lambda: self.read > before)
        await self.device.unplug()
        await self._until(self._is_over)
        assert self.read == before + 1, self.name

    def _is_over(self) -> bool:
        if isinstance(self.device, Card):  # its slot stays: only the card is gone
            return self._status.what_to_do == ""
        return self._status.state is DeviceState.WAITING

    @property
    def _status(self) -> DeviceStatus:
        return self.board.states[self.name]

    async def _until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STEP_S
        while not is_so():
            assert time.monotonic() < deadline, self._status
            await asyncio.sleep(0.003)


@asynccontextmanager
async def at_work(devices: list[Served]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(served.task().run(), name=served.name) for served in devices]
    try:
        await asyncio.sleep(0)  # every task has shown its state
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def main(folder: Path, cycles: int) -> dict[str, Any]:
    kinds: list[type[Any]] = [Printer, Cradle, Reader, Card]
    if shutil.which("losetup") and not os.geteuid():
        kinds.append(Stick)
    board = DeviceBoard()
    devices = [Served(kind.__name__.lower(), kind(folder), board) for kind in kinds]
    began = time.monotonic()

    async def repeated(served: Served, times: int) -> None:
        for _ in range(times):
            await served.cycle()

    async def all_of_them(times: int) -> Held:
        await asyncio.gather(*(repeated(served, times) for served in devices))
        return await Held.at_rest()

    async with at_work(devices):
        first = await all_of_them(max(1, cycles // 5))
        last = await all_of_them(cycles - max(1, cycles // 5))
    return {
        "cycles": {served.name: served.read for served in devices},
        "first": asdict(first),
        "last": asdict(last),
        "seconds": round(time.monotonic() - began, 1),
    }


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))))
