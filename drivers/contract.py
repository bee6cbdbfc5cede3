"""What a driver is, and what a package must offer to be found as one."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, Self

from pydantic import BaseModel

from election.captures import Capture

INTERFACE_VERSION = 1
"""Raised when `Driver` or `DriverPlugin` changes; the registry refuses any other."""


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

    def open(self, device: str, settings: Any) -> Driver:  # noqa: ANN401  # an instance of `settings`
        """Return a fresh driver for one connection; `settings` is an instance of `settings`."""
        ...
