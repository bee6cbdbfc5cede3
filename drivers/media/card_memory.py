"""The memory of a PC Card behind one of its nodes: a Linux MTD device, or an image in a file.

Only reading is ever asked: no erase, lock, write or format request is in this code.
"""

import os
import struct
from dataclasses import dataclass
from fcntl import ioctl
from itertools import islice
from pathlib import Path
from typing import Self

from drivers.media.cis import MOST_BYTES as MOST_CIS_BYTES
from drivers.media.node import Node
from drivers.media.uncached import UncachedFile
from election.captures import WriteProtection

MTD_MAJOR = 90
MEMGETINFO = 0x80204D01  # _IOR('M', 1, struct mtd_info_user)
MTD_INFORMATION = struct.Struct("=B3xIIIIIQ")
"""`struct mtd_info_user` of <mtd/mtd-abi.h>: type, flags, size, and five fields more."""

MTD_WRITEABLE = 0x400
MTD_TYPES = {1: "RAM", 2: "ROM", 3: "NOR flash"}

CIS_SUFFIX = ".cis"
ATTRIBUTE_BYTES = 2 * MOST_CIS_BYTES
SOCKET_DISTANCE = 4
"""How far above an MTD device its card socket, which has the CIS, is looked for in sysfs."""


class ImageMemory:
    """A card's raw image in a file; beside `FILE` its attribute memory may lie in `FILE.cis`."""

    protection: WriteProtection = WriteProtection.NOT_APPLICABLE

    def __init__(self, path: Path, node: Node) -> None:
        """Open the file; raise OSError."""
        self.name = path.name
        self._path = path
        self._node = node
        self._file = UncachedFile(path)
        status = os.fstat(self._file.descriptor)
        self.size = status.st_size
        self.token = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
        self.facts: tuple[str, ...] = (f"image in a file of {self.size} bytes", self._file.way)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        return self._file.read_at(offset, length)

    def identity(self) -> str:
        """Return how the device calls itself: its path."""
        return self._node.describe(self._path)

    def attribute_memory(self) -> bytes:
        """Return what the file beside the image has."""
        return _front(self._path.with_name(self._path.name + CIS_SUFFIX))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class MtdInformation:
    """What MEMGETINFO tells of an MTD device."""

    type_code: int
    flags: int
    size: int

    @classmethod
    def of(cls, descriptor: int) -> Self:
        """Ask the kernel; raise OSError."""
        answer = ioctl(descriptor, MEMGETINFO, bytes(MTD_INFORMATION.size))
        type_code, flags, size, *_ = MTD_INFORMATION.unpack(answer)
        return cls(type_code, flags, size)


class MtdMemory:
    """A card behind an MTD character device, which has no cache."""

    def __init__(self, path: Path, node: Node, sysfs: Path = Path("/sys")) -> None:
        """Open the node; raise OSError."""
        self.name = path.name
        self._path = path
        self._node = node
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            known = MtdInformation.of(self._descriptor)
            status = os.fstat(self._descriptor)
        except OSError:
            self.close()
            raise
        self._place = sysfs / f"class/mtd/mtd{os.minor(status.st_rdev) // 2}/device"  # N and Nro
        self.size = known.size
        self.token = f"{status.st_rdev} {status.st_ino} {status.st_ctime_ns} {self.size}"
        self.protection = WriteProtection.OFF if known.flags & MTD_WRITEABLE else WriteProtection.ON
        """Whether the kernel can write to the card."""
        kind = MTD_TYPES.get(known.type_code, f"type {known.type_code}")
        self.facts: tuple[str, ...] = (
            f"MTD device of {known.size} bytes, {kind}, flags {known.flags:#x}",
        )

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        return os.pread(self._descriptor, length, offset)

    def identity(self) -> str:
        """Return how the reader calls itself."""
        return self._node.describe(self._path)

    def attribute_memory(self) -> bytes:
        """Return what the card's socket has read of it."""
        place = self._place.resolve()
        files = (above / "cis" for above in islice((place, *place.parents), SOCKET_DISTANCE))
        return next((front for file in files if (front := _front(file))), b"")

    def close(self) -> None:
        """Close the node."""
        os.close(self._descriptor)


def _front(path: Path) -> bytes:
    """Return the front of `path`; b"" where it is no file."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            return file.read(ATTRIBUTE_BYTES)
    except OSError:  # a card without CIS: the socket answers EIO
        return b""
