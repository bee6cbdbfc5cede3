"""A line that tells a record of every byte that crosses it."""

from drivers.line import Line
from drivers.transcripts.crossing import Crossing, Direction, Record
from election.captures import LineErrors
from election.errors import ZerotapeError

CHANNEL = "line"


class RecordedLine:
    """Passes every call on to `line`, and what crossed it to `record`; a silent read too."""

    def __init__(self, line: Line, record: Record) -> None:
        self._line = line
        self._record = record

    @property
    def place(self) -> str:
        """How people find the line."""
        return self._line.place

    def open(self) -> None:
        """Open the line; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        self._line.open()

    def close(self) -> None:
        """Close the line if it is open; never raises."""
        self._line.close()

    def read(self) -> bytes:
        """Return what has come, b"" after the line's read wait; raise DeviceGone."""
        try:
            data = self._line.read()
        except ZerotapeError as error:
            self._record(Crossing(Direction.IN, CHANNEL, b"", type(error).__name__))
            raise
        self._record(Crossing(Direction.IN, CHANNEL, data))
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise DeviceGone."""
        try:
            self._line.write(data)
        except ZerotapeError as error:
            self._record(Crossing(Direction.OUT, CHANNEL, data, type(error).__name__))
            raise
        self._record(Crossing(Direction.OUT, CHANNEL, data))

    def line_errors(self) -> LineErrors | None:
        """Return the counts since the line was first opened; None where nobody counts."""
        return self._line.line_errors()
