"""The hand outside the guest: plugs, pulls, prints and inserts, as the guest asks for it."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from rig.devices import (
    ADAPTER,
    CRADLE,
    CRADLE_MODEL,
    CRADLE_SERIAL,
    READER,
    READER_SERIAL,
    STICK,
    stick_properties,
)
from rig.monitor_protocol import Monitor
from rig.requests import Act, Request
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.usb.cdc_acm import CdcAcm
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.mass_storage import MassStorage
from simulators.usb.usbredir.server import UsbredirServer

VENDOR = 0x1209
"""pid.codes, for projects without a vendor id of their own."""

CRADLE_BYTES_PER_S = 4_000
READER_BYTES_PER_S = 1024 * 1024
PRINT_BYTES_PER_S = 960
"""9600 bit/s, ten bits a character."""

PRINT_PORTION = 96


@dataclass
class Hand:
    """Does what requests say; entered before QEMU starts, since QEMU connects to its servers."""

    folder: Path
    jobs: Mapping[str, bytes]
    """Print jobs by name."""
    media: Mapping[str, bytes]
    """Images by name, for cradle and card reader."""
    monitor: Monitor | None = None
    done: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._link = LinkServer()
        self._line = CdcAcm(self._link)
        self._slot = MassStorage(None)
        cradle = SimulatedUsbDevice(
            UsbIdentity(
                VENDOR,
                0x0002,
                "Election Systems and Software",
                CRADLE_MODEL,
                CRADLE_SERIAL,
                kind=(2, 0, 0),
            ),
            self._line,
            pace=CRADLE_BYTES_PER_S,
            plugged=False,
        )
        reader = SimulatedUsbDevice(
            UsbIdentity(VENDOR, 0x0003, "Zerotape", "Card reader", READER_SERIAL),
            self._slot,
            pace=READER_BYTES_PER_S,
            plugged=False,
        )
        self._stack = AsyncExitStack()
        self._servers = {
            CRADLE: await self._stack.enter_async_context(
                UsbredirServer(cradle, self.folder / CRADLE)
            ),
            READER: await self._stack.enter_async_context(
                UsbredirServer(reader, self.folder / READER)
            ),
        }
        self._printer: asyncio.StreamWriter | None = None
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._hang_up()
        await self._stack.aclose()

    async def do(self, request: Request) -> None:
        """Do what `request` asks for."""
        match request.act:
            case Act.PRINT:
                await self._print(self.jobs[request.what])
            case Act.INSERT:
                self._insert(request.device, self.media[request.what])
            case Act.PLUG | Act.UNPLUG:
                await self._cable(request.device, plugged=request.act is Act.PLUG)
        self.done.append(f"{request.act} {request.device} {request.what}".strip())

    def _insert(self, device: str, image: bytes) -> None:
        if device == READER:
            self._slot.insert(image)
            return
        self._line.say(self._link.insert(PebInSlot.of_image(image)))
        if notice := self._servers[CRADLE].device.on_input:
            notice()

    async def _cable(self, device: str, *, plugged: bool) -> None:
        if device == STICK:
            assert self.monitor is not None
            if plugged:
                properties = stick_properties()
                await asyncio.to_thread(self.monitor.plug, "usb-storage", STICK, **properties)
            else:
                await asyncio.to_thread(self.monitor.unplug, STICK)
        elif device == ADAPTER:
            if plugged:
                _, self._printer = await asyncio.open_unix_connection(self.folder / ADAPTER)
            else:
                await self._hang_up()
        elif plugged:
            self._servers[device].plug()
        else:
            self._servers[device].unplug()

    async def _print(self, job: bytes) -> None:
        assert self._printer is not None
        for start in range(0, len(job), PRINT_PORTION):
            portion = job[start : start + PRINT_PORTION]
            self._printer.write(portion)
            await self._printer.drain()
            await asyncio.sleep(len(portion) / PRINT_BYTES_PER_S)

    async def _hang_up(self) -> None:
        if self._printer is not None:
            self._printer.close()
            self._printer = None
