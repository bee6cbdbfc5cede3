"""The evening of a small polling place with a documented fault, as each driver gets to see it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from election.definition import AssignedDevice, Mode, ReportedBy
from election.definition_file import LoadedDefinition, definition_bytes, load_definition
from election.documents import DeviceClass
from simulators.bench.evening import BroughtMedium, Evening, evening_of
from simulators.bench.fault_kinds import FaultKind, Simulator
from simulators.bench.thrown import parse_faults
from simulators.golden.line_sessions import PEB_CRADLE, PRINT_LINE
from simulators.golden.media_sessions import BLOCK_DEVICE, PC_CARD, USB_STORAGE
from simulators.small_election import small_election

SEED = 1
VOTERS = 240
"""Few, so that the sessions are short; enough for the default value of every fault."""
TERMINALS = AssignedDevice(
    device_class=DeviceClass.IVOTRONIC,
    serial="299101",
    counting_group="election-day",
    terminals=("5199901", "5199902"),
    media=("299901",),
    reported_by=ReportedBy.MEDIUM,
)
MACHINES = (Simulator.M100, Simulator.IVOTRONIC)
DRIVERS: Mapping[Simulator, tuple[str, ...]] = {
    Simulator.M100: (PRINT_LINE, PC_CARD),
    Simulator.IVOTRONIC: (PRINT_LINE, PEB_CRADLE, BLOCK_DEVICE),
    Simulator.PRINTER: (PRINT_LINE,),
    Simulator.CRADLE: (PEB_CRADLE,),
    Simulator.CARD_READER: (USB_STORAGE,),
}
"""Over which drivers the sessions carry what each simulator brings."""
READERS = {
    PRINT_LINE: Simulator.PRINTER,
    PEB_CRADLE: Simulator.CRADLE,
    USB_STORAGE: Simulator.CARD_READER,
}
"""Drivers at which a fault can be one of the reader, and not of what is read."""


@cache
def session_election() -> LoadedDefinition:
    """Return an official election of one precinct: a scanner, two terminals, totals from media."""
    definition = small_election(1, ["hq"])
    precinct = definition.precincts[0]
    scanner = precinct.devices[0].model_copy(update={"reported_by": ReportedBy.MEDIUM})
    changes = {"devices": (scanner, TERMINALS), "registered_voters": VOTERS}
    own = precinct.model_copy(update=changes)
    official = definition.model_copy(update={"mode": Mode.OFFICIAL, "precincts": (own,)})
    return load_definition(definition_bytes(official), "election of the golden sessions")


@cache
def sound_evening() -> Evening:
    """Return the evening on which nothing goes wrong."""
    return _evening()


@lru_cache(maxsize=1)
def evening_with(fault: str) -> Evening:
    """Return the evening with `fault` at its default value; the last one asked for is kept."""
    return _evening(fault)


def brought(kind: FaultKind, driver: str) -> Evening:
    """Return what `driver` sees of the machines that `kind` strikes; empty where it strikes none.

    That is everything of a machine of which something is not as on a sound evening. Where the
    fault is one of the reader, it is what the first machine brings.
    """
    evening, sound = evening_with(kind.name), sound_evening()
    own = seen_by(driver, evening)
    parts = [own.part_of(machine) for machine in MACHINES]
    if evening != sound:
        before = seen_by(driver, sound)
        pairs = zip(parts, map(before.part_of, MACHINES), strict=True)
        parts = [part for part, was in pairs if part != was]
    else:
        of_reader = READERS.get(driver) in kind.simulators
        parts = [part for part in parts if of_reader and (part.strips or part.media)][:1]
    return replace(
        own,
        strips=tuple(strip for part in parts for strip in part.strips),
        media=tuple(medium for part in parts for medium in part.media),
    )


def showing(kind: FaultKind, simulators: Collection[Simulator]) -> tuple[str, ...]:
    """Return the drivers at which `kind` shows when one of `simulators` plays it, each once."""
    names = dict.fromkeys(driver for simulator in simulators for driver in DRIVERS[simulator])
    parts = ((driver, brought(kind, driver)) for driver in names)
    return tuple(driver for driver, part in parts if part.strips or part.media)


def seen_by(driver: str, evening: Evening) -> Evening:
    """Return what of `evening` comes to the gateway over `driver`."""
    strips = evening.strips if driver == PRINT_LINE else ()
    media = tuple(medium for medium in evening.media if driver in _drivers_of(medium))
    return replace(evening, strips=strips, media=media)


def _drivers_of(medium: BroughtMedium) -> tuple[str, ...]:
    if medium.reader is Simulator.CRADLE:
        return (PEB_CRADLE,)
    own = PC_CARD if medium.device_class is DeviceClass.M100 else BLOCK_DEVICE
    return (own, USB_STORAGE)


def _evening(*faults: str) -> Evening:
    loaded = session_election()
    return evening_of(loaded, loaded.definition.precincts[0], SEED, parse_faults(faults))
