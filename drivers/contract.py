"""What a driver is, and what a package must offer to be found as one."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

from pydantic import BaseModel

from drivers.transcripts.crossing import Crossing, Record
from election.captures import Capture

INTERFACE_VERSION = 2
"""Raised when `Driver` or `DriverPlugin` changes; the registry refuses any other."""


def _unheard(_done: int, _total: int) -> None:
    """Nobody looks."""


def _unsaid(_words: str) -> None:
    """Nobody listens."""


def _unrecorded(_crossing: Crossing) -> None:
    """Nobody records."""


@dataclass(frozen=True, slots=True)
class DriverHost:
    """What the one who runs a driver offers it; every part may be called from any thread."""

    progress: Callable[[int, int], None] = _unheard
    """Bytes done and bytes in all of what is being read; both 0 when nothing is any more."""
    say: Callable[[str], None] = _unsaid
    """What the clerk should do about the medium in the device; empty: nothing any more."""
    record: Record = _unrecorded
    """Takes every byte that crosses the transport."""


class Driver(Protocol):
    """One device, opened read-only. Yields a capture for every report, card or file it gives.

    Entering raises DeviceGone while the device is absent. `captures` raises DeviceGone when it
    vanishes, after yielding what had arrived by then. The next capture is asked for only after
    `accept` of the one before returned.
    """

    async def __aenter__(self) -> Self:
        """Open the device; raise DeviceGone or DeviceRefused."""
        ...

    def captures(self) -> AsyncIterator[Capture]:
        """Yield captures until the device vanishes or the task is cancelled."""
        ...

    async def accept(self, capture: Capture) -> None:
        """Learn that `capture` is durable: only now may the device forget it."""
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Close the device; never raises."""
        ...


class DriverPlugin(Protocol):
    """What an entry point of the group `zerotape.drivers` names."""

    @property
    def interface_version(self) -> int:
        """The `INTERFACE_VERSION` that the driver was written for."""
        ...

    @property
    def settings(self) -> type[BaseModel]:
        """The model of the driver's own keys in the configuration; unknown keys are refused."""
        ...

    def open(
        self,
        device: str,
        settings: Any,  # noqa: ANN401  # an instance of `settings`
        host: DriverHost,
    ) -> Driver:
        """Return a fresh driver for one connection; `settings` is an instance of `settings`."""
        ...
