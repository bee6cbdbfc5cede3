"""What a device of a polling place leaves behind for the count center: tapes and media."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from election.definition import AssignedDevice, Precinct
from election.documents import Tape


@dataclass(frozen=True, slots=True)
class Leavings:
    """Everything of one device on election night."""

    precinct: Precinct
    device: AssignedDevice
    zero: Tape
    results: Tape | None
    """None where nobody printed one."""
    media: Mapping[str, bytes] = field(default_factory=dict)
    """Images by serial: the card of a scanner; the PEBs of a site, the master first."""
    audit_card: bytes = b""
    """CompactFlash card with the flash of every terminal; empty where the device has none."""
