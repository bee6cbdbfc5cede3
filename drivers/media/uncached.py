"""Reads a file or block device from the medium itself: two readings from memory prove nothing."""

import errno
import mmap
import os
from pathlib import Path

CHUNK_BYTES = 256 * 1024
"""One read; a multiple of every sector and page size, as O_DIRECT wants it."""


ALIGNED_BYTES = 4096
"""Lengths of reads are rounded up to this: the largest sector of any disk."""


class UncachedFile:
    """Opened read-only and past the page cache.

    Where the kernel refuses O_DIRECT, the pages of the file are dropped from the cache instead;
    `bypasses_cache` tells.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`; raise OSError."""
        self.bypasses_cache = True
        try:
            self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECT)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.bypasses_cache = False
            self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if not self.bypasses_cache:
                os.posix_fadvise(self.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            self._buffer = mmap.mmap(-1, CHUNK_BYTES)  # begins at a page, as O_DIRECT wants it
        except OSError:
            os.close(self.descriptor)
            raise

    @property
    def way(self) -> str:
        """How it is read, in plain words."""
        if self.bypasses_cache:
            return "read with O_DIRECT, past the page cache"
        return "O_DIRECT was refused: its pages were dropped from the cache before each reading"

    def read_at(self, offset: int, length: int) -> bytes:
        """Return at most `length` bytes from `offset`, a multiple of the sector size.

        `length` is at most CHUNK_BYTES. Fewer come only at the end; b"" there. Raises OSError.
        """
        aligned = -(-length // ALIGNED_BYTES) * ALIGNED_BYTES
        with memoryview(self._buffer) as whole, whole[:aligned] as part:
            came = os.preadv(self.descriptor, [part], offset)
        return self._buffer[: min(came, length)]

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)
        self._buffer.close()
