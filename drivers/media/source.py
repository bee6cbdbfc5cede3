"""What a reader for media must offer, so that all of them read twice, compare and keep alike."""

from typing import Protocol

from drivers.errors import DeviceGone
from election.captures import WriteProtection
from election.errors import Transient

LOOK_AT_CONTACTS = "Take it out, look at its contacts, and put it in again"


class MediumUnreadable(Transient):
    """The medium is there, but not all of it can be read; another try may help."""

    def __init__(self, device: str, reason: str, remedy: str = LOOK_AT_CONTACTS) -> None:
        super().__init__(
            f"The medium in {device} cannot be read: {reason}. {remedy}; what was read so far is "
            "kept."
        )
        self.device = device
        self.reason = reason


class MediumRemoved(DeviceGone):
    """The medium was taken out, or another was put in, while it was being read."""

    def __init__(self, device: str, detail: str) -> None:
        super().__init__(f"The medium in {device}", detail)


class Sink(Protocol):
    """Takes the bytes of one whole reading, in order."""

    def expect(self, size: int) -> None:
        """Learn how many bytes the medium has; raise MediumUnreadable where that is too many."""
        ...

    def add(self, chunk: bytes) -> None:
        """Take the next bytes; raise ReadingStopped when the reader is being closed.

        Also with no bytes at all, so that a long search can be ended. Raises MediumUnreadable
        where they are more than was said.
        """
        ...


class MediumSource(Protocol):
    """One reader, opened read-only. Every method may block; all are called from one thread."""

    @property
    def medium_kind(self) -> str:
        """What captures call the medium: `pc-card`, `peb`, `compact-flash`, `block-device`."""
        ...

    def open(self) -> None:
        """Open the reader; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        ...

    def close(self) -> None:
        """Close the reader and give it back to the kernel; never raises."""
        ...

    def present(self) -> str | None:
        """Return what tells the medium in the reader from the next one; None: there is none.

        Cheap enough to be asked twice a second. Raises DeviceGone.
        """
        ...

    def protection(self) -> WriteProtection:
        """Return the state of the write-protect switch; asked before anything is read.

        Raises DeviceGone, MediumRemoved or MediumUnreadable.
        """
        ...

    def read(self, sink: Sink) -> None:
        """Read the whole medium from the device itself, never from a cache, into `sink`.

        Raises DeviceGone, MediumRemoved or MediumUnreadable; `sink` then has what had come.
        """
        ...

    def identity(self) -> str:
        """Return how the reader calls itself: vendor, product, serial, port path; never raises.

        It is asked after reading, also when reader and medium are gone. So are `facts`.
        """
        ...

    def facts(self) -> tuple[str, ...]:
        """Return what else the reader said of the medium, in plain words; never raises."""
        ...
