"""Golden sessions of the drivers that read lines: print lines, and the cradle of a PEB."""

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.cradle.peb_messages import ERASED_PAGE
from drivers.media.reader import MediumReader
from drivers.print_line import PrintLine, PrintLineSettings
from simulators.cradle.cable import Cable
from simulators.cradle.faults import CradleFaults
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from simulators.cradle.wired_line import SteppedClock, WiredLine
from simulators.golden.planned_session import DEVICE, Attendant, PlannedSession
from simulators.golden.printed_line import Portion, PrintedLine

PEB_CRADLE, PRINT_LINE = "peb-cradle", "print-line"
PEB_PAGES = 4096
"""A session carries only the pages that are not erased."""
HEADER = b"ZTPEB001\1\0\x10\2\0\x10\1\1" + (299101).to_bytes(4, "little")
TAPE = b"\x18TOTAL BALLOTS   612\r\n*** END OF REPORT ***\r\n\n\n\n\n"
"""A print job as short as one can be."""
CRADLE_SETTINGS: dict[str, JsonValue] = {"url": "/dev/ttyACM0", "poll_s": 0.01}
TAPE_SETTINGS: dict[str, JsonValue] = {"url": "/dev/ttyUSB0", "idle_s": 2.0}


def line_sessions() -> tuple[PlannedSession, ...]:
    """Return all of them, fresh."""
    return (
        with_sparse_peb("whole", CradleFaults()),
        with_sparse_peb("io-flag", CradleFaults(io_flag=True)),
        with_sparse_peb("flipped-bits", CradleFaults(flip_every=811)),
        with_sparse_peb("late", CradleFaults(delay_s=2.1, delay_every=5)),
        with_sparse_peb("unstable", CradleFaults(changed_byte=272 * 528 + 5), captures=2),
        with_sparse_peb("unplugged", CradleFaults(unplug_after_byte=3000), captures=None),
        print_line("whole", [(3, TAPE[:20]), (0, TAPE[20:]), (2, TAPE), (5, b"")]),
        print_line("flow-control", [(1, TAPE[:8] + b"\xd2\x11\x13" + TAPE[11:]), (5, b"")]),
        print_line("idle", [(0, b"EVENT LOG\r\n"), (25, TAPE), (5, b"")]),
    )


def sparse_peb() -> PebInSlot:
    """Return a PEB of the size of a real one, with six pages written."""
    pages = [ERASED_PAGE] * PEB_PAGES
    for number, content in {0: HEADER, 1: b"DEF", 256: b"T1", 272: b"C1", 273: b"C2"}.items():
        pages[number] = with_trailer(content, number)
    pages[304] = with_trailer(bytes(range(256)) * 2, 304)
    return PebInSlot.of_image(b"".join(pages))


def with_sparse_peb(
    fault: str, faults: CradleFaults, *, captures: int | None = 1
) -> PlannedSession:
    """Return a session with a PEB in a cradle that is never taken out."""
    clock = SteppedClock()
    server = LinkServer(faults=faults, clock=clock.now)
    server.insert(sparse_peb())
    return peb_cradle(fault, Cable(server), clock, captures=captures)


def peb_cradle(
    fault: str,
    cable: Cable,
    clock: SteppedClock,
    *,
    captures: int | None = None,
    attendant: Attendant | None = None,
) -> PlannedSession:
    """Return a session with the cradle at the end of `cable`."""
    settings = PebCradleSettings.model_validate(CRADLE_SETTINGS)
    line = WiredLine(DEVICE, cable, clock)

    def opened(host: DriverHost) -> Driver:
        source = PebCradle(DEVICE, settings, host.record, line=line, clock=clock)
        return MediumReader(DEVICE, source, settings, host)

    name = f"{PEB_CRADLE}.{fault}"
    return PlannedSession(name, CRADLE_SETTINGS, opened, clock, captures, attendant)


def print_line(fault: str, portions: list[Portion]) -> PlannedSession:
    """Return a session with a print line that is unplugged in the end."""
    clock = SteppedClock()
    settings = PrintLineSettings.model_validate(TAPE_SETTINGS)
    line = PrintedLine(portions, clock)

    def opened(host: DriverHost) -> Driver:
        return PrintLine(DEVICE, settings, host, line=line, clock=clock)

    return PlannedSession(f"{PRINT_LINE}.{fault}", TAPE_SETTINGS, opened, clock)
