"""The device end of a print line: a pty that is plugged, unplugged and printed to."""

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.faults import Faults
from simulators.pty_port import PtyPort

DPU_414_CHARACTERS_PER_S = 52.5
"""Pace of the DPU-414 in normal characters, as published for that printer."""

PORTION_S = 0.02
"""One write carries what a paced line transmits in this time, at least one byte."""

PATIENCE_S = 0.005
"""Wait before trying again when the reader lags behind."""

DRAIN_S = 5.0
"""Longest wait for the reader before `unplug_after_byte` pulls the cable."""


class PrinterLine:
    """A serial port under `path`, with `Faults.unplug_after_byte` as its loose cable.

    A pty has no speed, no parity and no modem lines: the pace is kept here. Inside one event
    loop, any task may unplug while another prints.
    """

    def __init__(self, path: Path, *, faults: Faults | None = None) -> None:
        self.path = path
        self.faults = faults or Faults()
        self._port = PtyPort(path)

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        return self._port.ends is not None

    def plug(self) -> None:
        """Appear under `path`; every plug is a new pty, as every re-plug is a new device."""
        self._port.plug()

    def unplug(self) -> None:
        """Vanish; what the reader has not read yet is lost, as on real hardware."""
        self._port.unplug()

    def unread(self) -> int:
        """Return how many bytes the reader has not read; 0 when unplugged."""
        return self._port.unread()

    async def all_read(self) -> None:
        """Return when the reader has taken everything, or it is unplugged."""
        await self._port.all_read()

    async def print_out(self, data: bytes, characters_per_second: float | None = None) -> int:
        """Send `data`, as fast as it is read without a pace; return how many bytes left.

        Fewer than `len(data)` left when the line is unplugged, before or meanwhile.
        """
        limit = self.faults.unplug_after_byte
        cable = self._port.ends
        sent = await self._send(data[:limit], characters_per_second)
        if limit is not None and sent < len(data) and self._port.ends is cable:
            await self._port.all_read(DRAIN_S)
            if self._port.ends is cable:
                self.unplug()
        return sent

    async def _send(self, data: bytes, characters_per_second: float | None) -> int:
        loop = asyncio.get_running_loop()
        portion = len(data)
        if characters_per_second is not None:
            portion = max(1, round(characters_per_second * PORTION_S))
        cable, sent, due = self._port.ends, 0, loop.time()
        while cable is not None and sent < len(data):
            try:
                written = os.write(cable.device, data[sent : sent + portion])
            except BlockingIOError:  # the reader lags: a real device would see BUSY or XOFF
                due = loop.time() + PATIENCE_S
            else:
                sent += written
                if characters_per_second is not None:
                    due += written / characters_per_second
            await asyncio.sleep(max(0.0, due - loop.time()))
            if self._port.ends is not cable:  # unplugged, or even plugged again, meanwhile
                break
        return sent

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.unplug()
