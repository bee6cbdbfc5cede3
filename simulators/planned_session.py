"""A driver with a simulated device behind it, ready to be recorded as a golden session."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from simulators.cradle.wired_line import SteppedClock

DEVICE = "bench-1"


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
