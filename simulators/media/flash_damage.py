"""What goes wrong with the flash of a terminal after it was written."""

from parsers.media.flash.layout import BALLOTS, COPY_AT, EVENT, EXTENSION_HEAD, EXTENSION_LOG, IMAGE
from simulators.media.flash import TerminalMemory, flash_image

COPIES = 3


def with_copies_that_differ(memory: TerminalMemory) -> bytes:
    """Return a file with three copies, the third of which lost its ballots."""
    image = bytearray(flash_image(memory, copies=COPIES))
    third = (COPIES - 1) * IMAGE
    assert image[third + COPY_AT] == COPIES
    image[third + BALLOTS : third + IMAGE] = b"\xff" * (IMAGE - BALLOTS)
    return bytes(image)


def with_log_cut(file: bytes, *, after: int) -> bytes:
    """Return `file` with the record damaged that follows the first `after` events of its log."""
    image = bytearray(file)
    image[EXTENSION_LOG + EXTENSION_HEAD + after * EVENT.size] ^= 0x01
    return bytes(image)
