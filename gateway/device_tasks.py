"""One supervised task per device: whatever happens to it never reaches its neighbours."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from drivers.contract import Driver
from election.captures import Capture
from election.errors import Transient, ZerotapeError
from election.status import DeviceState
from gateway.changes import Changes
from gateway.device_board import DeviceBoard
from runtime.heartbeats import Heartbeats
from runtime.reconnect import ReconnectPolicy

LONGEST_WORK_S = 300.0
"""Keeping and reading one capture may take this long before the watchdog bites."""

Keep = Callable[[Capture], Coroutine[Any, Any, None]]
"""Make a capture durable; raises Transient when that may work later."""

Read = Callable[[Capture], Coroutine[Any, Any, None]]
"""Interpret a capture that is durable; raises Transient when that may work later."""

log = structlog.get_logger("zerotape.gateway.devices")


@dataclass(frozen=True)
class DeviceTask:
    """Serves one device for as long as the daemon runs."""

    name: str
    connect: Callable[[], Driver]
    """Makes a fresh driver for every connection."""
    keep: Keep
    read: Read
    board: DeviceBoard
    heartbeats: Heartbeats
    changes: Changes = field(default_factory=Changes)
    """Rings when something was plugged in or out: a device that waits is tried at once."""
    policy: ReconnectPolicy = field(default_factory=ReconnectPolicy)

    async def run(self) -> None:
        """Connect, collect, reconnect; returns only when a person must look at the device."""
        attempt = 0
        while True:
            self.board.show(self.name, DeviceState.STARTING)
            plugged = self.changes.count
            began = self.heartbeats.clock()
            try:
                async with self._connected() as driver:
                    await self._collect(driver)
            except Transient as error:
                self.board.show(self.name, DeviceState.WAITING, str(error))
            except ZerotapeError as error:
                self.board.show(self.name, DeviceState.PARKED, str(error))
                return
            except asyncio.CancelledError as error:
                if (this := asyncio.current_task()) and this.cancelling():
                    raise
                # A task within the driver was cancelled, not we: unseen, the device would look well
                self._park(error)
                return
            except Exception as error:  # noqa: BLE001  # supervisor edge: parks this device only
                self._park(error)
                return
            # A device that opens well and fails at once, again and again, must rest longer as well
            lasted_s = self.heartbeats.clock() - began
            attempt = 1 if lasted_s > self.policy.ceiling else attempt + 1
            await self._rest(attempt, plugged)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Driver]:
        try:
            async with self.connect() as driver:
                self.board.show(self.name, DeviceState.SERVING)
                yield driver
        finally:
            self.board.disconnect(self.name)

    async def _rest(self, attempt: int, plugged: int) -> None:
        """Wait until it is time to try again, or `changes` has rung more often than `plugged`.

        A short rest is always taken: opening a USB device takes its node from the kernel's own
        driver, which is a change as well, and would wake the one who made it for ever.
        """
        delay_s = self.policy.delay(attempt, random.random())  # noqa: S311  # jitter
        always_s = min(delay_s, self.policy.first)
        await asyncio.sleep(always_s)
        await self.changes.within(delay_s - always_s, since=plugged)

    def _park(self, error: BaseException) -> None:
        log.error("an unknown fault parks a device", device=self.name, exc_info=error)
        self.board.show(self.name, DeviceState.PARKED, f"Unknown fault: {error!r}")

    async def _collect(self, driver: Driver) -> None:
        async for capture in driver.captures():
            with self.heartbeats.at_work(f"device {self.name}", LONGEST_WORK_S):
                await self._until_done(self.keep, capture)
                try:
                    await _finished(driver.accept(capture))  # only now may the device forget it
                except ZerotapeError:  # it is ours all the same: nobody would bring it again
                    await self._until_done(self.read, capture)
                    raise
                await self._until_done(self.read, capture)
            del capture  # the next one may be hours away, and this one may be large

    async def _until_done(self, step: Keep | Read, capture: Capture) -> None:
        """Try until `step` is done: what came over a line comes only once."""
        attempt = 0
        while True:
            try:
                await _finished(step(capture))
            except Transient as error:
                attempt += 1
                self.board.show(self.name, DeviceState.WAITING, str(error))
                self.heartbeats.expect(f"device {self.name}", LONGEST_WORK_S)
                await asyncio.sleep(self.policy.delay(attempt, random.random()))  # noqa: S311  # jitter
            else:
                self.board.show(self.name, DeviceState.SERVING)
                return


async def _finished(step: Coroutine[Any, Any, None]) -> None:
    """Wait until `step` has ended; a cancellation meanwhile comes back at the next wait.

    So the driver hears of it, and can still yield what had come by then; see `drivers.contract`.
    """
    work = asyncio.create_task(step)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        if (this := asyncio.current_task()) and this.cancelling():
            this.cancel()
        await work
