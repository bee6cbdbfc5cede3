"""Gives a recorded session again, in lockstep: inputs in their order, outputs held against it."""

from collections.abc import Callable, Mapping

from drivers.transcripts.crossing import Crossing, Direction
from drivers.transcripts.transcript_file import TimedCrossing, Transcript
from election.errors import ZerotapeError

SHOWN_BYTES = 32

ErrorOf = Callable[[str], ZerotapeError | OSError]
"""Makes the error of a transport for the device of this name."""


class ReplayDiverged(ZerotapeError):
    """The driver did something else than when the session was recorded."""

    def __init__(self, transcript: Transcript, line: int, expected: str, did: str) -> None:
        super().__init__(
            f"{transcript.path}, line {line}: recorded is {expected}, and the driver {did}. If the "
            "driver is right, record the session again."
        )
        self.line = line
        self.expected = expected


class Replay:
    """One session, and its Clock: it stands where the recording stood when that crossed."""

    def __init__(self, transcript: Transcript, errors: Mapping[str, ErrorOf]) -> None:
        self._transcript = transcript
        self._errors = errors
        self._next = 0
        self._silent = 0
        self._now = 0.0

    @property
    def device(self) -> str:
        """Name of the device in the configuration then."""
        return self._transcript.header.device

    @property
    def line(self) -> int:
        """Line of the file that is due."""
        return self._next + 2  # the header stands in line 1

    def now(self) -> float:
        """Return seconds since the session began."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self._now += seconds

    @property
    def is_over(self) -> bool:
        """Whether everything that was recorded has crossed."""
        return self._due is None

    @property
    def waits_for_output(self) -> bool:
        """Whether no input comes before the driver has sent something."""
        due = self._due
        return due is not None and due.crossing.direction is Direction.OUT

    def give(self, channel: str) -> bytes:
        """Return the next input of `channel`, or raise the error that came in its place."""
        due = self._expected(Direction.IN, channel, None, f"reads from {channel}")
        if not due.is_silence:
            self._pass(due)
            self._raise_error(due.crossing)
            return due.crossing.data
        self._now += max(0.0, due.at - self._now) / (due.times - self._silent)
        self._silent += 1
        if self._silent == due.times:
            self._pass(due)
        return b""

    def take(self, channel: str, data: bytes) -> None:
        """Hold an output against the recording; raise the error that came in its place."""
        did = f"writes {_shown(data)} to {channel}"
        while (silence := self._due) is not None and silence.is_silence:
            self._pass(silence)  # it may be less patient by one read: the clock never repeats
        due = self._expected(Direction.OUT, channel, data, did)
        self._pass(due)
        self._raise_error(due.crossing)

    def pass_over(self, error: str) -> None:
        """Leave out inputs in whose place this error came."""
        while (due := self._due) is not None and due.crossing.error == error:
            self._pass(due)

    def finish(self) -> None:
        """Raise ReplayDiverged where something was recorded that the driver left out."""
        while (due := self._due) is not None and due.is_silence:
            self._pass(due)
        if due is not None:
            raise ReplayDiverged(self._transcript, self.line, _told(due.crossing), "has ended")

    @property
    def _due(self) -> TimedCrossing | None:
        crossings = self._transcript.crossings
        return crossings[self._next] if self._next < len(crossings) else None

    def _expected(
        self, direction: Direction, channel: str, data: bytes | None, did: str
    ) -> TimedCrossing:
        due = self._due
        if due is None:
            raise ReplayDiverged(self._transcript, self.line, "the end", did)
        agrees = (due.crossing.direction, due.crossing.channel) == (direction, channel)
        if not agrees or (data is not None and data != due.crossing.data):
            raise ReplayDiverged(self._transcript, self.line, _told(due.crossing), did)
        return due

    def _pass(self, due: TimedCrossing) -> None:
        self._now = max(self._now, due.at)
        self._silent = 0
        self._next += 1

    def _raise_error(self, crossing: Crossing) -> None:
        if crossing.error:
            make = self._errors.get(crossing.error)
            if make is None:
                reason = f"{crossing.error}, which no device of this kind tells"
                raise ReplayDiverged(self._transcript, self.line - 1, reason, "cannot go on")
            raise make(self.device)


def _told(crossing: Crossing) -> str:
    what = crossing.error or _shown(crossing.data)
    return f"{crossing.direction} {crossing.channel} {what}"


def _shown(data: bytes) -> str:
    more = f"... ({len(data)} bytes)" if len(data) > SHOWN_BYTES else ""
    return (data[:SHOWN_BYTES].hex(" ") or "nothing") + more
