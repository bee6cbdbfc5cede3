"""What crosses a transport, one crossing at a time: the unit of record and replay."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Seen from the gateway."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Crossing:
    """Bytes that went over a transport in one call, or the error that came instead."""

    direction: Direction
    channel: str
    """Which door of the transport: `line`, `bulk`, `control`, `block`, ..."""
    data: bytes
    error: str = ""
    """Name of the device error that ended the call; empty where none did."""


Record = Callable[[Crossing], None]
"""Takes crossings as they happen, from the thread of the driver."""
