"""What goes wrong with a simulated cradle: one switchboard for tests and demonstrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from drivers.cradle.peb_messages import Status


@dataclass(slots=True)
class CradleFaults:
    """Switches of cradle and cable; each stays thrown until it is put back.

    Nothing here is random: the same switches give the same bytes.
    """

    page_status: Mapping[int, Status] = field(default_factory=dict)
    """Page and the status that it is answered with: PAGE_CRC, IO_FLAG, ACCESS, PULLED, ..."""
    busy_answers: int = 0
    """So many requests for pages are first answered with BUSY; counts down."""
    battery_low: bool = False
    """The battery of the PEB is too low: pages are answered with BATTERY."""
    io_flag: bool = False
    """The PEB carries the flag of an unfinished exchange."""
    pulled_at: float | None = None
    """The PEB is pulled when this part (0..1) of its written pages was read; happens once."""
    changed_byte: int | None = None
    """Offset of a byte that is another one from the second reading on."""
    wrong_sequence_every: int | None = None
    """Every so many answers carry another sequence number than their request."""
    lose_every: int | None = None
    """Every so many bytes from the cradle are lost."""
    flip_every: int | None = None
    """Every so many bytes from the cradle have their lowest bit flipped."""
    twice: bool = False
    """Everything the cradle sends is sent twice."""
    byte_by_byte: bool = False
    """The cable carries one byte at a time."""
    delay_s: float = 0.0
    """So long the cradle thinks before every `delay_every`-th answer, seconds."""
    delay_every: int = 1
    unplug_after_byte: int | None = None
    """Bytes that the cable carries, both ways together, before it is pulled."""

    def clear(self) -> None:
        """Put every switch back."""
        healthy = CradleFaults()
        for switch in fields(self):
            setattr(self, switch.name, getattr(healthy, switch.name))
