"""The printer line of the devices, behind a pty."""

import asyncio
from pathlib import Path
from typing import Self

from simulators.bench.evening import Strip
from simulators.bench.fault_kinds import Simulator
from simulators.bench.fault_list import Fault
from simulators.bench.pace import BenchPace
from simulators.bench.stanza import stanza
from simulators.bench.thrown import ThrownFaults
from simulators.errors import Refused
from simulators.playing import reader_present
from simulators.printer_line import PrinterLine


class PrinterStation:
    """Prints one strip after the other to whoever reads."""

    simulator = Simulator.PRINTER

    def __init__(self, folder: Path, faults: ThrownFaults, pace: BenchPace) -> None:
        self._line = PrinterLine(folder / self.simulator)
        self._unplug_at = faults.fraction(Fault.UNPLUG)
        self._pace = pace
        self._is_read = False
        """Whether somebody has opened the line since it was plugged in."""

    @property
    def stanza(self) -> str:
        """What the gateway's configuration needs for it."""
        return stanza("bench-printer", "print-line", url=str(self._line.path))

    async def __aenter__(self) -> Self:
        self._line.plug()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._line.unplug()

    def plug(self) -> None:
        """Appear; raise Refused where it is there."""
        if self._line.plugged:
            raise Refused("The printer is plugged in already.")
        self._line.plug()
        self._is_read = False

    def unplug(self) -> None:
        """Vanish."""
        self._line.unplug()

    async def print_out(self, strip: Strip) -> bool:
        """Print `strip` as soon as somebody reads; return False when the line was unplugged.

        Raises Refused when it is not plugged in.
        """
        if not self._is_read:
            await reader_present(self._line)
            self._is_read = True
        printing = self._pace.printing
        if strip.is_results and self._unplug_at is not None:
            self._line.faults.unplug_after_byte = round(self._unplug_at * len(strip.wire))
            self._unplug_at = None
        for place, portion in enumerate((strip.wire, strip.rest)):
            if place and portion:
                await asyncio.sleep(self._pace.online_after_s)
            if await self._line.print_out(portion, printing.characters_per_s) < len(portion):
                self._line.faults.clear()
                return False
            await self._line.all_read()
        await asyncio.sleep(printing.after_cut_s if strip.is_cut else printing.between_jobs_s)
        return True
