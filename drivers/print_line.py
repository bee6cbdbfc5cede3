"""The report printer's line of a device: every print job becomes a capture."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from typing import Self

from pydantic import BaseModel, Field

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.line import Clock, Line, SystemClock
from drivers.print_job_framer import NOISE_LIMIT, PrintJob, PrintJobFramer
from drivers.serial_transport import READ_WAIT_S, LineSettings, SerialTransport
from drivers.transcripts.recorded_line import RecordedLine
from election.captures import Capture, Ending, LineErrors
from election.errors import ZerotapeError
from runtime.own_thread import OwnThread

PENDING_CAPTURES = 8
"""Captures that wait for the consumer; then reading stops, and flow control holds the device."""

log = logging.getLogger("zerotape.drivers.print_line")


class PrintLineSettings(LineSettings):
    """The line, and where on it a print job ends."""

    end_marker: str = Field(
        default="*** END OF REPORT ***", max_length=80, pattern=r"^[!-~]([ -~]*[!-~])?$"
    )
    """What the last printed line of a report says."""
    idle_s: float = Field(default=30.0, ge=0.1, le=3600)
    """Silence that ends a job without a mark; a printer can pause for minutes on low battery."""
    max_job_bytes: int = Field(default=512 * 1024, gt=NOISE_LIMIT, le=16 * 1024 * 1024)


class PrintLine:
    """Captures what a device prints. One thread of its own opens, reads and closes the line.

    The thread goes on reading while a capture is being kept. A device prints once: what had come
    when the daemon stops is still yielded, see `captures`.
    """

    def __init__(
        self,
        device: str,
        settings: PrintLineSettings,
        host: DriverHost | None = None,
        *,
        line: Line | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`line` and `clock` stand in for the serial port and the time, such as in a replay."""
        self._device = device
        self._settings = settings
        self._line = RecordedLine(
            line or SerialTransport(device, settings), (host or DriverHost()).record
        )
        self._clock = clock or SystemClock()
        self._thread = OwnThread(f"print-line-{device}")
        self._stopping = threading.Event()
        self._room = threading.Semaphore(PENDING_CAPTURES)
        self._arrived: asyncio.Queue[Capture | None] = asyncio.Queue()  # None: the reading ended
        self._fault: BaseException | None = None
        self._in_hand: Capture | None = None

    async def __aenter__(self) -> Self:
        """Open the line; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        async with AsyncExitStack() as undo:  # nobody leaves what was not entered
            undo.push_async_callback(self._close)
            await self._thread.call(self._line.open)
            undo.pop_all()
        loop = asyncio.get_running_loop()
        self._thread.start(self._read, loop).add_done_callback(self._reading_ended)
        return self

    async def captures(self) -> AsyncGenerator[Capture, None]:
        """Yield print jobs until the device vanishes.

        A cancellation ends the reading, but goes on only after everything that had come has been
        yielded; a second one goes on at once.
        """
        cancelled: asyncio.CancelledError | None = None
        while True:
            try:
                capture = await self._arrived.get()
            except asyncio.CancelledError as error:
                if cancelled:
                    raise
                cancelled = error
                self._stopping.set()
                continue
            if capture is None:
                break
            self._room.release()
            self._in_hand = capture
            yield capture
        if cancelled:
            raise cancelled
        if self._fault:
            raise self._fault

    async def accept(self, capture: Capture) -> None:  # noqa: ARG002  # the contract's signature
        """Note that `capture` is durable; the paper is the device's own copy."""
        self._in_hand = None

    async def __aexit__(self, *exc: object) -> None:
        """Close the line, and say so if something that had come may not have been kept."""
        await self._close()
        unkept = [self._in_hand]
        while not self._arrived.empty():
            unkept.append(self._arrived.get_nowait())
        if size := sum(len(capture.content) for capture in unkept if capture):
            log.warning(
                "%s: %d bytes had come and may not have been kept. Print the report again.",
                self._device,
                size,
            )

    async def _close(self) -> None:
        self._stopping.set()
        closing = self._thread.start(self._line.close)  # its turn comes when the reading has ended
        try:
            await asyncio.wait([closing])
        finally:
            self._thread.close()

    def _reading_ended(self, reading: asyncio.Future[None]) -> None:
        self._fault = reading.exception()
        self._arrived.put_nowait(None)

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run in the thread until told to stop; raise DeviceGone."""
        reader = CaptureReader(self._device, self._settings, self._line, self._clock)
        try:
            while not self._stopping.is_set():
                self._hand_over(reader.read(), loop)
        except ZerotapeError:
            self._hand_over(reader.finish(Ending.UNPLUGGED), loop)
            raise
        self._hand_over(reader.finish(Ending.STOPPED), loop)

    def _hand_over(self, captures: list[Capture], loop: asyncio.AbstractEventLoop) -> None:
        for capture in captures:
            while not self._stopping.is_set() and not self._room.acquire(timeout=READ_WAIT_S):
                pass
            loop.call_soon_threadsafe(self._arrived.put_nowait, capture)


class CaptureReader:
    """Reads an open line and makes captures of its print jobs; knows no thread and no loop."""

    def __init__(self, device: str, settings: PrintLineSettings, line: Line, clock: Clock) -> None:
        self._device = device
        self._name = settings.place
        self._line = line
        self._clock = clock
        self._framer = PrintJobFramer(
            end_marker=settings.end_marker.encode("ascii"),
            idle_s=settings.idle_s,
            max_job_bytes=settings.max_job_bytes,
        )
        self._errors_before = self._errors = line.line_errors()

    def read(self) -> list[Capture]:
        """Return the captures that one read, or its silence, completes; raise DeviceGone."""
        chunk = self._line.read()
        now = self._clock.now()
        if not chunk:
            return self._captures(self._framer.tick(now))
        self._errors = self._line.line_errors()
        return self._captures(self._framer.feed(chunk, now))

    def finish(self, ending: Ending) -> list[Capture]:
        """Return the capture in hand, if any; what is left is noise and goes to the log."""
        captures = self._captures(self._framer.finish(ending))
        if noise := self._framer.pending:
            log.info("%s: no report followed these bytes: %s", self._device, noise.hex(" "))
        return captures

    def _captures(self, jobs: list[PrintJob]) -> list[Capture]:
        return [self._capture(job) for job in jobs]

    def _capture(self, job: PrintJob) -> Capture:
        age = timedelta(seconds=self._clock.now() - job.last_byte_at)
        errors = _difference(self._errors, self._errors_before)
        self._errors_before = self._errors
        return Capture(
            content=job.content,
            device=self._device,
            medium="print-line",
            taken_at=datetime.now(UTC) - age,
            ending=job.ending,
            name=self._name,
            line_errors=errors,
            longest_gap_s=job.longest_gap_s,
        )


class PrintLinePlugin:
    """The entry point `print-line`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = PrintLineSettings

    def open(self, device: str, settings: PrintLineSettings, host: DriverHost) -> PrintLine:
        """Return a fresh driver for one connection."""
        return PrintLine(device, settings, host)


PLUGIN: DriverPlugin = PrintLinePlugin()


def _difference(later: LineErrors | None, earlier: LineErrors | None) -> LineErrors | None:
    if later is None or earlier is None:
        return None
    return LineErrors(*(b - a for a, b in zip(astuple(earlier), astuple(later), strict=True)))
