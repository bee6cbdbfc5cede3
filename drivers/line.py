"""A line that carries bytes both ways, and the time by which it is read."""

import time
from typing import Protocol

from election.captures import LineErrors


class Line(Protocol):
    """One line. Every method may block; all are called from one thread."""

    @property
    def place(self) -> str:
        """How people find the line."""
        ...

    def open(self) -> None:
        """Open the line; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        ...

    def close(self) -> None:
        """Close the line if it is open; never raises."""
        ...

    def read(self) -> bytes:
        """Return what has come, b"" after the line's read wait without a byte; raise DeviceGone."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise DeviceGone where the line is gone, or takes nothing more."""
        ...

    def line_errors(self) -> LineErrors | None:
        """Return the counts since the line was first opened; None where nobody counts."""
        ...


class Clock(Protocol):
    """The time that a driver goes by: a replayed line brings its own."""

    def now(self) -> float:
        """Return seconds since some moment; never falls."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Return the monotonic time, seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        time.sleep(seconds)
