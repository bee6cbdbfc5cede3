"""What goes wrong with the memory of a PEB after it was written."""

from parsers.media.peb.layout import PAGE_BYTES, PAGES
from simulators.errors import Refused


def with_wrong_page(image: bytes, page: int) -> bytes:
    """Return `image` with one bit of `page` flipped; raise Refused where there is none such."""
    if page >= PAGES:
        raise Refused(f"A PEB has the pages 0 to {PAGES - 1}; {page} is none of them.")
    changed = bytearray(image)
    changed[page * PAGE_BYTES] ^= 0x01
    return bytes(changed)
