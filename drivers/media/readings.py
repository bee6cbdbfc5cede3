"""Two whole readings of one medium: the second is compared with the first while it arrives."""

from collections.abc import Callable
from io import BytesIO

Progress = Callable[[int, int], None]


class FirstReading:
    """Keeps what is read, and tells how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._kept = BytesIO()  # gives its buffer away without a copy: a medium can be large
        self._progress = progress
        self.size = 0
        """Bytes that the medium has."""

    def expect(self, size: int) -> None:
        """Learn the size of the medium, bytes."""
        self.size = size
        self._progress(0, 2 * size)

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._kept.write(chunk)
        if self.size:  # a source may add nothing before it knows; 0 of 0 says that it is over
            self._progress(self.done, 2 * self.size)

    @property
    def done(self) -> int:
        """How many bytes have come."""
        return self._kept.tell()

    @property
    def is_whole(self) -> bool:
        """Whether as much came as the medium has."""
        return bool(self.size) and self.done == self.size

    def content(self) -> bytes:
        """Return what has come."""
        return self._kept.getvalue()


class SecondReading:
    """Compares what is read with the first reading; keeps it only from where they differ."""

    def __init__(self, first: bytes, progress: Progress) -> None:
        self._first = first
        self._progress = progress
        self._size = 0
        self._done = 0
        self._other: bytearray | None = None
        self.differs_at: int | None = None
        """Offset of the first byte that is not as in the first reading."""

    def expect(self, size: int) -> None:
        """Learn the size of the medium, bytes: another one is a difference."""
        self._size = size

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        expected = self._first[self._done : self._done + len(chunk)]
        if self._other is None and chunk != expected:
            same = next(
                (i for i, (a, b) in enumerate(zip(chunk, expected, strict=False)) if a != b),
                min(len(chunk), len(expected)),
            )
            self._differ(self._done + same)
        if self._other is not None:
            self._other += chunk
        self._done += len(chunk)
        whole = len(self._first)
        self._progress(whole + min(self._done, whole), 2 * whole)

    def finish(self) -> bytes | None:
        """Return the second reading where it differs from the first; None where they are equal."""
        if self._other is None and {self._size, self._done} != {len(self._first)}:
            self._differ(self._done)
        return None if self._other is None else bytes(self._other)

    def _differ(self, at: int) -> None:
        self.differs_at = at
        self._other = bytearray(self._first[: self._done])
