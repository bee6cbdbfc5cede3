"""A file as a length and slices: what a parser needs, without the file in memory."""

import os
import stat
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from election.errors import ZerotapeError

_BLOCK = 1 << 20
"""Bytes that are hashed at a time."""

_AGAIN = "Wait until whoever writes it is done, and try again."


class FileContentError(ZerotapeError):
    """A file that cannot be read as a whole."""


class FileContent:
    """An opened file; satisfies `parsers.contract.Content`. To be used in a `with` statement.

    Its length is that at the time of opening. Slices raise FileContentError when the file became
    shorter since then, or cannot be read any more.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        """Open `path`; raise FileContentError when it is no file or larger than `most_bytes`."""
        self._path = path
        try:
            # O_NONBLOCK: opening a named pipe would wait for somebody to write into it.
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise self._unreadable(error) from error
        self._opened_as = os.fstat(self._descriptor)
        self._size = self._opened_as.st_size
        try:
            self._refuse(most_bytes)
        except FileContentError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, where: slice, /) -> bytes:
        begin, end, step = where.indices(self._size)
        if step != 1:
            raise ValueError("slices of a file have no step")
        parts: list[bytes] = []
        while begin < end:
            part = self._read(begin, end - begin)
            if not part:
                raise FileContentError(f"{self._path} became shorter while it was read. {_AGAIN}")
            parts.append(part)
            begin += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Close the file; closing it again does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def sha256(self) -> str:
        """Return the hexadecimal SHA-256 of the file.

        Asked for last, it covers what was read before: raises FileContentError when the file was
        written to since it was opened.
        """
        digest = sha256()
        for begin in range(0, self._size, _BLOCK):
            digest.update(self[begin : begin + _BLOCK])
        now = os.fstat(self._descriptor)
        if (now.st_size, now.st_mtime_ns) != (self._size, self._opened_as.st_mtime_ns):
            raise FileContentError(f"{self._path} was written to while it was read. {_AGAIN}")
        return digest.hexdigest()

    def _refuse(self, most_bytes: int) -> None:
        if not stat.S_ISREG(self._opened_as.st_mode):
            raise FileContentError(f"{self._path} is no file. Name a file.")
        if self._size > most_bytes:
            raise FileContentError(
                f"{self._path} has {self._size:,} bytes; the most that is read are {most_bytes:,}."
            )

    def _read(self, begin: int, size: int) -> bytes:
        try:
            return os.pread(self._descriptor, size, begin)
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> FileContentError:
        return FileContentError(f"{self._path} cannot be read: {error.strerror}.")
