"""What goes wrong with the memory of a PEB after it was written."""

from parsers.media.peb.layout import PAGE_BYTES


def with_wrong_page(image: bytes, page: int) -> bytes:
    """Return `image` with one bit of `page` (0..4095) flipped."""
    changed = bytearray(image)
    changed[page * PAGE_BYTES] ^= 0x01
    return bytes(changed)
