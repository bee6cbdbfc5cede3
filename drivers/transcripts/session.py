"""One session of a driver from opening to its end, on a line that is given to it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from drivers.contract import Driver, DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.line import Clock, Line
from drivers.media.reader import MediumReader
from drivers.print_line import PrintLine, PrintLineSettings
from drivers.transcripts.replayed_line import ReplayedLine
from drivers.transcripts.transcript_file import ExpectedCapture, ExpectedOutcome, read_transcript
from election.captures import Capture

Opened = Callable[[str, Mapping[str, Any], DriverHost, Line, Clock], Driver]


def _print_line(
    device: str, settings: Mapping[str, Any], host: DriverHost, line: Line, clock: Clock
) -> Driver:
    chosen = PrintLineSettings.model_validate(settings)
    return PrintLine(device, chosen, host, line=line, clock=clock)


def _peb_cradle(
    device: str, settings: Mapping[str, Any], host: DriverHost, line: Line, clock: Clock
) -> Driver:
    chosen = PebCradleSettings.model_validate(settings)
    source = PebCradle(device, chosen, host.record, line=line, clock=clock)
    return MediumReader(device, source, chosen, host)


ON_A_LINE: Mapping[str, Opened] = {"peb-cradle": _peb_cradle, "print-line": _print_line}
"""By the names of their entry points, the drivers that can be put on any line."""


async def held(driver: Driver, captures: int | None = None) -> ExpectedOutcome:
    """Run `driver` until it has given so many captures, or ends with a device error."""
    given: list[Capture] = []
    error = ""
    try:
        async with driver:
            coming = driver.captures()
            while captures is None or len(given) < captures:
                given.append(await anext(coming))
                await driver.accept(given[-1])
    except (DeviceGone, DeviceBlocked, DeviceRefused) as ended:
        error = type(ended).__name__
    return ExpectedOutcome(captures=tuple(map(ExpectedCapture.of, given)), error=error)


async def replayed(path: Path) -> tuple[ExpectedOutcome | None, ExpectedOutcome]:
    """Run the session in `path` again; return what its header expects, and what came.

    Raises TranscriptError, and ReplayDiverged where the driver does something else than then.
    """
    transcript = read_transcript(path)
    header, line = transcript.header, ReplayedLine(transcript)
    expected = header.expected
    driver = ON_A_LINE[header.driver](
        header.device, header.settings, DriverHost(), line, line.replay
    )
    stops = expected is not None and not expected.error
    came = await held(driver, len(expected.captures) if expected and stops else None)
    line.replay.finish()
    return expected, came
