"""A report printer of the DPU-414 family as its line shows it: buffer, flow control, pace, paper.

Buffer and pace of the DPU-414 and buffer and thresholds of the DPU-30 as published for them. A
printer tells its sender nothing but "stop" and "go on": neither that the paper is out nor that
its battery is low.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from parsers.tapes.printer_codes import DC2, FLOW_CONTROL, LINE_FEED, SHIFT_IN, decode
from simulators.faults import Faults
from simulators.printer_line import DPU_414_CHARACTERS_PER_S

XON, XOFF = FLOW_CONTROL[:1], FLOW_CONTROL[1:]
PRINTING = range(0x20, 0x7F)
"""Bytes that take time; codes take none."""


@dataclass(frozen=True, slots=True)
class PrinterModel:
    """What differs between the printers of the family."""

    name: str
    buffer_bytes: int
    stop_above: int
    """With more bytes than this in its buffer it says BUSY, and sends XOFF."""
    go_below: int
    """With fewer than this it is ready again, and sends XON."""
    characters_per_s: float = DPU_414_CHARACTERS_PER_S
    condensed_per_s: float = 80.0


DPU_30 = PrinterModel("DPU-30", 4_096, stop_above=4_046, go_below=3_995)
DPU_414 = PrinterModel("DPU-414", 28_000, stop_above=27_950, go_below=27_899)
"""Its thresholds were not published: a project assumption, as far from the end as the DPU-30's."""


class Printer:
    """One printer. Times are in seconds of the caller's clock and never fall; nothing here waits.

    Of `faults` it knows `paper_out_after_line` and `battery_low_after_line`, counted in lines that
    it has printed since it was switched on.
    """

    def __init__(self, model: PrinterModel = DPU_414, faults: Faults | None = None) -> None:
        self.model = model
        self.faults = faults or Faults()
        self.busy = False
        """What the BUSY line says; XOFF and XON say the same in the other way of flow control."""
        self.online = True
        """False while the battery is low, until somebody presses ONLINE."""
        self.overflowed = 0
        """Bytes lost because the sender did not heed BUSY."""
        self._buffer: deque[int] = deque()
        self._printed = bytearray()
        self._lines = 0
        self._condensed = False
        self._ready_at = 0.0
        self._weakened = False

    @property
    def paper(self) -> str:
        """What can be read on the paper: the lines that were printed before it ran out."""
        printed = decode(bytes(self._printed))
        return "\n".join(line.text.rstrip(" \r") for line in printed.lines)

    @property
    def waiting(self) -> int:
        """Bytes in the buffer."""
        return len(self._buffer)

    def receive(self, data: bytes, now: float) -> bytes:
        """Take `data` from the line at `now`; return what is sent back."""
        answer = self.advance(now)
        for byte in data:
            if len(self._buffer) < self.model.buffer_bytes:
                self._buffer.append(byte)
            else:
                self.overflowed += 1
        return answer + self.advance(now)

    def advance(self, now: float) -> bytes:
        """Print what the time until `now` is enough for; return what is sent back."""
        while self.online and self._buffer and self._ready_at <= now:
            self._print(self._buffer.popleft(), now)
        if not self._buffer:
            self._ready_at = max(self._ready_at, now)
        return self._flow_control()

    def press_online(self, now: float) -> bytes:
        """Go on with the rest of the buffer, on a fresh battery; return what is sent back."""
        self.online = True
        self._ready_at = now
        return self.advance(now)

    def _print(self, byte: int, now: float) -> None:
        if byte in (SHIFT_IN, DC2):
            self._condensed = byte == SHIFT_IN
        if byte in PRINTING:
            model = self.model
            pace = model.condensed_per_s if self._condensed else model.characters_per_s
            self._ready_at += 1 / pace
        if not _reached(self._lines, self.faults.paper_out_after_line):
            self._printed.append(byte)
        if byte == LINE_FEED:
            self._lines += 1
            if not self._weakened and _reached(self._lines, self.faults.battery_low_after_line):
                self.online, self._weakened = False, True
                self._ready_at = now

    def _flow_control(self) -> bytes:
        if not self.busy and len(self._buffer) > self.model.stop_above:
            self.busy = True
            return XOFF
        if self.busy and len(self._buffer) < self.model.go_below:
            self.busy = False
            return XON
        return b""


def sent_by(
    report: bytes,
    printer: Printer,
    *,
    bytes_per_s: float = 960.0,
    step_s: float = 0.05,
    somebody: Callable[[Printer, float], None] = lambda _printer, _now: None,
) -> Iterator[tuple[float, bytes]]:
    """Yield when a terminal sends which bytes of `report` to `printer`, heeding its BUSY.

    960 bytes a second are 9600 bit/s. `somebody` is asked at every step: whoever presses ONLINE.
    """
    portion = max(1, round(bytes_per_s * step_s))
    sent, now = 0, 0.0
    while sent < len(report):
        somebody(printer, now)
        printer.advance(now)
        if not printer.busy:
            chunk = report[sent : sent + portion]
            printer.receive(chunk, now)
            sent += len(chunk)
            yield now, chunk
        now += step_s


def _reached(lines: int, limit: int | None) -> bool:
    return limit is not None and lines >= limit
