"""Golden sessions: simulated devices and faults, recorded; tests replay them in lockstep.

`python -m simulators.golden_sessions FOLDER` writes them. Read what it wrote before it is kept:
it says what the drivers did, and only a person can say whether that was right.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.cradle.peb_messages import ERASED_PAGE, Status
from drivers.errors import DeviceGone
from drivers.media.reader import MediumReader
from drivers.print_line import PrintLine, PrintLineSettings
from drivers.transcripts.recorder import Recorder
from drivers.transcripts.session import held
from drivers.transcripts.transcript_file import TranscriptHeader, header_line
from election.captures import LineErrors
from simulators.cradle.cable import Cable
from simulators.cradle.faults import CradleFaults
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot, with_trailer
from simulators.cradle.wired_line import SteppedClock, WiredLine
from simulators.golden_media_sessions import media_sessions
from simulators.planned_session import DEVICE, PlannedSession

STARTED = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
"""The moment that all headers name: the sessions are made on a clock that stands still."""
PEB_PAGES = 4096
"""A session carries only the pages that are not erased."""
HEADER = b"ZTPEB001\1\0\x10\2\0\x10\1\1" + (299101).to_bytes(4, "little")
TAPE = b"\x18TOTAL BALLOTS   612\r\n*** END OF REPORT ***\r\n\n\n\n\n"
"""A print job as short as one can be."""
CRADLE_SETTINGS: dict[str, JsonValue] = {"url": "/dev/ttyACM0", "poll_s": 0.01}
TAPE_SETTINGS: dict[str, JsonValue] = {"url": "/dev/ttyUSB0", "idle_s": 2.0}


class PrintedLine:
    """A line on which `portions` arrive, each after its silence (reads); then it is unplugged."""

    def __init__(self, portions: list[tuple[int, bytes]], clock: SteppedClock) -> None:
        self.place = "printed in this process"
        self._portions = portions
        self._clock = clock
        self._silent = 0

    def open(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def read(self) -> bytes:
        """Return the next portion when its silence is over; raise DeviceGone after the last."""
        if not self._portions:
            raise DeviceGone(DEVICE)
        self._silent += 1
        silence, portion = self._portions[0]
        self._clock.sleep(0.1)
        if self._silent <= silence:
            return b""
        self._silent = 0
        self._portions.pop(0)
        return portion

    def write(self, data: bytes) -> None:
        """Refuse: nothing is ever sent to a printer's line."""
        raise DeviceGone(DEVICE, f"{data.hex()} was sent to it")

    def line_errors(self) -> LineErrors | None:
        """Return None: nobody counts."""
        return None


def sparse_peb(*, damaged_page: int | None = None) -> PebInSlot:
    """Return a PEB of the size of a real one, with six pages written."""
    pages = [ERASED_PAGE] * PEB_PAGES
    for number, content in {0: HEADER, 1: b"DEF", 256: b"T1", 272: b"C1", 273: b"C2"}.items():
        pages[number] = with_trailer(content, number)
    pages[304] = with_trailer(bytes(range(256)) * 2, 304)
    if damaged_page is not None:
        page = bytearray(pages[damaged_page])
        page[0] ^= 1
        pages[damaged_page] = bytes(page)
    return PebInSlot.of_image(b"".join(pages))


def cradle(
    fault: str,
    faults: CradleFaults,
    *,
    damaged_page: int | None = None,
    captures: int | None = 1,
) -> PlannedSession:
    """Return a session with a PEB in a cradle."""
    clock = SteppedClock()
    server = LinkServer(faults=faults, clock=clock.now)
    server.insert(sparse_peb(damaged_page=damaged_page))
    settings = PebCradleSettings.model_validate(CRADLE_SETTINGS)
    line = WiredLine(DEVICE, Cable(server), clock)

    def opened(host: DriverHost) -> Driver:
        source = PebCradle(DEVICE, settings, host.record, line=line, clock=clock)
        return MediumReader(DEVICE, source, settings, host)

    return PlannedSession(f"peb-cradle.{fault}", CRADLE_SETTINGS, opened, clock, captures)


def tapes(fault: str, portions: list[tuple[int, bytes]]) -> PlannedSession:
    """Return a session with a print line that is unplugged in the end."""
    clock = SteppedClock()
    settings = PrintLineSettings.model_validate(TAPE_SETTINGS)
    line = PrintedLine(portions, clock)

    def opened(host: DriverHost) -> Driver:
        return PrintLine(DEVICE, settings, host, line=line, clock=clock)

    return PlannedSession(f"print-line.{fault}", TAPE_SETTINGS, opened, clock)


def sessions() -> tuple[PlannedSession, ...]:
    """Return all of them, fresh."""
    return (
        cradle("whole", CradleFaults()),
        cradle("pulled", CradleFaults(pulled_at=0.6)),
        cradle("page-crc", CradleFaults(), damaged_page=272),
        cradle("io-flag", CradleFaults(io_flag=True)),
        cradle("busy", CradleFaults(busy_answers=3)),
        cradle("lost-bytes", CradleFaults(lose_every=997)),
        cradle("flipped-bits", CradleFaults(flip_every=811)),
        cradle("late", CradleFaults(delay_s=2.1, delay_every=5)),
        cradle("no-access", CradleFaults(page_status={272: Status.ACCESS})),
        cradle("unstable", CradleFaults(changed_byte=272 * 528 + 5), captures=2),
        cradle("unplugged", CradleFaults(unplug_after_byte=3000), captures=None),
        tapes("whole", [(3, TAPE[:20]), (0, TAPE[20:]), (2, TAPE), (5, b"")]),
        tapes("unplugged", [(1, TAPE), (4, TAPE[:25])]),
        tapes("line-noise", [(1, TAPE[:8] + b"\xd2\x11\x13" + TAPE[11:]), (5, b"")]),
        tapes("paper-out", [(1, TAPE[:25]), (3, TAPE), (5, b"")]),
        tapes("idle", [(0, b"EVENT LOG\r\n"), (25, TAPE), (5, b"")]),
        *media_sessions(),
    )


async def record(session: PlannedSession, path: Path) -> None:
    """Run `session` and write it to `path`, with its outcome in the header."""
    driver = session.name.partition(".")[0]
    header = TranscriptHeader(
        driver=driver, device=DEVICE, settings=session.settings, started=STARTED
    )
    with Recorder(path, header, clock=session.clock.now) as recorder:
        host = DriverHost(record=recorder)
        outcome = await held(session.open(host), session.captures)
    _put_in_front(path, header.model_copy(update={"expected": outcome}))


async def record_all(folder: Path) -> None:
    """Write every session to `folder`, in place of what was there."""
    for session in sessions():
        path = folder / f"{session.name}.jsonl"
        path.unlink(missing_ok=True)
        await record(session, path)


def _put_in_front(path: Path, header: TranscriptHeader) -> None:
    _, crossings = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header_line(header) + crossings)


if __name__ == "__main__":
    asyncio.run(record_all(Path(sys.argv[1])))
