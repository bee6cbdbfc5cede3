"""A cradle with a PEB in this process, and the driver that reads it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.contract import DriverHost
from drivers.cradle.link_client import REPEAT_AFTER_S
from drivers.cradle.peb_cradle import READING_S, PebCradle, PebCradleSettings
from drivers.cradle.peb_messages import ERASED_PAGE
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.media.visit import Visit
from drivers.transcripts.crossing import Crossing
from election.captures import Capture, Ending
from election.errors import ZerotapeError
from simulators.cradle.cable import Cable
from simulators.cradle.faults import CradleFaults
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from simulators.cradle.wired_line import SteppedClock, WiredLine

PAGES = 3
"""A short session: the cradle says in HELLO how many pages it reads."""
SETTINGS = PebCradleSettings(url="/dev/ttyACM0")
REQUEST_S = 4 * 2.0 + sum(REPEAT_AFTER_S)
"""Longest that one request may take: all tries of READ_PAGE, and the pauses between them."""
VISIT_S = 2 * READING_S + 2 * REQUEST_S
"""Longest that a PEB may take, from plug to the last word: two readings, and what goes before."""


def peb(*, serial: int = 299101, first: bytes = b"one", pages: int = PAGES) -> PebInSlot:
    header = b"ZTPEB001\1\0\x10\2\0\x10\1\1" + serial.to_bytes(4, "little")
    image = [ERASED_PAGE] * pages
    for number, data in {0: header, 2: first}.items():
        image[number] = with_trailer(data, number)
    return PebInSlot.of_image(b"".join(image))


PEB = peb()


@dataclass
class Bench:
    """A cradle with PEB in this process, and the source that reads it."""

    faults: CradleFaults = field(default_factory=CradleFaults)
    inserted: PebInSlot | None = PEB
    cable_of: Callable[[LinkServer], Cable] = Cable

    def __post_init__(self) -> None:
        self.clock = SteppedClock()
        pages = self.inserted.pages if self.inserted else PAGES
        self.server = LinkServer(page_count=pages, faults=self.faults, clock=self.clock.now)
        if self.inserted:
            self.server.insert(self.inserted)
        self.cable = self.cable_of(self.server)
        self.crossings: list[Crossing] = []
        self.line = WiredLine("cradle-1", self.cable, self.clock)
        self.source = PebCradle(
            "cradle-1", SETTINGS, self.crossings.append, line=self.line, clock=self.clock
        )

    def visit(self) -> Visit:
        """Read what `present` has told of, as MediumReader does."""
        visit = Visit("cradle-1", self.source, SETTINGS, DriverHost(), threading.Event())
        visit.read()
        return visit

    def session(self) -> tuple[list[Capture], ZerotapeError | None]:
        """Open, look and read; return the captures, and the error that ended it."""
        try:
            self.source.open()
            if self.source.present() is None:
                return [], None
        except (DeviceGone, DeviceBlocked, DeviceRefused) as error:
            return [], error
        finally_read = self.visit()
        self.source.close()
        return finally_read.captures, finally_read.gone


def demand_right_or_named(bench: Bench) -> list[Capture]:
    """Demand the outcome that every fault must have."""
    captures, error = bench.session()
    assert bench.clock.now() <= VISIT_S
    for capture in captures:
        if capture.ending is Ending.WHOLE:
            assert capture.content == PEB.image
            assert error is None
        else:
            assert capture.ending in (Ending.UNPLUGGED, Ending.UNREADABLE)
            assert PEB.image.startswith(capture.content)
            assert capture.notes
    return captures
