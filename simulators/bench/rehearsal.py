"""One rehearsal from its wishes: the evening, and either files or devices that play it."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from election.definition import ElectionDefinition, Precinct
from election.documents import DeviceClass
from election.errors import ZerotapeError
from simulators.bench.bench import Bench
from simulators.bench.cradle_station import CradleStation
from simulators.bench.evening import Evening, evening_of
from simulators.bench.fault_kinds import Door, Simulator
from simulators.bench.pace import PACES
from simulators.bench.printer_station import PrinterStation
from simulators.bench.reader_stations import FileReaderStation, UsbReaderStation
from simulators.bench.station import Slot
from simulators.bench.thrown import BadFault, ThrownFaults, parse_faults
from simulators.bench.timetable import GRAMMAR, BadStep, Step, Verb, read_step, read_timetable
from simulators.definition_files import loaded_definition
from simulators.errors import Refused
from simulators.new_files import write_new
from simulators.pace_names import PaceName

MOST_SCRIPT_BYTES = 1 << 20
PLAYED_BY = {
    Simulator.M100: (Simulator.PRINTER, Simulator.CARD_READER),
    Simulator.IVOTRONIC: (Simulator.PRINTER, Simulator.CRADLE, Simulator.CARD_READER),
}
ALL_STATIONS = (Simulator.PRINTER, Simulator.CRADLE, Simulator.CARD_READER)

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wants to rehearse."""

    simulator: Simulator | None
    """None: the bench, with all of them."""
    definition_file: Path | None
    """None: the sample election."""
    seed: int
    precinct: str | None
    """Its id or number; None: the first with both machines."""
    faults: tuple[str, ...]
    pace: PaceName
    folder: Path
    stay_s: float
    on_usb: bool
    script: Path | None
    interactive: bool
    out: Path | None


def rehearse(wishes: Wishes, say: Say) -> None:
    """Do what is wished, and tell of it; Ctrl-C ends it. Raises ZerotapeError."""
    faults = parse_faults(wishes.faults, wishes.simulator)
    steps = None if wishes.script is None else read_timetable(_lines(wishes.script))
    loaded = loaded_definition(wishes.definition_file)
    precinct = _precinct(loaded.definition, wishes.precinct)
    evening = evening_of(loaded, precinct, wishes.seed, faults)
    if wishes.simulator is not None:
        evening = evening.part_of(wishes.simulator)
    if wishes.out is not None:
        _refuse_doors(
            faults, (Door.PLAYED, Door.USB), "is no matter of files. Play it without --out"
        )
        _write(evening, wishes.out, say)
        return
    if not wishes.on_usb:
        _refuse_doors(faults, (Door.USB,), "takes a reader on the USB. Add --usbredir")
    say(f"{precinct.name} ({precinct.id}), seed {wishes.seed}.")
    say(f"The gateway needs the definition with SHA-256 {loaded.sha256}.")
    try:
        asyncio.run(_play(wishes, evening, faults, steps, say))
    except KeyboardInterrupt:
        say("Ended. The devices are unplugged.")


async def _play(
    wishes: Wishes,
    evening: Evening,
    faults: ThrownFaults,
    steps: Sequence[Step] | None,
    say: Say,
) -> None:
    bench = Bench(
        evening, _stations(wishes, faults), PACES[wishes.pace], stay_s=wishes.stay_s, say=say
    )
    async with AsyncExitStack() as plugged:
        try:
            wishes.folder.mkdir(parents=True, exist_ok=True)
            await plugged.enter_async_context(bench)
        except OSError as error:
            raise ZerotapeError(
                f"The devices cannot appear in {wishes.folder}: {error}. Name another place with "
                "--folder."
            ) from error
        _introduce(bench, say)
        if wishes.interactive:
            say(f"What is to be done?\n{GRAMMAR}")
            await bench.follow(_typed(say))
        elif steps is not None:
            await bench.follow(_each(steps))
        else:
            say("Ctrl-C ends the rehearsal.")
            await bench.play_everything()
    say("All is done. The devices are unplugged.")


def _introduce(bench: Bench, say: Say) -> None:
    say("\nFor the gateway's configuration:\n")
    for stanza in bench.stanzas:
        say(stanza)
    for line in bench.contents:
        say(line)


def _stations(wishes: Wishes, faults: ThrownFaults) -> list[PrinterStation | Slot]:
    pace, folder = PACES[wishes.pace], wishes.folder
    simulator = wishes.simulator
    names = ALL_STATIONS if simulator is None else PLAYED_BY.get(simulator, (simulator,))
    stations: list[PrinterStation | Slot] = []
    if Simulator.PRINTER in names:
        stations.append(PrinterStation(folder, faults, pace))
    if Simulator.CRADLE in names:
        stations.append(CradleStation(folder, faults, pace, on_usb=wishes.on_usb))
    if Simulator.CARD_READER in names:
        stations.append(
            UsbReaderStation(folder, faults, pace) if wishes.on_usb else FileReaderStation(folder)
        )
    return stations


def _precinct(definition: ElectionDefinition, wanted: str | None) -> Precinct:
    """Return the precinct with this id or number; for None the first with both machines."""
    if wanted is not None:
        for precinct in definition.precincts:
            if wanted in (precinct.id, str(precinct.number)):
                return precinct
        first = definition.precincts[0]
        raise Refused(
            f"{wanted!r} is no precinct of this election. Name its id or number, such as "
            f"{first.id} or {first.number}."
        )
    both = {DeviceClass.M100, DeviceClass.IVOTRONIC}
    for precinct in definition.precincts:
        if both <= {device.device_class for device in precinct.devices if device.prints_tapes}:
            return precinct
    return definition.precincts[0]


def _refuse_doors(faults: ThrownFaults, doors: tuple[Door, ...], why: str) -> None:
    for kind in faults.kinds:
        if kind.door in doors:
            raise BadFault(f"{kind.name} {why}.")


def _write(evening: Evening, folder: Path, say: Say) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZerotapeError(f"{folder} cannot be made: {error.strerror}.") from error
    items = [(strip.file_name, strip.label, strip.wire) for strip in evening.strips]
    items += [(medium.file_name, medium.label, medium.image) for medium in evening.media]
    for number, (name, label, content) in enumerate(items, start=1):
        path = folder / f"{number:02}-{name}"
        write_new(path, content)
        say(f"{path}: {label}, {len(content):,} bytes.")


def _lines(script: Path) -> list[str]:
    try:
        with script.open("rb") as file:
            content = file.read(MOST_SCRIPT_BYTES + 1)
    except OSError as error:
        raise ZerotapeError(f"{script} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_SCRIPT_BYTES:
        raise ZerotapeError(f"{script} is no script: it has more than {MOST_SCRIPT_BYTES:,} bytes.")
    return content.decode("utf-8", "replace").splitlines()


async def _each(steps: Sequence[Step]) -> AsyncIterator[Step]:
    for step in steps:
        yield step


async def _typed(say: Say) -> AsyncIterator[Step]:
    """Yield what is typed until the input ends; what is no action is answered at once."""
    typed: asyncio.Queue[Step | BadStep] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        for line in chain(iter(sys.stdin.readline, ""), [Verb.QUIT]):
            step: Step | BadStep | None
            try:
                step = read_step(line)
            except BadStep as error:
                step = error
            if step is not None:
                loop.call_soon_threadsafe(typed.put_nowait, step)
            if isinstance(step, Step) and step.verb is Verb.QUIT:
                return

    # A thread that waits for a line cannot be ended: as a daemon it never holds up the end.
    listener = threading.Thread(target=listen, name="typed lines", daemon=True)
    listener.start()
    while True:
        step = await typed.get()
        if isinstance(step, BadStep):
            say(str(step))
            continue
        if step.verb is Verb.QUIT:
            listener.join()  # it waits for no further line
        yield step
