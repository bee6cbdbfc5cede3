"""Runs the gateway daemon in this process, and plugs and unplugs what it serves.

Arguments: the daemon's configuration, and how many times each device is plugged in, read, and
unplugged. Prints what this process held when the first fifth was over, and at the end, as JSON.
"""

import asyncio
import gc
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import psutil

from election.definition_file import LoadedDefinition, load_definition
from gateway.config import GatewaySettings, read_gateway_settings
from gateway.daemon import run_gateway
from parsers.media.fat.reader import read_fat
from parsers.media.flash.card_parser import TERMINAL_FILE
from runtime.logs import configure_logs
from runtime.reconnect import ReconnectPolicy
from runtime.web_server import ADDRESS_FILE
from simulators.polling_place.evening import leavings_of
from simulators.tape_printing import print_tape
from tests.e2e.page_watcher import PageWatcher
from tests.e2e.plugged_devices import KINDS, PluggedDevice

SEED = 11
LOOKS = 20
SOON = ReconnectPolicy(first=0.05, ceiling=0.05)
READY_S = 60.0


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


@dataclass(frozen=True)
class Stretch:
    """So many visits of each device: what one took, and what was held at rest after the last."""

    visits: int
    visit_s: float
    visit_processor_s: float
    held: Held


def media_of(loaded: LoadedDefinition) -> Mapping[str, tuple[bytes, ...]]:
    """Return what each driver reads: all of the first precinct, and a part of the second.

    So one packet is sent, and what comes again comes late; the other one never is complete, and
    every reading decides it anew.
    """
    (scanner, terminals), (other_scanner, other_terminals) = (
        leavings_of(loaded.definition, loaded.sha256, precinct, SEED)
        for precinct in loaded.definition.precincts
    )
    tapes = (scanner.zero, scanner.results, terminals.zero, terminals.results, other_scanner.zero)
    return {
        "print-line": tuple(print_tape(tape) for tape in tapes if tape is not None),
        "peb-cradle": (*terminals.media.values(),),
        "pc-card": (*scanner.media.values(), *other_scanner.media.values()),
        "usb-storage": (_flash_on(terminals.audit_card),),
        "block-device": (_flash_on(other_terminals.audit_card),),
    }


def _flash_on(card: bytes) -> bytes:
    """Return the flash of the first terminal: a quarter of a card, of which most is empty."""
    files = read_fat(card).files
    return next(file[:] for file in files if TERMINAL_FILE.fullmatch(file.path))


@asynccontextmanager
async def at_work(
    settings: GatewaySettings, folder: Path, devices: Iterable[PluggedDevice]
) -> AsyncIterator[str]:
    """Run the daemon while the context lasts; yield the address of its page."""
    plugins = {device.driver: device.plugin for device in devices}
    gateway = asyncio.create_task(
        run_gateway(settings, folder, load=plugins.__getitem__, retry=SOON), name="gateway"
    )
    address = settings.state / ADDRESS_FILE
    async with asyncio.timeout(READY_S):
        while not address.exists():
            if gateway.done():
                await gateway  # it could not start, and says why
            await asyncio.sleep(0.02)
    try:
        yield address.read_text()
    finally:
        if not gateway.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await gateway


async def stretch(devices: Iterable[PluggedDevice], address: str, visits: int) -> Stretch:
    """Bring every device to the desk `visits` times, all of them at once."""

    async def come_and_go(device: PluggedDevice, page: PageWatcher) -> None:
        for _ in range(visits):
            await device.visit(page)

    began, worked = time.monotonic(), time.process_time()
    async with PageWatcher.open(address) as page:
        await asyncio.gather(*(come_and_go(device, page) for device in devices))
    visit_s = round((time.monotonic() - began) / visits, 3)
    visit_processor_s = round((time.process_time() - worked) / visits, 3)
    return Stretch(visits, visit_s, visit_processor_s, await Held.at_rest())


async def main(config: Path, visits: int) -> list[Stretch]:
    """Run the daemon of `config`, and every device of it in and out `visits` times."""
    settings = read_gateway_settings(config)
    configure_logs(settings.log_format, "warning")
    media = media_of(load_definition(settings.definition.read_bytes(), str(settings.definition)))
    devices = [
        KINDS[device.driver](device.name, device.settings, media[device.driver])
        for device in settings.devices
    ]
    async with at_work(settings, config.parent, devices) as address:
        begin = visits // 5
        gc.collect()
        gc.freeze()  # what is there by now is not counted, and not walked at every look
        try:
            return [await stretch(devices, address, part) for part in (begin, visits - begin)]
        finally:
            for device in devices:  # a loop device would outlive us
                await device.unplug()


if __name__ == "__main__":
    done = asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
    print(json.dumps([asdict(each) for each in done]))
