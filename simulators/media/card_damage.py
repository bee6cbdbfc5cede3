"""What goes wrong with an M100 card, or is done to it, after it was written."""

from dataclasses import replace
from struct import pack_into, unpack_from

from parsers.media.flags import flag_bits, read_flags
from parsers.media.m100_card.layout import COUNTERS_AT, header_offset
from simulators.media.card_image import seal

EDITED_VOTES = 10
BACKUP_COPY = 3


def edited(card: bytes) -> bytes:
    """Return `card` with votes added to its first counter, and no checksum made right."""
    image = bytearray(card)
    _add(image, counter=0, votes=EDITED_VOTES)
    return bytes(image)


def forged(card: bytes) -> bytes:
    """Return `card` with votes moved from its second counter to its first, all checksums right."""
    image = bytearray(card)
    _add(image, counter=0, votes=EDITED_VOTES)
    _add(image, counter=1, votes=-EDITED_VOTES)
    seal(image)
    return bytes(image)


def malformed(card: bytes) -> bytes:
    """Return `card` with offsets beyond its end and counts beyond reason, all checksums right."""
    image = bytearray(card)
    for field in ("definition_at", "counters_at", "log_at"):
        pack_into("<I", image, header_offset(field), len(image))
    for field in ("definition_length", "counter_count", "log_capacity", "next_sequence"):
        pack_into("<I", image, header_offset(field), 0xFFFF_FFFF)
    seal(image)
    return bytes(image)


def marked_as_backup(card: bytes) -> bytes:
    """Return `card` as a backup, its third copy."""
    image = bytearray(card)
    at = header_offset("flags")
    flags = read_flags(unpack_from("<I", image, at)[0])
    pack_into("<I", image, at, flag_bits(replace(flags, backup=True)))
    image[header_offset("copy")] = BACKUP_COPY
    seal(image)
    return bytes(image)


def _add(image: bytearray, *, counter: int, votes: int) -> None:
    at = COUNTERS_AT + 4 * counter
    (had,) = unpack_from("<I", image, at)
    pack_into("<I", image, at, had + votes)
