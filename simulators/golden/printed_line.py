"""What is printed arrives in this process, on a clock that is only moved by waiting."""

from collections.abc import Iterable, Iterator

from drivers.errors import DeviceGone
from election.captures import LineErrors
from simulators.bench.evening import Strip
from simulators.cradle.wired_line import SteppedClock
from simulators.golden.planned_session import DEVICE

READ_S = 0.1
"""How long one read waits."""

Portion = tuple[int, bytes]
"""What is printed in one go, and after how many reads of silence."""


class PrintedLine:
    """A line on which `portions` arrive; then it is unplugged."""

    def __init__(self, portions: list[Portion], clock: SteppedClock) -> None:
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


def connections(
    strips: Iterable[Strip], unplug: float | None, *, between: int, online_after: int
) -> Iterator[list[Portion]]:
    """Yield what `strips` print from one plugging in to the next unplugging.

    The line is unplugged after the part `unplug` of the first results, and after everything. Silent
    are `between` reads before a strip, `online_after` where a printer was off line, and at the end.
    """
    portions: list[Portion] = []
    for strip in strips:
        if unplug is not None and strip.is_results:
            cut = round(unplug * len(strip.wire))
            yield [*portions, (between, strip.wire[:cut])]
            portions, unplug = [], None
            continue
        portions.append((between, strip.wire))
        if strip.rest:
            portions.append((online_after, strip.rest))
    yield [*portions, (online_after, b"")]
