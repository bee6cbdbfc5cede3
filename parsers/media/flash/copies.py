"""The copies of a terminal's flash in one file: one, or all three.

They hold the same, except for the number of the copy and the checksum over it.
"""

from collections.abc import Iterator, Sequence

from parsers.contract import Content
from parsers.errors import ParseError
from parsers.media.checksums import crc32
from parsers.media.differences import first_difference
from parsers.media.flash.layout import COPIES, COPY_AT, CRC_AT, ERASED, IDENTITY, IMAGE


def copies_of(content: Content) -> tuple[bytes, ...]:
    """Return the copies in `content`; raise ParseError when its length is not one or three."""
    count, rest = divmod(len(content), IMAGE)
    if rest or count not in COPIES:
        lengths = " or ".join(f"{copies * IMAGE:,}" for copies in COPIES)
        raise ParseError(f"{len(content):,} bytes; an image has {lengths}", offset=len(content))
    return tuple(content[n * IMAGE : (n + 1) * IMAGE] for n in range(count))


def has_identity(copy: bytes) -> bool:
    """Say whether an identity block is there: the published layout alone has none."""
    return copy[:IDENTITY] != ERASED[:IDENTITY]


def identity_damage(copies: Sequence[bytes]) -> Iterator[str]:
    """Yield what is wrong with the identity block of each copy."""
    for number, copy in enumerate(copies, start=1):
        if not has_identity(copy):
            continue
        if crc32(copy[:CRC_AT]) != int.from_bytes(copy[CRC_AT:IDENTITY], "little"):
            yield f"copy {number}: wrong checksum of the identity block"
        if len(copies) > 1 and copy[COPY_AT] != number:
            yield f"copy {number} calls itself copy {copy[COPY_AT]}"


def copies_difference(copies: Sequence[bytes]) -> str:
    """Return where a copy first differs from the first one; empty where all are equal."""
    if len(copies) == 1:
        return ""
    first, *others = map(_comparable, copies)
    for number, other in enumerate(others, start=2):
        where = first_difference(first, other)
        if where is not None:
            return f"copy {number} differs from copy 1 at byte {where:#08x}"
    return ""


def _comparable(copy: bytes) -> bytes:
    """Return `copy` with its number and the checksum over it blanked."""
    if not has_identity(copy):
        return copy
    return b"".join((copy[:COPY_AT], b"\0", copy[COPY_AT + 1 : CRC_AT], bytes(4), copy[IDENTITY:]))
