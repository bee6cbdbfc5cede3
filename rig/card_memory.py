"""A memory card behind a genuine MTD device of the kernel: its RAM, filled with a card's image.

The device is larger than the card, as an adapter's window is: its content repeats, and the driver
must cut it. The kernel can write to RAM, so this card counts as not protected: it is refused first.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from drivers.contract import DriverHost
from drivers.media.pc_card import PLUGIN, PcCardSettings
from election.captures import Capture, Ending

NODE = Path("/dev/mtd0")
WINDOW = 4 * 1024 * 1024
"""Bytes of the module `mtdram` without parameters."""

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class CardMemoryRead:
    """What the driver made of the device."""

    refused: str
    """What it told the clerk while the card was not protected."""
    sha256: str
    ending: Ending
    facts: tuple[str, ...]


def fill(image: bytes) -> None:
    """Write `image` to the device as often as its window repeats it."""
    with NODE.open("r+b", buffering=0) as device:
        for _ in range(WINDOW // len(image)):
            device.write(image)


def read() -> CardMemoryRead:
    """Read the card, first with the switch required, then without."""
    return asyncio.run(asyncio.wait_for(_read(), PATIENCE_S))


async def _read() -> CardMemoryRead:
    refused = await _advice()
    capture = await _capture()
    seen = capture.reading
    assert seen is not None
    return CardMemoryRead(refused, capture.sha256, capture.ending, seen.facts)


async def _advice() -> str:
    """Return what the driver says of a card whose switch is off."""
    said: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def heard(words: str) -> None:
        loop.call_soon_threadsafe(said.put_nowait, words)

    host = DriverHost(say=heard)
    async with PLUGIN.open("card", PcCardSettings(path=NODE), host) as driver:
        captures = driver.captures()
        reading = asyncio.ensure_future(anext(captures))
        words = await said.get()
        while "not write-protected" not in words:
            words = await said.get()
        reading.cancel()
        await asyncio.wait([reading])
    return words


async def _capture() -> Capture:
    settings = PcCardSettings(path=NODE, require_write_protection=False, confirmed_by="the rig")
    async with (
        PLUGIN.open("card", settings, DriverHost()) as driver,
        aclosing(driver.captures()) as captures,  # type: ignore[type-var]  # a generator
    ):
        capture = await anext(captures)
        await driver.accept(capture)
        return capture


def is_card(read_back: CardMemoryRead, image: bytes) -> bool:
    """Say whether the whole card was read, cut to its size, and nothing else."""
    return (
        read_back.ending is Ending.WHOLE
        and read_back.sha256 == sha256(image).hexdigest()
        and any(fact.startswith("cut to") for fact in read_back.facts)
    )
