"""Where mutations strike in an image, so that nearly all of them hit what is in use."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

GAP = 16
"""Unused bytes within a record; more of them end a stretch that is in use."""

_USED = re.compile(rb"[^\x00\xff](?:.{0,%d}[^\x00\xff])*" % GAP, re.DOTALL)
"""Erased flash is FF, cleared memory 00."""


@dataclass(frozen=True, slots=True)
class Integer:
    """Where an unsigned little-endian number stands, and its bytes."""

    at: int
    size: int


@dataclass(frozen=True, slots=True)
class ImagePlaces:
    """What is where in one undamaged image."""

    used: tuple[range, ...]
    integers: tuple[Integer, ...]
    blocks: tuple[int, ...]
    """Sizes of what is written at once."""

    def byte(self, dice: Random) -> int:
        """Return a byte in use or beside one: every stretch is as likely, however long it is."""
        stretch = dice.choice(self.used)
        begin = max(0, stretch.start - (dice.random() < 0.1))
        return dice.randrange(begin, stretch.stop)

    def block(self, dice: Random, size: int) -> int:
        """Return where a block of `size` bytes begins of which some are in use."""
        return self.byte(dice) // size * size


ImageMutation = Callable[[Random, bytearray, ImagePlaces], None]
"""Changes an image in place and keeps its size; the same dice do the same."""


def used_stretches(image: bytes) -> tuple[range, ...]:
    """Return the stretches of `image` that hold more than 00 and FF."""
    return tuple(range(*found.span()) for found in _USED.finditer(image))
