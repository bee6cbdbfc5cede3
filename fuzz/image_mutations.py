"""What a medium, its device or a forger does to an image: its size stays, its bits do not.

Half of the inputs are sealed afterwards, so that what stands behind the checksums is reached. The
others must be noticed: see `fuzz.unnoticed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from fuzz.image_formats import ImageFormat
from fuzz.image_places import ImageMutation, ImagePlaces, used_stretches
from fuzz.mutations import MOST_AT_ONCE

RESIZED = 0.04
"""Share of the inputs whose size changes: a parser refuses nearly all of them at once."""

_ERASED = (0x00, 0xFF)

_SMALL = (0, 1, 0x64, 0x7F, 0x80, 0xFF, 0x100, 0x3E8, 0xFFE)
_LARGE = (0x7FFF, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)
_HOSTILE = (*_SMALL, *_LARGE)
"""Values of an integer, as far as they fit: ends of ranges, signs, and just beyond a limit."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """An input of a parser."""

    content: bytes
    sealed: bool = True
    """Its checksums may be right although it is damaged: they were made so, or there are none."""


class ImageMutator:
    """Makes mutants of a few images of one format."""

    def __init__(self, seeds: Sequence[bytes], form: ImageFormat) -> None:
        self._seeds = seeds
        self._form = form
        self._places = [
            ImagePlaces(used_stretches(seed), tuple(form.integers(seed)), form.blocks)
            for seed in seeds
        ]

    def mutant(self, dice: Random) -> Mutant:
        """Return one of the seeds after one to MOST_AT_ONCE mutations, half the time sealed."""
        which = dice.randrange(len(self._seeds))
        image = bytearray(self._seeds[which])
        mutations = (*IMAGE_MUTATIONS, *self._form.mutations)
        left = min(dice.randint(1, MOST_AT_ONCE), dice.randint(1, MOST_AT_ONCE))
        while left > 0 or image == self._seeds[which]:
            left -= 1
            if (rare := dice.random()) < 0.1:
                _transplant(dice, image, self._places[which], dice.choice(self._seeds))
            elif rare < 0.13:
                _strike_anywhere(dice, image)
            else:
                dice.choice(mutations)(dice, image, self._places[which])
        if sealed := dice.random() < 0.5:
            self._form.seal(image)
        content = bytes(image)
        return Mutant(_resized(dice, content) if dice.random() < RESIZED else content, sealed)


def _flip_bits(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    for _ in range(dice.choice((1, 1, 2, 20))):
        image[places.byte(dice)] ^= 1 << dice.randrange(8)


def _set_bytes(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    for _ in range(dice.choice((1, 3, 10))):
        image[places.byte(dice)] = dice.randrange(256)


def _strike_anywhere(dice: Random, image: bytearray) -> None:
    """Write where nothing should be: a parser refuses nearly all of it."""
    image[dice.randrange(len(image))] = dice.randrange(256)


def _set_integers(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    """Make counts, lengths, offsets and numbers as large or as wrong as they get."""
    for integer in dice.choices(places.integers, k=dice.choice((1, 1, 1, 2, 4))):
        begin, end = integer.at, integer.at + integer.size
        now = int.from_bytes(image[begin:end], "little")
        near = (now + 1, now - 1, now * 2, now ^ 0x8000, len(image), len(image) - 1)
        value = dice.choice((*near, *_HOSTILE))
        image[begin:end] = (value % (1 << 8 * integer.size)).to_bytes(integer.size, "little")


def _swap_integers(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    """Exchange two of one size, often neighbours: votes that change sides leave every sum right."""
    at = dice.randrange(len(places.integers))
    near = places.integers[at : at + dice.choice((2, 2, 8, len(places.integers)))]
    one, other = near[0], dice.choice([each for each in near if each.size == near[0].size])
    ours, theirs = (image[each.at : each.at + each.size] for each in (one, other))
    image[one.at : one.at + one.size] = theirs
    image[other.at : other.at + other.size] = ours


def _swap_blocks(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    size = dice.choice(places.blocks)
    one, other = places.block(dice, size), places.block(dice, size)
    ours, theirs = image[one : one + size], image[other : other + size]
    if len(ours) == len(theirs):
        image[one : one + size], image[other : other + size] = theirs, ours


def _copy_block(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    """Write a block to the place of another, or to one beside it."""
    size = dice.choice(places.blocks)
    block = places.block(dice, size)
    begin = dice.choice((places.block(dice, size), block + size))
    _put(image, begin, image[block : block + size])


def _erase_block(dice: Random, image: bytearray, places: ImagePlaces) -> None:
    size = dice.choice(places.blocks)
    _put(image, places.block(dice, size), bytes((dice.choice(_ERASED),)) * size)


def _transplant(dice: Random, image: bytearray, places: ImagePlaces, donor: bytes) -> None:
    """Write a block as another image has it there: a write that came too late, or never."""
    size = dice.choice(places.blocks)
    begin = places.block(dice, size)
    _put(image, begin, donor[begin : begin + size])


def _put(image: bytearray, begin: int, block: bytes | bytearray) -> None:
    """Write what of `block` fits into `image`."""
    block = block[: max(0, len(image) - begin)]
    image[begin : begin + len(block)] = block


def _resized(dice: Random, content: bytes) -> bytes:
    """Return a reading that ended too early, went on too long, or went wrong in between."""
    place = dice.choice((0, 1, 512, len(content) // 2, len(content) - 1, len(content) - 512))
    return dice.choice(
        (
            content[:place],
            content[place:],
            content + content[:place],
            content + bytes((dice.choice(_ERASED),)) * place,
            content * dice.choice((2, 3)),
            content[:place] + content[place + 512 :],
        )
    )


IMAGE_MUTATIONS: tuple[ImageMutation, ...] = (
    _flip_bits,
    _set_bytes,
    _set_integers,
    _set_integers,
    _swap_integers,
    _swap_blocks,
    _copy_block,
    _erase_block,
)
"""Those of every format, integers twice; the rare ones are `_transplant` and `_strike_anywhere`."""
