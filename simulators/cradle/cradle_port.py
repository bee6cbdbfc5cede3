"""A simulated cradle behind a pty: to a driver it is a serial port under a path."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Self

from simulators.cradle.cable import Cable, Delivery
from simulators.pty_port import PtyPort

CHUNK_BYTES = 4096
PATIENCE_S = 0.005
"""Wait before trying again when the reader lags behind."""
DRAIN_S = 2.0
"""Longest wait for the reader before a fault pulls the cable."""


class CradlePort:
    """Plugged in while it is entered, unless it is unplugged before; lives in one event loop."""

    def __init__(self, path: Path, cable: Cable) -> None:
        self.path = path
        self._cable = cable
        self._port = PtyPort(path)
        self._requests: asyncio.Queue[bytes] = asyncio.Queue()
        self._serving: asyncio.Task[None] | None = None

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        return self._port.ends is not None

    async def __aenter__(self) -> Self:
        self.plug()
        self._serving = asyncio.create_task(self._serve(), name=f"cradle {self.path.name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.unplug()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])

    def plug(self) -> None:
        """Appear under the path as a new device."""
        self._port.plug()
        if self._port.ends is not None:
            asyncio.get_running_loop().add_reader(self._port.ends.device, self._heard)

    def unplug(self) -> None:
        """Vanish; what the reader has not read yet is lost."""
        if self._port.ends is not None:
            asyncio.get_running_loop().remove_reader(self._port.ends.device)
        self._port.unplug()

    async def tell(self, event: bytes) -> None:
        """Send what the cradle says unasked: see `LinkServer.insert` and `pull`."""
        await self._deliver(self._cable.send(event))

    def _heard(self) -> None:
        assert self._port.ends is not None
        with suppress(BlockingIOError):
            self._requests.put_nowait(os.read(self._port.ends.device, CHUNK_BYTES))

    async def _serve(self) -> None:
        while True:
            request = await self._requests.get()
            await self._deliver(self._cable.carry(request))

    async def _deliver(self, delivery: Delivery) -> None:
        ends = self._port.ends
        await asyncio.sleep(delivery.after_s)
        for portion in delivery.portions:
            left = portion
            while left and self._port.ends is ends is not None:
                try:
                    left = left[os.write(ends.device, left) :]
                except BlockingIOError:  # the reader lags
                    await asyncio.sleep(PATIENCE_S)
        if delivery.unplugged and self._port.ends is ends:
            await self._port.all_read(DRAIN_S)
            self.unplug()
