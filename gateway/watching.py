"""Watches what is plugged in: wakes the devices that wait for it, and names what nobody means."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog

from drivers.hotplug.attached import AttachedDevice
from drivers.hotplug.difference import Difference
from drivers.hotplug.monitor import plugged
from gateway.changes import Changes
from gateway.plugged_in import ConfiguredDevice, PluggedIn, plugged_in, unclaimed

SHOWN_AT_MOST = 20
"""Devices that are left alone and shown; a hub can hold more than a page should."""

AGAIN_S = 10.0
"""Rest after the kernel would not tell what is plugged in, in seconds."""

log = structlog.get_logger("zerotape.gateway.hotplug")


class Watch:
    """Follows what is plugged in for as long as the daemon runs; touches no device."""

    def __init__(
        self,
        configured: tuple[ConfiguredDevice, ...],
        changes: Changes,
        follow: Callable[[], AsyncGenerator[Difference, None]] = plugged,
    ) -> None:
        self._configured = configured
        self._changes = changes
        self._follow = follow
        self._attached: dict[AttachedDevice, None] = {}
        self._left_alone: tuple[PluggedIn, ...] = ()

    @property
    def left_alone(self) -> tuple[str, ...]:
        """What is plugged in, could be read, and is not in the configuration."""
        return tuple(str(each.attached) for each in self._left_alone[:SHOWN_AT_MOST])

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            self._attached.clear()  # the first difference tells everything
            try:
                async with aclosing(self._follow()) as differences:
                    async for found in differences:
                        self._take(found)
            except OSError as error:  # without hotplug, devices are tried again after a while
                log.warning("devices cannot be looked for", problem=str(error))
                await asyncio.sleep(AGAIN_S)

    def _take(self, found: Difference) -> None:
        for device in found.went:
            self._attached.pop(device, None)
        self._attached.update(dict.fromkeys(found.came))
        before = {each.attached for each in self._left_alone}
        self._left_alone = unclaimed(plugged_in(self._attached, self._configured))
        for each in self._left_alone:
            if each.attached not in before:
                log.info(
                    "a device that the configuration does not name is left alone",
                    device=str(each.attached),
                    drivers=each.drivers,
                    remedy="zerotape gateway suggest",
                )
        if found:
            self._changes.ring()
