"""A cradle in the same process, on a clock that is only moved by waiting: hours take no time."""

from drivers.cradle.peb_cradle import READ_WAIT_S
from drivers.errors import DeviceGone
from election.captures import LineErrors
from simulators.cradle.cable import Cable


class SteppedClock:
    """A clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        """Return the seconds that were waited for so far."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        self._now += seconds


class WiredLine:
    """The gateway's end of `cable`; a Line."""

    def __init__(self, device: str, cable: Cable, clock: SteppedClock) -> None:
        self.place = "wired in this process"
        self._device = device
        self._cable = cable
        self._clock = clock
        self._under_way: list[tuple[float, bytes]] = []
        self._plugged = True

    def open(self) -> None:
        """Forget what had come before; raise DeviceGone when unplugged."""
        self._under_way.clear()
        self._demand_a_cable()

    def close(self) -> None:
        """Leave the line as it is."""

    def read(self) -> bytes:
        """Return the next portion, b"" after READ_WAIT_S on the clock without one."""
        now = self._clock.now()
        if not self._under_way:
            self._demand_a_cable()
        if not self._under_way or self._under_way[0][0] > now + READ_WAIT_S:
            self._clock.sleep(READ_WAIT_S)
            return b""
        due, portion = self._under_way.pop(0)
        self._clock.sleep(max(0.0, due - now))
        return portion

    def write(self, data: bytes) -> None:
        """Send `data`, and put under way what the cradle answers; raise DeviceGone."""
        self._demand_a_cable()
        delivery = self._cable.carry(data)
        due = self._clock.now() + delivery.after_s
        self._under_way += [(due, portion) for portion in delivery.portions]
        self._plugged = not delivery.unplugged

    def line_errors(self) -> LineErrors | None:
        """Return None: nobody counts."""
        return None

    def _demand_a_cable(self) -> None:
        if not self._plugged:
            raise DeviceGone(self._device, "unplugged")
