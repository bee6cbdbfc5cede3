"""Cuts what comes over a printer line into print jobs: bytes in, jobs out, no I/O, no clock."""

from dataclasses import dataclass, field

from election.captures import Ending

FORM_FEED = 0x0C
LINE_FEED = 0x0A
TEAR_OFF = frozenset(b"\r\n\f")
"""What may follow the end marker within its job."""

CANCEL = 0x18
"""CAN empties the printer's buffer (DPU-414 basic codes); every report of ours begins with it."""

NOISE = frozenset((*b"\x00\t\n\v\f\r ", CANCEL))
"""Bytes that print nothing."""

NOISE_LIMIT = 1024
"""More than this without a printing byte is no gap between two jobs: it is kept on its own."""

FEEDS_AFTER_MARKER = 5
"""Line feeds that belong to a job after its end marker: the line's own and four to tear it off."""

SETTLE_S = 0.3
"""Silence after which those line feeds will not come any more; at 300 bit/s one takes 33 ms."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One print job as it came, not a byte stripped. Times are in seconds of the caller's clock."""

    content: bytes
    ending: Ending
    last_byte_at: float
    longest_gap_s: float
    """Longest time between two of its reads, from the first printing byte on."""


class PrintJobFramer:
    """Ends a job at marker, form feed, the next CAN or its limit; the caller reports silence.

    Every byte fed comes out in exactly one job, in order, or is still in `pending`. Bytes that
    print nothing never make a job of their own: they wait for the next one. Where a chunk is cut
    makes no difference, so after a fault nothing is hunted for: the next end ends it.
    """

    def __init__(self, *, end_marker: bytes, idle_s: float, max_job_bytes: int) -> None:
        """`end_marker` begins and ends with a printing byte; `max_job_bytes` > NOISE_LIMIT."""
        self._marker = end_marker
        self._idle_s = idle_s
        self._max_job_bytes = max_job_bytes
        self._recent = b""  # survives an overflow, so that a marker cut in two still ends its job
        self._job = _JobInHand()

    @property
    def pending(self) -> bytes:
        """What has come since the last job ended."""
        return bytes(self._job.content)

    def feed(self, chunk: bytes, now: float) -> list[PrintJob]:
        """Return the jobs that `chunk`, read at `now`, completes.

        However late it comes, a chunk never ends a job by silence: only `tick` knows that somebody
        was listening meanwhile.
        """
        return [job for byte in chunk for job in self._take(byte, now)]

    def tick(self, now: float) -> list[PrintJob]:
        """Return the job that silence has ended; call when a read found nothing at `now`."""
        silence_s = now - self._job.last_byte_at
        if self._job.feeds_left and silence_s >= SETTLE_S:
            return [self._end(Ending.WHOLE)]
        if self._job.prints and silence_s >= self._idle_s:
            return [self._end(Ending.IDLE)]
        return []

    def finish(self, ending: Ending) -> list[PrintJob]:
        """Return the job in hand, if any, as no more bytes will come; noise stays `pending`."""
        if not self._job.prints:
            return []
        return [self._end(Ending.WHOLE if self._job.feeds_left else ending)]

    def _take(self, byte: int, now: float) -> list[PrintJob]:
        jobs = []
        if self._job.feeds_left and byte not in TEAR_OFF:
            jobs.append(self._end(Ending.WHOLE))
        elif self._job.prints and byte == CANCEL:
            jobs.append(self._end(Ending.CUT))
        self._job.append(byte, now)
        self._recent = (self._recent + bytes((byte,)))[-len(self._marker) :]
        if ending := self._ending_at(byte):
            jobs.append(self._end(ending))
        return jobs

    def _ending_at(self, byte: int) -> Ending | None:
        """Return how the job ends with `byte`, the last of its content; None when it goes on."""
        job = self._job
        if byte == FORM_FEED and job.prints:
            return Ending.WHOLE
        if byte == LINE_FEED and job.feeds_left:
            job.feeds_left -= 1
            if not job.feeds_left:
                return Ending.WHOLE
        elif self._recent == self._marker:
            job.feeds_left = FEEDS_AFTER_MARKER
        if len(job.content) < (self._max_job_bytes if job.prints else NOISE_LIMIT):
            return None
        return Ending.WHOLE if job.feeds_left else Ending.OVERFLOW

    def _end(self, ending: Ending) -> PrintJob:
        job, self._job = self._job, _JobInHand()
        return PrintJob(bytes(job.content), ending, job.last_byte_at, job.longest_gap_s)


@dataclass(slots=True)
class _JobInHand:
    content: bytearray = field(default_factory=bytearray)
    prints: bool = False
    """A byte has come that is no noise."""
    feeds_left: int = 0
    """Above 0: the end marker has come, and so many line feeds may still follow."""
    last_byte_at: float = 0.0
    longest_gap_s: float = 0.0

    def append(self, byte: int, now: float) -> None:
        if self.prints:
            self.longest_gap_s = max(self.longest_gap_s, now - self.last_byte_at)
        self.last_byte_at = now
        self.content.append(byte)
        self.prints |= byte not in NOISE
