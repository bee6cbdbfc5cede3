"""One supervised task per device: whatever happens to it never reaches its neighbours."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from drivers.contract import Driver
from election.captures import Capture
from election.errors import Transient, ZerotapeError
from election.status import DeviceState, DeviceStatus
from runtime.heartbeats import Heartbeats
from runtime.reconnect import ReconnectPolicy

LONGEST_WORK_S = 300.0
"""Keeping and reading one capture may take this long before the watchdog bites."""

Keep = Callable[[Capture], Coroutine[Any, Any, None]]
"""Make a capture durable; raises Transient when that may work later."""

Read = Callable[[Capture], Coroutine[Any, Any, None]]
"""Interpret a capture that is durable; raises Transient when that may work later."""

log = structlog.get_logger("zerotape.gateway.devices")


@dataclass
class DeviceBoard:
    """What the operator sees of every device."""

    states: dict[str, DeviceStatus] = field(default_factory=dict)

    def show(self, name: str, state: DeviceState, message: str = "") -> None:
        """Set the state of device `name`; a change goes to the log as well."""
        before = self.states.get(name)
        self.states[name] = DeviceStatus(name=name, state=state, message=message[:500])
        if before is None or (before.state, before.message) != (state, message[:500]):
            log.info("device", device=name, state=state.value, message=message)

    def all(self) -> tuple[DeviceStatus, ...]:
        """Return the states in the order of the names."""
        return tuple(self.states[name] for name in sorted(self.states))


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
    policy: ReconnectPolicy = field(default_factory=ReconnectPolicy)

    async def run(self) -> None:
        """Connect, collect, reconnect; returns only when a person must look at the device."""
        attempt = 0
        while True:
            self.board.show(self.name, DeviceState.STARTING)
            try:
                async with self.connect() as driver:
                    self.board.show(self.name, DeviceState.SERVING)
                    attempt = 0
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
            attempt += 1
            await asyncio.sleep(self.policy.delay(attempt, random.random()))  # noqa: S311  # jitter

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
