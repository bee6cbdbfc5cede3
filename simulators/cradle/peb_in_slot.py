"""A PEB as a cradle sees it: an image of pages, and what is wrong with them."""

from dataclasses import dataclass
from struct import Struct
from typing import Self

from drivers.cradle.peb_link import CHECK, checksum
from drivers.cradle.peb_messages import ERASED_PAGE, PAGE_BYTES, PebId

HEADER_IDENTITY = Struct("<14xBxI")
"""Kind at offset 0x0E and serial at 0x10 of page 0 of `zt-peb-1`."""
REVISION = 1


@dataclass(frozen=True, slots=True)
class PebInSlot:
    """An image of `zt-peb-1`, or of as many pages as the simulated cradle reads."""

    image: bytes
    peb: PebId

    @classmethod
    def of_image(cls, image: bytes) -> Self:
        """Take serial and kind from the header page of `image`."""
        kind, serial = HEADER_IDENTITY.unpack_from(image)
        return cls(image, PebId(serial, kind, REVISION))

    @property
    def pages(self) -> int:
        """How many pages the image has."""
        return len(self.image) // PAGE_BYTES

    def page(self, page: int) -> bytes:
        """Return the 528 bytes of `page`."""
        return self.image[page * PAGE_BYTES : (page + 1) * PAGE_BYTES]

    def written(self) -> frozenset[int]:
        """Return the pages that are not erased."""
        return frozenset(page for page in range(self.pages) if self.page(page) != ERASED_PAGE)


def is_sound(page: bytes) -> bool:
    """Say whether the checksum in the trailer of `page` is right; an erased page has none."""
    return page == ERASED_PAGE or CHECK.pack(checksum(page[:-2])) == page[-2:]


def with_trailer(data: bytes, page: int) -> bytes:
    """Return `data` (at most 512 bytes) as `page`, of type 1, with a right checksum."""
    trailer = Struct("<HBBIIH").pack(page, 1, 0, 1, 0, 0)
    checked = data.ljust(512, b"\0") + trailer
    return checked + CHECK.pack(checksum(checked))
