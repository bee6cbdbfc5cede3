"""What a documented fault is: where it strikes, what it takes, and what it must end in."""

from dataclasses import dataclass
from enum import StrEnum


class Simulator(StrEnum):
    """The simulated devices, by the name of their command."""

    M100 = "m100"
    IVOTRONIC = "ivotronic"
    PRINTER = "printer"
    CRADLE = "cradle"
    CARD_READER = "card-reader"


class Argument(StrEnum):
    """What stands behind the `=` of a fault."""

    NONE = ""
    COUNT = "N"
    """A whole number from 1 on."""
    PAGE = "PAGE"
    """A page of a PEB, from 0 on."""
    FRACTION = "0.6"
    """A part of the whole, between 0 and 1."""
    BALLOTS = "FROM[-TO]"
    """Numbers of ballots; without TO up to the close of the polls."""
    DURATION = "-66h"
    """With s, m, h or d."""


class Door(StrEnum):
    """How a device must appear so that a fault can be played."""

    ANY = "any"
    """Also as files."""
    PLAYED = "played"
    """Only while it is played, not as files."""
    USB = "usb"
    """Only on the (simulated) USB: an image file cannot play it."""


class Outcome(StrEnum):
    """What a fault can end in beside checks of the gateway."""

    READY = "ready"
    """Nothing is lost, and the packet may leave."""
    UNRECOGNISED = "put aside"
    """No parser knows it; the packet waits for the sound one."""
    NOT_READ = "not read"
    """The driver tells the clerk what to do, and reads nothing."""
    UNREADABLE = "MediumUnreadable"
    """The driver names what cannot be read."""
    REMOVED = "MediumRemoved"
    """The driver notices that the medium was moved."""
    GONE = "DeviceGone"
    """The driver notices that the device is unplugged."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One line of the documented list."""

    name: str
    simulators: tuple[Simulator, ...]
    argument: Argument
    default: str
    """Used when nothing stands behind the name; empty where nothing may."""
    what: str
    """What happens on the real thing."""
    source: str
    """Where that is told: code of the device notes, or whose assumption it is."""
    ends_in: tuple[str, ...]
    """Ids of checks, or an Outcome: all of them."""
    door: Door = Door.ANY

    @property
    def usage(self) -> str:
        """How it is written behind --fault."""
        return f"{self.name}={self.default}" if self.default else self.name
