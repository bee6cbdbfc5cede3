"""The device end of a print line: a pty that is plugged, unplugged and printed to."""

import asyncio
import fcntl
import os
import pty
import select
import sys
import termios
import tty
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.faults import Faults

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
        self._ends: tuple[int, int] | None = None

    @property
    def plugged(self) -> bool:
        """Whether the port exists."""
        return self._ends is not None

    def plug(self) -> None:
        """Appear under `path`; every plug is a new pty, as every re-plug is a new device."""
        if self._ends is not None:
            raise RuntimeError(f"{self.path} is plugged already")
        master, slave = self._ends = pty.openpty()
        try:
            tty.setraw(slave)  # a cooked line echoes, edits and swallows ^Q and ^S
            os.set_blocking(master, False)
            fresh = self.path.with_name(f"{self.path.name}.new")
            fresh.unlink(missing_ok=True)  # left behind by a killed simulator
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.path)  # in one step: a reader never sees a half-made port
        except OSError:
            self.unplug()
            raise

    def unplug(self) -> None:
        """Vanish; what the reader has not read yet is lost, as on real hardware."""
        if self._ends is None:
            return
        self.path.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def unread(self) -> int:
        """Return how many bytes the reader has not read; 0 when unplugged."""
        if self._ends is None:
            return 0
        # Asking whether it can be read makes the kernel deliver what is under way: without it 558
        # of 2,000 asks right after a write said 0.
        select.select([self._ends[1]], [], [], 0)
        size = fcntl.ioctl(self._ends[1], termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)

    async def print_out(self, data: bytes, characters_per_second: float | None = None) -> int:
        """Send `data`, as fast as it is read without a pace; return how many bytes left.

        Fewer than `len(data)` left when the line is unplugged, before or meanwhile.
        """
        limit = self.faults.unplug_after_byte
        cable = self._ends
        sent = await self._send(data[:limit], characters_per_second)
        if limit is not None and sent < len(data) and self._ends is cable:
            await self._drain()
            if self._ends is cable:
                self.unplug()
        return sent

    async def _send(self, data: bytes, characters_per_second: float | None) -> int:
        loop = asyncio.get_running_loop()
        portion = len(data)
        if characters_per_second is not None:
            portion = max(1, round(characters_per_second * PORTION_S))
        cable, sent, due = self._ends, 0, loop.time()
        while cable is not None and sent < len(data):
            try:
                written = os.write(cable[0], data[sent : sent + portion])
            except BlockingIOError:  # the reader lags: a real device would see BUSY or XOFF
                due = loop.time() + PATIENCE_S
            else:
                sent += written
                if characters_per_second is not None:
                    due += written / characters_per_second
            await asyncio.sleep(max(0.0, due - loop.time()))
            if self._ends is not cable:  # unplugged, or even plugged again, meanwhile
                break
        return sent

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self.unread():  # noqa: ASYNC110  # the kernel tells nobody
                    await asyncio.sleep(PATIENCE_S)

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
