"""Plays an evening with faults to the gateway: through its drivers, its reading, its decision."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drivers.contract import DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.errors import DeviceGone
from drivers.hotplug.attached import DeviceMatch
from drivers.media.source import MediumSource, Sink
from drivers.media.visit import MediaSettings, Visit
from drivers.print_line import CaptureReader, PrintLineSettings
from drivers.usb.usb_storage import UsbStorage, UsbStorageSettings
from election.captures import Capture, Ending
from election.definition import AssignedDevice, ElectionDefinition, Mode, ReportedBy
from election.definition_file import LoadedDefinition, definition_bytes, load_definition
from election.documents import DeviceClass
from election.errors import ZerotapeError
from gateway.packets import Decision, PacketKey
from gateway.reading import Reading, read_evidence
from parsers.registry import load_parser
from simulators.bench.device_faults import cradle_faults, reader_faults, unplug_at_transfer
from simulators.bench.evening import BroughtMedium, Evening, evening_of
from simulators.bench.fault_kinds import Outcome, Simulator
from simulators.bench.fault_list import Fault
from simulators.bench.thrown import ThrownFaults, parse_faults
from simulators.cradle.cable import Cable
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.cradle.wired_line import SteppedClock, WiredLine
from simulators.golden.printed_line import Portion, PrintedLine, connections
from simulators.sample import sample_definition_bytes
from simulators.usb.card_reader import card_reader
from simulators.usb.usb_backend import SimulatedUsb
from tests.gateway.decided_packets import Read, decided_packets

PARSERS = tuple(
    load_parser(name)
    for name in ("m100-tape", "ivotronic-tape", "m100-card", "peb", "flash", "flash-card")
)
SEED = 1
SPARE_PEB = "299901"
SITE_WITH_TWO_TERMINALS = 5
"""Place of such a precinct in the sample election."""
REGISTERED = 300
"""Few, so that the days are short."""
ONLINE_AFTER_READS = 400
"""Each stands for 0.1 s: 40 s, longer than `idle_s` of a print line."""
BETWEEN_STRIPS_READS = 20
ANSWER_S = 0.06


@dataclass
class Played:
    """What came of one evening."""

    captures: list[Capture] = field(default_factory=list)
    errors: list[ZerotapeError] = field(default_factory=list)
    """What the drivers raised."""
    advice: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """Why no parser could read something."""
    checks: dict[str, None] = field(default_factory=dict)
    """Ids, in the order in which they were found."""
    decisions: dict[PacketKey, Decision] = field(default_factory=dict)
    cradles: list[LinkServer] = field(default_factory=list)
    """One for each PEB that was read for this evening."""

    @property
    def states(self) -> set[str]:
        """Where the packets stand."""
        return {decision.state.value for decision in self.decisions.values()}

    @property
    def outcomes(self) -> set[str]:
        """Everything that a line of the fault list can name."""
        seen = {*self.checks, *self.states}
        seen |= {type(error).__name__ for error in self.errors}
        if any("No allowed parser" in text for text in self.refusals):
            seen.add(Outcome.UNRECOGNISED)
        if any("was not read" in text for text in self.advice):
            seen.add(Outcome.NOT_READ)
        return seen


@dataclass
class Memory:
    """What was read before: most of every evening is the same."""

    captures: dict[bytes, list[Capture]] = field(default_factory=dict)
    readings: dict[tuple[str, Ending], Reading] = field(default_factory=dict)


class GatewayStandIn:
    """Reads an evening as a gateway does, but for its store."""

    def __init__(self, loaded: LoadedDefinition, struck: Simulator, memory: Memory) -> None:
        self._loaded = loaded
        self._struck = struck
        self._memory = memory
        self._center = loaded.definition.precincts[0].count_center
        self.played = Played()

    def take(self, evening: Evening, faults: ThrownFaults) -> Played:
        """Take everything in, and decide."""
        on_paper = self._struck not in (Simulator.CRADLE, Simulator.CARD_READER)
        self.played.captures += self._printed(evening, faults if on_paper else ThrownFaults())
        for reader, visited in (
            (Simulator.CRADLE, self._in_cradle),
            (Simulator.CARD_READER, self._in_reader),
        ):
            struck = faults if reader is self._struck else ThrownFaults()
            for medium in (each for each in evening.media if each.reader is reader):
                if struck.values:
                    self.played.captures += visited(medium, struck)
                else:
                    known = self._memory.captures
                    if medium.image not in known:
                        known[medium.image] = visited(medium, struck)
                    self.played.captures += known[medium.image]
                struck = ThrownFaults()  # the first one has had them all
        self._decide()
        return self.played

    def _printed(self, evening: Evening, faults: ThrownFaults) -> Iterator[Capture]:
        unplug = faults.fraction(Fault.UNPLUG)
        *cut, last = connections(
            evening.strips, unplug, between=BETWEEN_STRIPS_READS, online_after=ONLINE_AFTER_READS
        )
        for portions in cut:
            yield from self._from_line(portions)
        yield from self._from_line(last, is_struck=False)

    def _from_line(self, portions: list[Portion], *, is_struck: bool = True) -> Iterator[Capture]:
        clock = SteppedClock()
        line = PrintedLine(portions, clock)
        reader = CaptureReader("tape", PrintLineSettings(url="/dev/ttyUSB0"), line, clock)
        try:
            while True:
                yield from reader.read()
        except DeviceGone as error:
            self.played.errors += [error] if is_struck else []
            yield from reader.finish(Ending.UNPLUGGED)

    def _in_cradle(self, medium: BroughtMedium, faults: ThrownFaults) -> list[Capture]:
        clock = SteppedClock()
        peb = PebInSlot.of_image(medium.image)
        server = LinkServer(faults=cradle_faults(faults, peb.written()), clock=clock.now)
        server.insert(peb)
        self.played.cradles.append(server)
        settings = PebCradleSettings(url="/dev/ttyACM0")
        line = WiredLine("cradle", Cable(server), clock)
        source = PebCradle("cradle", settings, _unrecorded, line=line, clock=clock)
        return self._visited(source, settings)

    def _in_reader(self, medium: BroughtMedium, faults: ThrownFaults) -> list[Capture]:
        size = len(medium.image)
        device, storage = card_reader(medium.image, faults=reader_faults(faults, size))
        device.unplug_at_transfer = unplug_at_transfer(faults, size)
        settings = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), answer_s=ANSWER_S)
        usb = SimulatedUsb()
        usb.plug(device)
        captures = self._visited(UsbStorage("cf", settings, _unrecorded, lambda _: usb), settings)
        assert storage.violations == []
        return captures

    def _visited(self, source: MediumSource, settings: MediaSettings) -> list[Capture]:
        source.open()
        try:
            while source.present() is None:
                pass
            visit = Visit(
                "bench",
                _noting(source, self.played.errors),
                settings,
                DriverHost(),
                threading.Event(),
            )
            visit.read()
        finally:
            source.close()
        self.played.advice.append(visit.advice)
        return visit.captures

    def _decide(self) -> None:
        taken = [Read(c.sha256, c.ending, self._read(c)) for c in self.played.captures]
        for each in taken:
            self.played.refusals += [each.reading.problem] if each.reading.problem else []
            self._note(finding.check for finding in each.reading.placement.findings)
        self.played.decisions = decided_packets(self._loaded, taken)
        for decision in self.played.decisions.values():
            self._note(finding.check for finding in decision.findings)

    def _read(self, capture: Capture) -> Reading:
        known, key = self._memory.readings, (capture.sha256, capture.ending)
        if key not in known:
            known[key] = read_evidence(
                capture.content, capture.ending, PARSERS, self._loaded, self._center
            )
        return known[key]

    def _note(self, checks: Iterator[str]) -> None:
        self.played.checks |= dict.fromkeys(checks)


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def official() -> LoadedDefinition:
    """Return an official election whose totals come from media, tapes beside them."""
    definition = load_definition(sample_definition_bytes(), "sample").definition
    precinct = definition.precincts[SITE_WITH_TWO_TERMINALS]
    changes = {
        "devices": tuple(map(_by_medium, precinct.devices)),
        "registered_voters": REGISTERED,
    }
    own = precinct.model_copy(update=changes)
    return _loaded(definition, mode=Mode.OFFICIAL, precincts=(own,), to_fill_in=())


@pytest.fixture(scope="session")
def small_definition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of the sample election with few voters: its days are short."""
    definition = load_definition(sample_definition_bytes(), "sample").definition
    few = tuple(p.model_copy(update={"registered_voters": 60}) for p in definition.precincts)
    path = tmp_path_factory.mktemp("definition") / "small.json"
    path.write_bytes(definition_bytes(definition.model_copy(update={"precincts": few})))
    return path


@pytest.fixture(scope="session")
def sound(official: LoadedDefinition) -> Evening:
    """Return the evening of the site on which nothing goes wrong."""
    return evening_of(official, official.definition.precincts[0], SEED, ThrownFaults())


@pytest.fixture(scope="session")
def play(official: LoadedDefinition, sound: Evening) -> Play:
    """Return `play(fault, simulator=...)`: the evening of the site, taken in by a gateway.

    The fault strikes the part that `simulator` plays; the rest is brought as it should be.
    """

    def played(*texts: str, simulator: Simulator, only_last_card: bool = False) -> Played:
        faults = parse_faults(texts, simulator)
        struck = evening_of(official, official.definition.precincts[0], SEED, faults)
        own, others = struck.part_of(simulator), sound.part_of(simulator)
        if only_last_card:
            own = replace(own, media=own.media[-1:])
        evening = Evening(
            sound.precinct,
            (*own.strips, *(s for s in sound.strips if s not in others.strips)),
            (*own.media, *(m for m in sound.media if m not in others.media)),
        )
        return GatewayStandIn(official, simulator, memory).take(evening, faults)

    memory = Memory()
    return played


def _by_medium(device: AssignedDevice) -> AssignedDevice:
    is_peb = device.device_class is DeviceClass.IVOTRONIC
    media = (SPARE_PEB,) if is_peb else ()
    return device.model_copy(update={"reported_by": ReportedBy.MEDIUM, "media": media})


def _loaded(definition: ElectionDefinition, **changes: object) -> LoadedDefinition:
    return load_definition(definition_bytes(definition.model_copy(update=changes)), "changed")


def _noting(source: MediumSource, errors: list[ZerotapeError]) -> MediumSource:
    """Return `source`, which from now on notes what its readings raise."""
    read = source.read

    def noted(sink: Sink) -> None:
        try:
            read(sink)
        except ZerotapeError as error:
            errors.append(error)
            raise

    source.read = noted  # type: ignore[method-assign]  # only this one
    return source


def _unrecorded(_crossing: object) -> None:
    """Nobody records."""
