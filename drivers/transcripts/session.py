"""One session of a driver from opening to its end, on a transport that is given to it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.contract import Driver, DriverHost
from drivers.cradle.peb_cradle import PebCradle, PebCradleSettings
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.media import block_device, pc_card
from drivers.media.reader import MediumReader
from drivers.print_line import PrintLine, PrintLineSettings
from drivers.transcripts.replay import Replay
from drivers.transcripts.replayed_bulk import ReplayedBulk
from drivers.transcripts.replayed_line import ReplayedLine
from drivers.transcripts.replayed_node import ReplayedNodes
from drivers.transcripts.transcript_file import (
    ExpectedCapture,
    ExpectedOutcome,
    Transcript,
    read_transcript,
)
from drivers.usb.usb_storage import UsbStorage, UsbStorageSettings
from election.captures import Capture

Replayed = Callable[[Transcript, DriverHost], tuple[Driver, Replay]]
"""Returns the driver of a session, and the replay of its transport."""


def _print_line(transcript: Transcript, host: DriverHost) -> tuple[Driver, Replay]:
    header, line = transcript.header, ReplayedLine(transcript)
    settings = PrintLineSettings.model_validate(header.settings)
    return PrintLine(header.device, settings, host, line=line, clock=line.replay), line.replay


def _peb_cradle(transcript: Transcript, host: DriverHost) -> tuple[Driver, Replay]:
    header, line = transcript.header, ReplayedLine(transcript)
    settings = PebCradleSettings.model_validate(header.settings)
    source = PebCradle(header.device, settings, host.record, line=line, clock=line.replay)
    return MediumReader(header.device, source, settings, host), line.replay


def _usb_storage(transcript: Transcript, host: DriverHost) -> tuple[Driver, Replay]:
    header, pipes = transcript.header, ReplayedBulk(transcript)
    settings = UsbStorageSettings.model_validate(header.settings)
    source = UsbStorage(header.device, settings, host.record, pipes=pipes, clock=pipes.replay)
    return MediumReader(header.device, source, settings, host), pipes.replay


def _block_device(transcript: Transcript, host: DriverHost) -> tuple[Driver, Replay]:
    header, nodes = transcript.header, ReplayedNodes(transcript, block_device.CHANNEL)
    settings = block_device.BlockDeviceSettings.model_validate(header.settings)
    return block_device.block_device(header.device, settings, host, nodes), nodes.replay


def _pc_card(transcript: Transcript, host: DriverHost) -> tuple[Driver, Replay]:
    header, nodes = transcript.header, ReplayedNodes(transcript, pc_card.CHANNEL)
    settings = pc_card.PcCardSettings.model_validate(header.settings)
    return pc_card.pc_card(header.device, settings, host, nodes), nodes.replay


REPLAYED: Mapping[str, Replayed] = {
    "block-device": _block_device,
    "pc-card": _pc_card,
    "peb-cradle": _peb_cradle,
    "print-line": _print_line,
    "usb-storage": _usb_storage,
}
"""By the names of their entry points, the drivers whose sessions can be run again."""


async def held(
    driver: Driver,
    captures: int | None = None,
    *,
    take: Callable[[Capture], object] = lambda _capture: None,
) -> ExpectedOutcome:
    """Run `driver` until it has given so many captures, or ends with a device error.

    `take` is given each capture before it is accepted.
    """
    given: list[ExpectedCapture] = []
    error = ""
    try:
        async with driver:
            coming = driver.captures()
            while captures is None or len(given) < captures:
                capture = await anext(coming)
                take(capture)
                given.append(ExpectedCapture.of(capture))
                await driver.accept(capture)
    except (DeviceGone, DeviceBlocked, DeviceRefused) as ended:
        error = type(ended).__name__
    return ExpectedOutcome(captures=tuple(given), error=error)


async def replayed(
    path: Path,
    host: DriverHost | None = None,
    *,
    take: Callable[[Capture], object] = lambda _capture: None,
) -> tuple[ExpectedOutcome | None, ExpectedOutcome]:
    """Run the session in `path` again; return what its header expects, and what came.

    `take` is given each capture. Raises TranscriptError, and ReplayDiverged where the driver does
    something else than then.
    """
    transcript = read_transcript(path)
    expected = transcript.header.expected
    driver, replay = REPLAYED[transcript.header.driver](transcript, host or DriverHost())
    stops = expected is not None and not expected.error
    came = await held(driver, len(expected.captures) if expected and stops else None, take=take)
    replay.finish()
    return expected, came
