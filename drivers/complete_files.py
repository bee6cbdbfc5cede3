"""Finds the files of a folder that nobody is writing any more, and puts them away once taken."""

import errno
import fcntl
import filecmp
import logging
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Self

TAKEN = "taken"
"""Sub-folder for the files that are safely kept elsewhere."""

NAME_MAX = 255
"""Longest file name in bytes (<linux/limits.h>)."""

log = logging.getLogger("zerotape.drivers.drop_folder")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which file this is, and in which state: any write, rename over it or touch changes it."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """Return the stamp of a file from its status."""
        return cls(
            status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
        )


@dataclass(frozen=True, slots=True)
class CompleteFile:
    """A file as it was read from beginning to end, while nobody wrote it."""

    path: Path
    stamp: Stamp
    content: bytes


class CompleteFiles:
    """The files of `folder` that are complete: regular, not empty, and unchanged for `settle_s`.

    Whatever else lies there stays where it is; the log says once for each name why. Every method
    blocks. OSError means that the folder itself cannot be used.
    """

    def __init__(
        self, folder: Path, *, settle_s: float, max_bytes: int, ignore: tuple[str, ...]
    ) -> None:
        self._folder = folder
        self._settle_s = settle_s
        self._max_bytes = max_bytes
        self._ignore = ignore
        self._first_seen: dict[str, tuple[Stamp, float]] = {}
        self._left: dict[str, str] = {}  # names the log has told about, and the reason

    def settled(self, *, wall: float, steady: float) -> list[Path]:
        """Return the files that look complete, oldest first; `wall` is Unix time in seconds.

        A file with an old time stamp, say one renamed into place, has settled at once. `steady`
        never jumps: it decides where the time stamp is wrong, as on a stick with another clock.
        """
        found: list[tuple[int, str]] = []
        seen: dict[str, tuple[Stamp, float]] = {}
        for name, stamp in self._candidates():
            known, since = self._first_seen.get(name, (stamp, steady))
            seen[name] = (stamp, since if known == stamp else steady)
            unchanged_s = max(wall - stamp.mtime_ns / 1e9, steady - seen[name][1])
            if unchanged_s >= self._settle_s:
                found.append((stamp.mtime_ns, name))
        self._first_seen = seen
        return [self._folder / name for _, name in sorted(found)]

    def read(self, path: Path) -> CompleteFile | None:
        """Return the whole file; None when it is being written, is gone or cannot be read."""
        try:
            # Without O_NONBLOCK a FIFO that took the file's place would hang us.
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                return self._read_open(path, fd)
            finally:
                os.close(fd)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._leave(path.name, f"it cannot be read: {error.strerror}")
            return None

    def put_away(self, file: CompleteFile, digest: str) -> None:
        """Move `file` below TAKEN unless it was changed since; FileExistsError: other content."""
        try:
            if Stamp.of(os.lstat(file.path)) != file.stamp:
                return  # what it is now has not been taken yet
        except FileNotFoundError:
            return
        target = self._folder / TAKEN / _taken_name(file.path.name, digest)
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            file.path.rename(target)
        elif filecmp.cmp(file.path, target, shallow=False):
            file.path.unlink()
        else:
            told = "there already, with other content"
            raise FileExistsError(errno.EEXIST, told, str(target))

    def _candidates(self) -> Iterator[tuple[str, Stamp]]:
        present: set[str] = set()
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name == TAKEN or self._ignored(entry.name):
                    continue
                present.add(entry.name)
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if trouble := self._trouble(status):
                    self._leave(entry.name, trouble)
                else:
                    yield entry.name, Stamp.of(status)
        self._left = {name: why for name, why in self._left.items() if name in present}

    def _read_open(self, path: Path, fd: int) -> CompleteFile | None:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            return None
        if _has_writer(fd):
            self._leave(path.name, "a program has it open for writing")
            return None
        with open(fd, "rb", closefd=False) as file:
            content = file.read(self._max_bytes + 1)
        stamp = Stamp.of(os.fstat(fd))
        if stamp != Stamp.of(before) or len(content) != stamp.size:
            return None
        return CompleteFile(path, stamp, content)

    def _ignored(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._ignore)

    def _trouble(self, status: os.stat_result) -> str | None:
        if not stat.S_ISREG(status.st_mode):
            return "it is no regular file"
        if status.st_size > self._max_bytes:
            return f"it has {status.st_size} bytes, and {self._max_bytes} are allowed"
        if not status.st_size:
            return "it is empty"
        return None

    def _leave(self, name: str, why: str) -> None:
        if self._left.get(name) != why:
            self._left[name] = why
            log.warning("%s: %r stays where it is: %s.", self._folder, name, why)


def _has_writer(fd: int) -> bool:
    """Tell whether somebody has the file open for writing; False also where Linux cannot tell.

    The kernel grants a read lease only on a file that nobody writes, and only to its owner.
    """
    try:
        # A writer that comes while we hold the lease makes the kernel signal us: by default with
        # SIGIO, which kills; SIGURG is ignored. Releasing a lease sets it back to SIGIO.
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # not the owner, or a file system without leases
        return False
    return False


def _taken_name(name: str, digest: str) -> str:
    """Return `<16 digits of digest>-<name>`, the front of `name` cut off where it is too long."""
    prefix = f"{digest[:16]}-"
    return prefix + os.fsdecode(os.fsencode(name)[-(NAME_MAX - len(prefix)) :])
