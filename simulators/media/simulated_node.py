"""A node of the kernel with a medium behind it, in this process: what media drivers open."""

import errno
import os
from dataclasses import dataclass

from election.captures import WriteProtection


@dataclass(slots=True)
class NodeFaults:
    """Switches; nothing here is random. Offsets are in bytes of the medium."""

    ends_at: int | None = None
    """Reads bring nothing from here on, and no error."""
    unreadable_at: int | None = None
    """A read that touches this byte fails with EIO."""
    differs_at: int | None = None
    """This byte is another one from the opening `differs_from_opening` on."""
    differs_from_opening: int = 5
    """Number of an opening, from 1: a driver opens, looks and sees the switch before it reads."""
    most_bytes: int | None = None
    """The most that one read brings."""
    unplug_at_read: int | None = None
    """Number of the read, from 1, at which the device is pulled instead."""
    unplug_at_opening: int | None = None
    """Number of the opening, from 1, at which the device is no longer there."""
    swap_at_read: int | None = None
    """Number of the read, from 1, at which another medium with the same content is put in."""


class SimulatedSlot:
    """Where a node appears with a medium; to be called where a driver opens its node."""

    def __init__(
        self,
        image: bytes | None,
        *,
        protection: WriteProtection = WriteProtection.ON,
        faults: NodeFaults | None = None,
        facts: tuple[str, ...] = ("simulated in this process",),
    ) -> None:
        """`image` None: the slot is empty."""
        self.faults = faults or NodeFaults()
        self.image = image
        self.protection = protection
        self.facts = facts
        self.plugged = True
        self.insertions = 1
        self.openings = 0
        self.reads = 0
        self.open_nodes = 0
        """How many are open now."""

    def __call__(self) -> "SimulatedNode | None":
        """Open the node; None while the slot is empty; raise FileNotFoundError when unplugged."""
        self.openings += 1
        if self.openings == self.faults.unplug_at_opening:
            self.plugged = False
        if not self.plugged:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        if self.image is None:
            return None
        self.open_nodes += 1
        return SimulatedNode(self, self.image)

    def begin_read(self) -> None:
        """Count one more read, and do what is planned for it."""
        self.reads += 1
        if self.reads == self.faults.unplug_at_read:
            self.plugged = False
        if self.reads == self.faults.swap_at_read:
            self.insertions += 1


class SimulatedNode:
    """What one opening gives; an OpenedNode."""

    name = "simulated"

    def __init__(self, slot: SimulatedSlot, image: bytes) -> None:
        self.size = len(image)
        self.token = f"insertion {slot.insertions}"
        self.protection: WriteProtection = slot.protection
        self.facts: tuple[str, ...] = slot.facts
        self._slot = slot
        self._image = image

    def read_at(self, offset: int, length: int) -> bytes:
        """Return what the medium has there, with its faults; b"" when it is unplugged."""
        self._slot.begin_read()
        faults = self._slot.faults
        if not self._slot.plugged:
            return b""  # as Linux ends the reading of a stick that was pulled out
        end = min(offset + length, offset + (faults.most_bytes or length), len(self._image))
        if faults.unreadable_at is not None and offset <= faults.unreadable_at < end:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if faults.ends_at is not None:
            end = min(end, faults.ends_at)
        return self._as_read(self._image[offset:end], offset)

    def identity(self) -> str:
        """Return how the device calls itself."""
        return "Simulated slot"

    def attribute_memory(self) -> bytes:
        """Return nothing: it has none."""
        return b""

    def close(self) -> None:
        """Close the node."""
        self._slot.open_nodes -= 1

    def _as_read(self, data: bytes, begin: int) -> bytes:
        at = self._slot.faults.differs_at
        is_right = self._slot.openings < self._slot.faults.differs_from_opening
        if is_right or at is None or not begin <= at < begin + len(data):
            return data
        return data[: at - begin] + bytes([data[at - begin] ^ 1]) + data[at - begin + 1 :]
