"""A node or file of the kernel that is open: the door through which a medium is read."""

from collections.abc import Callable
from typing import Protocol

from drivers.media.address_wrap import Readable
from election.captures import WriteProtection


class OpenedNode(Readable, Protocol):
    """One medium as its node shows it; it is only ever asked to read."""

    @property
    def name(self) -> str:
        """Name of the node or file, without its folder."""
        ...

    @property
    def token(self) -> str:
        """What tells this medium from the next one."""
        ...

    @property
    def protection(self) -> WriteProtection:
        """The state of the write-protect switch, as far as the node shows it."""
        ...

    @property
    def facts(self) -> tuple[str, ...]:
        """What else the node shows."""
        ...

    def identity(self) -> str:
        """Return how the device calls itself."""
        ...

    def attribute_memory(self) -> bytes:
        """Return the front of a card's attribute memory; b"" where the node has none."""
        ...

    def close(self) -> None:
        """Close it; never raises."""
        ...


OpenNode = Callable[[], OpenedNode | None]
"""Opens the node anew; None without a medium. Raises OSError, DeviceGone, DeviceRefused."""
