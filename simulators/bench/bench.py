"""Several simulated devices side by side: printed, put in, pulled and unplugged by somebody."""

import asyncio
from collections.abc import AsyncIterable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Self, TypeVar

from simulators.bench.evening import BroughtMedium, Evening, Strip
from simulators.bench.fault_kinds import Simulator
from simulators.bench.pace import BenchPace
from simulators.bench.printer_station import PrinterStation
from simulators.bench.station import Slot
from simulators.bench.timetable import Step, Verb
from simulators.errors import Refused

_Item = TypeVar("_Item", Strip, BroughtMedium)

LOOK_S = 0.05
READINGS = 2
"""Of every medium, by every driver."""
AFTER_READING_S = 1.0
"""Until somebody pulls what was read."""


class Bench:
    """Plugged in while it is entered. `say` is told of everything that is done."""

    def __init__(
        self,
        evening: Evening,
        stations: Sequence[PrinterStation | Slot],
        pace: BenchPace,
        *,
        stay_s: float,
        say: Callable[[str], object],
    ) -> None:
        self._evening = evening
        self._stations = {station.simulator: station for station in stations}
        self._pace = pace
        self._stay_s = stay_s
        self._say = say
        self._plugged = AsyncExitStack()

    @property
    def contents(self) -> tuple[str, ...]:
        """What can be printed and put in, numbered as `print` and `insert` take it."""
        return (
            *(f"tape {n}: {each.label}" for n, each in enumerate(self._evening.strips, start=1)),
            *(
                f"medium {n}: {each.label} ({each.reader})"
                for n, each in enumerate(self._evening.media, start=1)
            ),
        )

    @property
    def stanzas(self) -> tuple[str, ...]:
        """What the gateway's configuration needs, station by station."""
        return tuple(station.stanza for station in self._stations.values())

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as undo:
            for station in self._stations.values():
                await undo.enter_async_context(station)
            self._plugged = undo.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._plugged.aclose()

    async def play_everything(self) -> None:
        """Print all tapes and put in all media, all stations side by side."""
        async with asyncio.TaskGroup() as group:
            for station in self._stations.values():
                group.create_task(self._play(station), name=station.simulator)

    async def follow(self, steps: AsyncIterable[Step]) -> None:
        """Do one step after the other, each not before its time; one that fails is told of."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        async for step in steps:
            if step.verb is Verb.QUIT:
                return
            await asyncio.sleep((step.at_s or 0.0) - (loop.time() - begun))
            try:
                await self.do(step)
            except Refused as error:
                self._say(f"{step}: {error}")

    async def do(self, step: Step) -> None:
        """Do one step; raise Refused for what cannot be done now."""
        match step.verb:
            case Verb.PLUG:
                self._station(step.what).plug()
                self._say(f"{step.what}: plugged in.")
            case Verb.UNPLUG:
                self._station(step.what).unplug()
                self._say(f"{step.what}: unplugged.")
            case Verb.PRINT:
                await self._print_some(step.what)
            case Verb.INSERT:
                await self._insert(_numbered(self._evening.media, step.what))
            case Verb.PULL:
                await self._slot(step.what).pull()
                self._say(f"{step.what}: it is empty.")
            case Verb.WAIT:
                await asyncio.sleep(float(step.what))
            case Verb.LIST:
                for line in self.contents:
                    self._say(line)

    async def _play(self, station: PrinterStation | Slot) -> None:
        if isinstance(station, PrinterStation):
            for strip in self._evening.strips:
                await self._print(station, strip)
            return
        for medium in self._evening.media:
            if medium.reader is station.simulator:
                await self._visit(station, medium)

    async def _print_some(self, what: str) -> None:
        station = self._stations.get(Simulator.PRINTER)
        if not isinstance(station, PrinterStation):
            raise Refused("No printer is at this bench.")
        strips = self._evening.strips
        for strip in strips if what == "all" else [_numbered(strips, what)]:
            await self._print(station, strip)

    async def _print(self, printer: PrinterStation, strip: Strip) -> None:
        self._say(f"printer: {strip.label} waits for a reader, then it is printed.")
        while not await printer.print_out(strip):
            self._say(f"printer: unplugged within {strip.label}; the cable is put back.")
            await asyncio.sleep(self._pace.replug_after_s)
            printer.plug()
        self._say(f"printer: {strip.label} is printed.")

    async def _insert(self, medium: BroughtMedium) -> None:
        await self._slot(medium.reader).insert(medium)
        self._say(f"{medium.reader}: {medium.label} is in.")

    async def _visit(self, slot: Slot, medium: BroughtMedium) -> None:
        await self._insert(medium)
        await self._until_read(slot)
        if slot.was_struck:
            self._say(f"{slot.simulator}: the fault has struck; {medium.label} is put in again.")
            await slot.pull()
            await asyncio.sleep(self._pace.replug_after_s)
            with suppress(Refused):  # plugged in it may still be
                slot.plug()
            await self._insert(medium)
            await self._until_read(slot)
        await slot.pull()
        self._say(f"{slot.simulator}: {medium.label} is pulled.")
        await asyncio.sleep(self._pace.between_media_s)

    async def _until_read(self, slot: Slot) -> None:
        """Wait until the medium was read twice, or for its stay where nobody can tell."""
        while not slot.is_watched:  # noqa: ASYNC110  # three ways of looking, none of them tells
            await asyncio.sleep(LOOK_S)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._stay_s
        while loop.time() < until and not slot.was_struck:
            if slot.tells_readings and slot.readings >= READINGS:
                await asyncio.sleep(AFTER_READING_S)
                return
            await asyncio.sleep(LOOK_S)

    def _station(self, name: str) -> PrinterStation | Slot:
        for simulator, station in self._stations.items():
            if simulator == name:
                return station
        raise Refused(f"{name!r} is not at this bench. There are: {', '.join(self._stations)}.")

    def _slot(self, name: str) -> Slot:
        station = self._station(name)
        if isinstance(station, PrinterStation):
            raise Refused("Nothing can be put into a printer, or pulled from it.")
        return station


def _numbered(items: Sequence[_Item], number: str) -> _Item:
    """Return the item that `number` (from 1) means; raise Refused."""
    if number.isdecimal() and number.isascii() and 1 <= int(number) <= len(items):
        return items[int(number) - 1]
    raise Refused(f"{number!r} is no number from 1 to {len(items)}. `list` shows what is here.")
