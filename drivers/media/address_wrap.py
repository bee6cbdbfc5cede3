"""Finds how large a card is whose window is larger: its content repeats, as addresses wrap."""

from typing import Protocol

SMALLEST_BYTES = 64 * 1024
LARGEST_BYTES = 64 * 1024 * 1024
"""Common memory of a PC Card has 26 address lines."""

PROBE_BYTES = 512


class Readable(Protocol):
    """Memory that can be read anywhere."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""
        ...


def is_card_size(size: int) -> bool:
    """Say whether a linear memory card can have `size` bytes: a power of two within bounds."""
    return SMALLEST_BYTES <= size <= LARGEST_BYTES and size.bit_count() == 1


def wraps_at(memory: Readable) -> int:
    """Return after how many bytes the beginning of `memory` comes again; its size where it never.

    Only sizes of cards that divide the window are looked at. A beginning of equal bytes (a card
    that is blank, or whose battery is flat) tells nothing.
    """
    probe = memory.read_at(0, PROBE_BYTES)
    size = SMALLEST_BYTES
    while size < memory.size and memory.size % size == 0 and len(set(probe)) > 1:
        if memory.read_at(size, PROBE_BYTES) == probe:
            return size
        size *= 2
    return memory.size
