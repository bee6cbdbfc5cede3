"""A driver with a simulated device behind it, ready to be recorded as a golden session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from simulators.cradle.wired_line import SteppedClock

DEVICE = "bench-1"
WHILE_IT_IS_READ = "Leave it in."
"""End of what a driver tells the clerk first; all else that it tells says what to do next."""


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session before it begins."""

    name: str
    """`driver.fault`"""
    settings: dict[str, JsonValue]
    open: Callable[[DriverHost], Driver]
    clock: SteppedClock
    captures: int | None = None
    """The driver is stopped after so many; None: the device is unplugged at the end."""
    attendant: "Attendant | None" = None

    def opened(self, host: DriverHost) -> Driver:
        """Return its driver, which tells the attendant what it tells the clerk."""
        return self.open(self.attendant.beside(host) if self.attendant else host)


class Attendant:
    """Puts the next medium in when told that one is done, and unplugs the reader after the last."""

    def __init__(
        self,
        media: Iterable[bytes],
        insert: Callable[[bytes], object],
        unplug: Callable[[], object],
    ) -> None:
        """Put in the first of `media`."""
        self._left = iter(media)
        self._insert = insert
        self._unplug = unplug
        self._go_on()

    def beside(self, host: DriverHost) -> DriverHost:
        """Return `host` with the attendant listening; nothing is asked of the reader meanwhile."""
        return replace(host, say=self._listen)

    def _listen(self, words: str) -> None:
        if words and not words.endswith(WHILE_IT_IS_READ):
            self._go_on()

    def _go_on(self) -> None:
        medium = next(self._left, None)
        if medium is None:
            self._unplug()
        else:
            self._insert(medium)
