"""What every place at the bench can do."""

from typing import Protocol, Self

from simulators.bench.evening import BroughtMedium
from simulators.bench.fault_kinds import Simulator

VENDOR = 0x1209
"""pid.codes, for projects without a vendor id of their own."""


class Slot(Protocol):
    """A device into which media are put. The faults strike the first one."""

    @property
    def simulator(self) -> Simulator:
        """Which one it is."""
        ...

    @property
    def stanza(self) -> str:
        """What the gateway's configuration needs for it."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    def plug(self) -> None:
        """Appear."""
        ...

    def unplug(self) -> None:
        """Vanish."""
        ...

    async def insert(self, medium: BroughtMedium) -> None:
        """Put `medium` in; raise Refused where one is in."""
        ...

    async def pull(self) -> None:
        """Take out what is in; raise Refused where nothing is."""
        ...

    @property
    def tells_readings(self) -> bool:
        """Whether the station sees how often a medium was read."""
        ...

    @property
    def is_watched(self) -> bool:
        """Whether somebody looks at the station, as far as it can tell."""
        ...

    @property
    def readings(self) -> int:
        """Whole readings of the medium that is in."""
        ...

    @property
    def was_struck(self) -> bool:
        """Whether a fault has unplugged the station, or moved the medium in it."""
        ...
