"""Memory of large blocks goes back to the kernel as soon as nobody holds them any more.

glibc takes a large block straight from the kernel, and gives it back when it is freed; but with
each one that it gives back it raises the size from which it does so, and the room that it leaves
unused at the end of a heap (mallopt(3), dynamic mmap threshold). Copies of one medium after the
other then go into the heaps of all threads, small blocks settle between them and stay, and what is
free around those is never given back.
"""

import ctypes

LARGE_BYTES = 128 * 1024
"""Where glibc begins: DEFAULT_MMAP_THRESHOLD and DEFAULT_TRIM_THRESHOLD of malloc.c. What is set
stays as it is."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""From malloc.h."""


def give_large_blocks_back() -> None:
    """Have this process give blocks of LARGE_BYTES or more back; only glibc needs to be told."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(M_MMAP_THRESHOLD, LARGE_BYTES)
        set_option(M_TRIM_THRESHOLD, LARGE_BYTES)
