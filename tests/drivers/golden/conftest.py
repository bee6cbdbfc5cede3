"""Golden sessions of the documented faults, replayed and read as a gateway reads them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

import pytest

from drivers.contract import DriverHost
from drivers.transcripts.session import replayed
from drivers.transcripts.transcript_file import ExpectedOutcome
from election.captures import Capture, Ending
from election.documents import DeviceClass, Document, ReportKind, Tape
from election.media import FlashCard, M100Card, Peb
from gateway.reading import Reading, read_evidence
from parsers.errors import ParseError
from parsers.registry import load_parser, parser_for
from simulators.bench.evening import BroughtMedium, Evening, Strip
from simulators.bench.fault_kinds import FaultKind, Outcome, Simulator
from simulators.golden.faulty_evening import brought, session_election, showing, sound_evening
from simulators.golden.planned_session import DEVICE
from tests.gateway.decided_packets import Read, decided_packets

FOLDER = Path(__file__).parents[1] / "golden_sessions"
PARSERS = tuple(
    load_parser(name) for name in ("m100-tape", "ivotronic-tape", "m100-card", "peb", "flash-card")
)
MASTER = "299101"
DEVICE_ERRORS = {
    f"{DEVICE} is gone": Outcome.GONE,
    f"The medium in {DEVICE} is gone": Outcome.REMOVED,
    f"The medium in {DEVICE} cannot be read": Outcome.UNREADABLE,
    f"The medium in {DEVICE} is not write-protected and was not read": Outcome.NOT_READ,
}
"""By the beginning of what the clerk is told."""

Place = tuple[Simulator, DeviceClass]
"""The reader, and the machine whose strips or media it takes."""


@dataclass(frozen=True)
class Taken:
    """One capture after a gateway has read it."""

    sha256: str
    ending: Ending
    reading: Reading
    document: Document | None
    """None where no parser makes one of it."""

    @classmethod
    def of(cls, content: bytes, ending: Ending) -> Self:
        """Read `content`."""
        reading = read_evidence(content, ending, PARSERS, session_election(), "hq")
        try:
            document: Document | None = parser_for(content, PARSERS).parse(content)
        except ParseError:
            document = None
        return cls(sha256(content).hexdigest(), ending, reading, document)


@dataclass
class Told:
    """What came of one session, or of a whole evening."""

    taken: list[Taken] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    expected: ExpectedOutcome | None = None
    """What the header of the session says; None for an evening."""
    came: ExpectedOutcome | None = None

    @property
    def cards(self) -> list[M100Card]:
        """Memory cards in the order of reading."""
        return [t.document for t in self.taken if isinstance(t.document, M100Card)]

    @property
    def card(self) -> M100Card:
        """The only one."""
        [card] = self.cards
        return card

    @property
    def pebs(self) -> dict[str, Peb]:
        """By serial."""
        pebs = (t.document for t in self.taken if isinstance(t.document, Peb))
        return {peb.peb: peb for peb in pebs}

    @property
    def master(self) -> Peb:
        """The PEB that opened the terminals."""
        return self.pebs[MASTER]

    @property
    def flash(self) -> FlashCard:
        """The only audit card."""
        [card] = (t.document for t in self.taken if isinstance(t.document, FlashCard))
        return card

    @property
    def tapes(self) -> list[Tape]:
        """In the order of printing."""
        return [t.document for t in self.taken if isinstance(t.document, Tape)]

    def tape(self, kind: ReportKind, machine: DeviceClass) -> Tape:
        """Return the only one of its kind."""
        [tape] = (t for t in self.tapes if (t.kind, t.device_class) == (kind, machine))
        return tape

    def outcomes(self) -> set[str]:
        """Return everything that the list of faults can name."""
        seen = {
            outcome.value
            for begin, outcome in DEVICE_ERRORS.items()
            if any(words.startswith(begin) for words in self.advice)
        }
        if any(t.ending is Ending.UNPLUGGED and isinstance(t.document, Tape) for t in self.taken):
            seen.add(Outcome.GONE)  # nobody is given advice about what is on paper
        if any("No allowed parser" in taken.reading.problem for taken in self.taken):
            seen.add(Outcome.UNRECOGNISED)
        return seen | self._decided()

    def _decided(self) -> set[str]:
        """Return the state of the packet, and all checks that found something."""
        read = [Read(taken.sha256, taken.ending, taken.reading) for taken in self.taken]
        decisions = decided_packets(session_election(), read).values()
        placing = (finding for taken in self.taken for finding in taken.reading.placement.findings)
        deciding = (finding for decision in decisions for finding in decision.findings)
        found = {finding.check for finding in (*placing, *deciding)}
        return found | {decision.state.value for decision in decisions}


Tell = Callable[[str], Told]
TellEvening = Callable[[FaultKind, Simulator], Told]


@pytest.fixture(scope="session")
def told() -> Tell:
    """Return `told(session)`: what comes of it, replayed once."""
    known: dict[str, Told] = {}

    def of(session: str) -> Told:
        if session not in known:
            known[session] = asyncio.run(_replayed(session))
        return known[session]

    return of


@pytest.fixture(scope="session")
def sound_parts() -> dict[Place, Told]:
    """Return by place what comes of an evening on which nothing goes wrong."""
    parts: dict[Place, Told] = {}
    for item in _items(sound_evening()):
        content = item.wire if isinstance(item, Strip) else item.image
        parts.setdefault(_place(item), Told()).taken.append(Taken.of(content, Ending.WHOLE))
    return parts


@pytest.fixture(scope="session")
def sound(sound_parts: dict[Place, Told]) -> Told:
    """Return the whole of it."""
    return _together(sound_parts.values())


@pytest.fixture(scope="session")
def told_evening(told: Tell, sound_parts: dict[Place, Told]) -> TellEvening:
    """Return `told_evening(kind, simulator)`: its sessions, and all else as it should be.

    Raises FileNotFoundError where there is no session for a driver at which the fault shows.
    """

    def of(kind: FaultKind, simulator: Simulator) -> Told:
        drivers = showing(kind, [simulator])
        struck = {_place(item) for each in drivers for item in _items(brought(kind, each))}
        sessions = [told(f"{driver}.{kind.name}") for driver in drivers]
        return _together([*sessions, *(p for at, p in sound_parts.items() if at not in struck)])

    return of


async def _replayed(session: str) -> Told:
    told = Told()

    def take(capture: Capture) -> None:
        told.taken.append(Taken.of(capture.content, capture.ending))

    host = DriverHost(say=told.advice.append)
    path = FOLDER / f"{session}.jsonl"
    told.expected, told.came = await replayed(path, host, take=take)
    return told


def _together(parts: Iterable[Told]) -> Told:
    whole = Told()
    for part in parts:
        whole.taken += part.taken
        whole.advice += part.advice
    return whole


def _items(evening: Evening) -> Iterator[Strip | BroughtMedium]:
    yield from evening.strips
    yield from evening.media


def _place(item: Strip | BroughtMedium) -> Place:
    reader = Simulator.PRINTER if isinstance(item, Strip) else item.reader
    return reader, item.device_class
