"""What goes wrong with a simulated device: one switchboard for tests and demonstrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(slots=True)
class Faults:
    """Switches that device, print job and line share; each stays thrown until it is put back.

    Nothing here is random: the same switches give the same bytes.
    """

    leftover_ballot: bool = False
    """The zero report shows one ballot that nobody cleared."""
    paper_out_after_line: int | None = None
    """Lines that a report still prints; the rest is lost without a warning."""
    battery_low_after_line: int | None = None
    """Lines that the printer still prints; the rest waits in it until somebody presses ONLINE."""
    noise_before: bytes = b""
    """Line noise in front of a report."""
    garbled: Mapping[int, bytes] = field(default_factory=dict)
    """Line noise within a report: what the bytes from this offset on are changed to."""
    printed_twice: bool = False
    """Somebody prints the same report again; the second strip counts one more COPY."""
    unplug_after_byte: int | None = None
    """Bytes of a job that a line carries before its cable is pulled."""

    def clear(self) -> None:
        """Put every switch back."""
        healthy = Faults()
        for switch in fields(self):
            setattr(self, switch.name, getattr(healthy, switch.name))
