"""The three states that a counting device passes through, once and in this order."""

from datetime import datetime
from enum import StrEnum

from simulators.errors import Refused


class PollState(StrEnum):
    """Where a device stands on election day."""

    NOT_OPENED = "not opened"
    OPEN = "open"
    CLOSED = "closed"


class Polls:
    """State of one device and the wall clock times of its steps; raises Refused out of order."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.opened: datetime | None = None
        self.closed: datetime | None = None

    @property
    def state(self) -> PollState:
        """The state that the two times stand for."""
        if self.closed is not None:
            return PollState.CLOSED
        return PollState.NOT_OPENED if self.opened is None else PollState.OPEN

    def open(self, at: datetime) -> None:
        """Go from not opened to open."""
        self.require(PollState.NOT_OPENED)
        self.opened = at

    def close(self, at: datetime) -> None:
        """Go from open to closed."""
        self.require(PollState.OPEN)
        self.closed = at

    def require(self, *states: PollState) -> None:
        """Raise Refused unless the device is in one of `states`."""
        if self.state not in states:
            raise Refused(f"{self._device} is {self.state}, not {' or '.join(states)}.")
