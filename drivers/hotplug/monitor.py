"""Tells what was plugged in and out. An event of udev is only a reason to look again.

Events are lost, doubled and early; what a look finds is what counts. Where no udev runs, there are
no events, and a look is taken once a second.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from drivers.hotplug.attached import AttachedDevice
from drivers.hotplug.difference import Difference, difference
from drivers.hotplug.inventory import attached_devices
from runtime.own_thread import OwnThread

UDEV_CONTROL = Path("/run/udev/control")
"""The socket that udevd listens on: it is there while one runs."""

UNTOLD_S = 1.0
"""Between two looks where no udev tells of changes, in seconds."""

TOLD_S = 30.0
"""Between two looks where udev tells of changes: some events are lost."""

SETTLE_S = 0.2
"""One plug makes a dozen events: the look is taken so long after the first, in seconds."""

EVENTS_AT_ONCE = 256
"""Most events that are taken off the socket in one go; the loop comes back for the rest."""

SUBSYSTEMS = ("block", "mtd", "tty", "usb")

Look = Callable[[], tuple[AttachedDevice, ...]]

log = logging.getLogger("zerotape.drivers.hotplug")


async def plugged(
    look: Look = attached_devices, *, control: Path = UDEV_CONTROL, untold_s: float = UNTOLD_S
) -> AsyncGenerator[Difference, None]:
    """Yield what came and went, for ever; first everything that is plugged in, or nothing.

    One difference is made at a time, when it is asked for: nothing piles up. Close it in the end.
    """

    def patience_s(*, is_told: bool) -> float:
        return TOLD_S if is_told and control.exists() else untold_s

    news = asyncio.Event()
    known: tuple[AttachedDevice, ...] = ()
    first = True
    with closing(OwnThread("hotplug")) as thread, _events(news) as is_told:
        while True:
            news.clear()  # before the look: what happens during it makes another one
            now = await thread.call(look)
            found, known = difference(known, now), now
            if found or first:
                first = False
                yield found
            await _heard(news, patience_s(is_told=is_told))


async def _heard(news: asyncio.Event, patience_s: float) -> None:
    """Return when something was told, or after `patience_s`."""
    try:
        async with asyncio.timeout(patience_s):
            await news.wait()
    except TimeoutError:
        return
    await asyncio.sleep(SETTLE_S)


@contextmanager
def _events(news: asyncio.Event) -> Iterator[bool]:
    """Set `news` whenever udev tells of anything; yield whether udev can be heard at all."""
    import pyudev  # noqa: PLC0415  # loads libudev, which a machine without udev may not have

    try:
        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in SUBSYSTEMS:
            monitor.filter_by(subsystem)
        monitor.start()
    except (ImportError, OSError) as error:
        log.warning("udev cannot be heard (%s); devices are looked for once a second", error)
        yield False
        return

    def hear() -> None:
        news.set()
        # The socket overflows when nobody listens for long: a reason to look, like any event
        with suppress(OSError):
            for _ in range(EVENTS_AT_ONCE):
                if monitor.poll(timeout=0) is None:
                    break

    loop = asyncio.get_running_loop()
    loop.add_reader(monitor.fileno(), hear)
    try:
        yield True
    finally:
        loop.remove_reader(monitor.fileno())
