"""What is printed arrives in this process, on a clock that is only moved by waiting."""

from drivers.errors import DeviceGone
from election.captures import LineErrors
from simulators.cradle.wired_line import SteppedClock
from simulators.golden.planned_session import DEVICE

READ_S = 0.1
"""How long one read waits."""


class PrintedLine:
    """A line on which `portions` arrive, each after its silence (reads); then it is unplugged."""

    def __init__(self, portions: list[tuple[int, bytes]], clock: SteppedClock) -> None:
        self.place = "printed in this process"
        self._portions = portions
        self._clock = clock
        self._silent = 0

    def open(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def read(self) -> bytes:
        """Return the next portion when its silence is over; raise DeviceGone after the last."""
        if not self._portions:
            raise DeviceGone(DEVICE)
        self._silent += 1
        silence, portion = self._portions[0]
        self._clock.sleep(READ_S)
        if self._silent <= silence:
            return b""
        self._silent = 0
        self._portions.pop(0)
        return portion

    def write(self, data: bytes) -> None:
        """Refuse: nothing is ever sent to a printer's line."""
        raise DeviceGone(DEVICE, f"{data.hex()} was sent to it")

    def line_errors(self) -> LineErrors | None:
        """Return None: nobody counts."""
        return None
