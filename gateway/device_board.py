"""What the operator sees of every device: its state, what to do, and how far a reading is."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from drivers.contract import DriverHost
from election.status import DeviceState, DeviceStatus

SHOWN_EVERY_S = 0.25
"""Between two figures of one reading; a driver tells of every few hundred bytes."""

WORDS = 500
"""Longest text that a status may hold."""

log = structlog.get_logger("zerotape.gateway.devices")


@dataclass
class DeviceBoard:
    """One status per device. All methods but those of a host belong to the event loop."""

    states: dict[str, DeviceStatus] = field(default_factory=dict)

    def show(self, name: str, state: DeviceState, message: str = "") -> None:
        """Set the state of device `name`; a change goes to the log as well."""
        before = self._status(name)
        if name in self.states and (before.state, before.message) == (state, message[:WORDS]):
            return
        self._change(name, state=state, message=message[:WORDS])
        log.info("device", device=name, state=state.value, message=message)

    def say(self, name: str, words: str) -> None:
        """Set what the clerk should do about the medium in device `name`; empty: nothing."""
        if self._status(name).what_to_do == words[:WORDS]:
            return
        self._change(name, what_to_do=words[:WORDS])
        if words:
            log.info("medium", device=name, message=words)

    def progress(self, name: str, done: int, total: int) -> None:
        """Set how many bytes of how many are read; both 0 when nothing is being read."""
        reading = {"done_bytes": done, "total_bytes": total} if total else NOTHING_READ
        self._change(name, **reading)

    def disconnect(self, name: str) -> None:
        """Forget what a connection of device `name` has told: it has ended."""
        self._change(name, what_to_do="", **NOTHING_READ)

    def all(self) -> tuple[DeviceStatus, ...]:
        """Return the states in the order of the names."""
        return tuple(self.states[name] for name in sorted(self.states))

    def host(self, name: str) -> DriverHost:
        """Return what a driver of device `name` tells this board through, from any thread."""
        loop = asyncio.get_running_loop()

        def show(done: int, total: int) -> None:
            loop.call_soon_threadsafe(self.progress, name, done, total)

        def say(words: str) -> None:
            loop.call_soon_threadsafe(self.say, name, words)

        return DriverHost(Seldom(show, time.monotonic), say)

    def _status(self, name: str) -> DeviceStatus:
        return self.states.get(name) or DeviceStatus(name=name, state=DeviceState.STARTING)

    def _change(self, name: str, **values: object) -> None:
        self.states[name] = self._status(name).model_copy(update=values)


NOTHING_READ: dict[str, None] = {"done_bytes": None, "total_bytes": None}


class Seldom:
    """Passes progress on, but not more often than people can see; beginnings and ends once."""

    def __init__(self, show: Callable[[int, int], None], clock: Callable[[], float]) -> None:
        self._show = show
        self._clock = clock
        self._next_at = float("-inf")
        self._shown = (0, 0)

    def __call__(self, done: int, total: int) -> None:
        """Take bytes done and bytes in all; called by one thread at a time."""
        now = self._clock()
        if (done, total) == self._shown or (0 < done < total and now < self._next_at):
            return
        self._shown = (done, total)
        self._next_at = now + SHOWN_EVERY_S
        self._show(done, total)
