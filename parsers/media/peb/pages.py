"""The pages of a PEB, each held against its own checksum, number and kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.media.checksums import crc16
from parsers.media.peb.layout import (
    COUNTER_REGION,
    CRC_BYTES,
    DATA_BYTES,
    DEFINITION_REGION,
    ERASED,
    HEADER_REGION,
    PAGE_BYTES,
    PAGES,
    TERMINAL_REGION,
    TRAILER,
    WRITE_IN_REGION,
    Region,
)

REGIONS = (HEADER_REGION, DEFINITION_REGION, TERMINAL_REGION, COUNTER_REGION, WRITE_IN_REGION)

_STRIDE = 64
_ERASED_STRIDE = ERASED * _STRIDE
"""Pages that are compared at once: nearly all of a PEB is erased."""

MOST_TOLD = 16
"""Damaged pages that are named one by one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The first `length` bytes of a region's data."""

    region: Region
    length: int
    always: bool = True
    """The first page is written even when there is nothing to write."""

    @property
    def pages(self) -> range:
        """The pages that it takes."""
        count = max(-(-self.length // DATA_BYTES), int(self.always))
        return range(self.region.first, self.region.first + count)


def image_offset(region: Region, offset: int) -> int:
    """Return where byte `offset` of the data of `region` lies in the image."""
    page, rest = divmod(offset, DATA_BYTES)
    return (region.first + page) * PAGE_BYTES + rest


def data_of(image: bytes, region: Region, length: int) -> bytes:
    """Return the first `length` bytes of the data of `region`."""
    last = region.first + -(-length // DATA_BYTES)
    pages = range(region.first * PAGE_BYTES, last * PAGE_BYTES, PAGE_BYTES)
    return b"".join(image[at : at + DATA_BYTES] for at in pages)[:length]


def page_damage(image: bytes, stretches: Iterable[Stretch], generation: int) -> tuple[str, ...]:
    """Return which pages are damaged, missing, left over, or newer than the header.

    `stretches` are what the header says is in use, `generation` is the header's own.
    """
    wanted = {page: part.region for part in stretches for page in part.pages}
    faults = list(_faults(image, wanted, generation))
    told = [f"page {page}: {reason}" for page, reason in faults[:MOST_TOLD]]
    if len(faults) > MOST_TOLD:
        told.append(f"{len(faults) - MOST_TOLD:,} more pages are damaged")
    return tuple(told)


def _faults(image: bytes, wanted: dict[int, Region], generation: int) -> Iterator[tuple[int, str]]:
    for number in _pages_to_look_at(image, wanted):
        page = image[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]
        region = wanted.get(number)
        if page == ERASED:
            if region:
                yield number, f"erased; the header has {region.name} there"
        elif reason := _fault(page, number, region, generation):
            yield number, reason


def _pages_to_look_at(image: bytes, wanted: Iterable[int]) -> Iterator[int]:
    """Yield, in order, all pages but those in long erased stretches where nothing should be."""
    wanted_strides = {page // _STRIDE for page in wanted}
    for stride in range(PAGES // _STRIDE):
        first = stride * _STRIDE
        if stride in wanted_strides or not image.startswith(_ERASED_STRIDE, first * PAGE_BYTES):
            yield from range(first, first + _STRIDE)


def _fault(page: bytes, number: int, region: Region | None, generation: int) -> str:
    """Return what is wrong with a page that is not erased; empty when nothing is."""
    said, kind, written, _, crc = TRAILER.unpack_from(page, DATA_BYTES)
    if crc16(page[:-CRC_BYTES]) != crc:
        return "wrong checksum"
    if said != number:
        return f"written as page {said}"
    if region is None:
        return "in use; the header has nothing there"
    if kind != region.kind:
        return f"of kind {kind}; {region.name} are {region.kind}"
    if written > generation:
        return f"of generation {written:,}, the header of {generation:,}: a torn write"
    return ""
