"""The memory of a PC Card through one of its doors: a Linux MTD device, or an image in a file.

Only reading is ever asked: no erase, lock, write or format request is in this code.
"""

import os
import struct
from dataclasses import dataclass
from fcntl import ioctl
from itertools import islice
from pathlib import Path
from typing import Protocol, Self

from drivers.contract import DriverHost
from drivers.media.address_wrap import Readable
from drivers.media.cis import MOST_BYTES as MOST_CIS_BYTES
from drivers.media.uncached import UncachedFile
from drivers.transcripts.crossing import Crossing, Direction
from election.captures import WriteProtection

CHANNEL = "card"
ATTRIBUTE_CHANNEL = "attribute"
"""Doors of the transport in recorded sessions."""

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


class CardMemory(Readable, Protocol):
    """Common memory of a card, open read-only."""

    @property
    def token(self) -> str:
        """What tells this card from the next one."""
        ...

    @property
    def protection(self) -> WriteProtection:
        """The state of the write-protect switch, as far as this door shows it."""
        ...

    def attribute_memory(self) -> bytes:
        """Return the front of attribute memory; b"" where this door has none."""
        ...

    def facts(self) -> tuple[str, ...]:
        """Return what else the door shows."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class ImageMemory:
    """A card's raw image in a file; beside `FILE` its attribute memory may lie in `FILE.cis`."""

    protection = WriteProtection.NOT_APPLICABLE

    def __init__(self, path: Path, host: DriverHost) -> None:
        """Open the file; raise OSError."""
        self._path = path
        self._host = host
        self._file = UncachedFile(path, host, CHANNEL)
        status = os.fstat(self._file.descriptor)
        self.size = status.st_size
        self.token = f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        return self._file.read_at(offset, length)

    def attribute_memory(self) -> bytes:
        """Return what the file beside the image has."""
        return _front(self._path.with_name(self._path.name + CIS_SUFFIX), self._host)

    def facts(self) -> tuple[str, ...]:
        """Return how it was read."""
        return (f"image in a file of {self.size} bytes", self._file.way)

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

    def __init__(self, path: Path, host: DriverHost, sysfs: Path = Path("/sys")) -> None:
        """Open the node; raise OSError."""
        self._host = host
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._information = MtdInformation.of(self._descriptor)
        except OSError:
            self.close()
            raise
        node = os.fstat(self._descriptor)
        self._place = sysfs / f"class/mtd/mtd{os.minor(node.st_rdev) // 2}/device"  # N and Nro
        self.size = self._information.size
        self.token = f"{node.st_rdev} {node.st_ino} {node.st_ctime_ns} {self.size}"

    @property
    def protection(self) -> WriteProtection:
        """Whether the kernel can write to the card."""
        writeable = self._information.flags & MTD_WRITEABLE
        return WriteProtection.OFF if writeable else WriteProtection.ON

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        chunk = os.pread(self._descriptor, length, offset)
        self._host.record(Crossing(Direction.IN, CHANNEL, chunk))
        return chunk

    def attribute_memory(self) -> bytes:
        """Return what the card's socket has read of it."""
        place = self._place.resolve()
        files = (above / "cis" for above in islice((place, *place.parents), SOCKET_DISTANCE))
        return next((front for file in files if (front := _front(file, self._host))), b"")

    def facts(self) -> tuple[str, ...]:
        """Return what MEMGETINFO told."""
        known = self._information
        kind = MTD_TYPES.get(known.type_code, f"type {known.type_code}")
        return (f"MTD device of {known.size} bytes, {kind}, flags {known.flags:#x}",)

    def close(self) -> None:
        """Close the node."""
        os.close(self._descriptor)


def _front(path: Path, host: DriverHost) -> bytes:
    """Return the front of `path`; b"" where it is no file."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            front = file.read(ATTRIBUTE_BYTES)
    except OSError:  # a card without CIS: the socket answers EIO
        return b""
    host.record(Crossing(Direction.IN, ATTRIBUTE_CHANNEL, front))
    return front
