"""The driver `block-device`: a stick, a card in a reader or a loop device, as the kernel shows it.

Nothing is ever mounted, and nothing but reading is asked of the kernel.
"""

import errno
import os
import stat
import struct
from fcntl import ioctl
from functools import partial
from pathlib import Path

from pydantic import BaseModel

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.errors import DeviceRefused
from drivers.hotplug.attached import Attachment
from drivers.media.node import Node, NodeSettings
from drivers.media.node_source import NodeSource
from drivers.media.reader import MediumReader
from drivers.media.source import Sink
from drivers.media.uncached import CHUNK_BYTES, UncachedFile
from election.captures import WriteProtection

MEDIUM_KIND = "block-device"
CHANNEL = "block"
"""Door of the transport in recorded sessions."""

# <linux/fs.h>, in the encoding of <asm-generic/ioctl.h>
BLKROGET = 0x125E
BLKSSZGET = 0x1268
BLKGETSIZE64 = 0x80081272
BLKGETDISKSEQ = 0x80081280  # since Linux 5.15

NO_MEDIUM = frozenset({errno.ENOMEDIUM, errno.EMEDIUMTYPE})
"""What a card reader answers that has no card."""


class BlockDeviceSettings(NodeSettings):
    """Which block device, and how its media are treated."""


class OpenBlockDevice:
    """A block device that is open, past the page cache."""

    def __init__(self, path: Path, node: Node, host: DriverHost) -> None:
        """Open `path`; raise OSError."""
        self._path = path
        self._node = node
        self._file = UncachedFile(path, host, CHANNEL)
        try:
            self.size = self._asked(BLKGETSIZE64, "Q")
            self._sector_bytes = self._asked(BLKSSZGET, "i")
            self._read_only = bool(self._asked(BLKROGET, "i"))
            self.token = f"{self._generation()} {self.size}"
        except OSError:
            self.close()
            raise

    @property
    def identity(self) -> str:
        """How the device calls itself."""
        return self._node.describe(self._path)

    @property
    def protection(self) -> WriteProtection:
        """Whether the kernel takes no writes: by the medium's switch, or by the udev rule."""
        return WriteProtection.ON if self._read_only else WriteProtection.OFF

    def read(self, sink: Sink) -> None:
        """Read up to the size that the kernel tells, or to where the device ends before."""
        sink.expect(self.size)
        offset = 0
        while chunk := self._file.read_at(offset, min(CHUNK_BYTES, self.size - offset)):
            sink.add(chunk)
            offset += len(chunk)

    def facts(self) -> tuple[str, ...]:
        """Return size, sectors and how it was read."""
        takes = "no writes" if self._read_only else "writes"
        return (
            f"{self.size} bytes in sectors of {self._sector_bytes}",
            f"the kernel takes {takes} to it",
            self._file.way,
        )

    def close(self) -> None:
        """Close the node."""
        self._file.close()

    def _asked(self, request: int, form: str) -> int:
        answer = ioctl(self._file.descriptor, request, bytes(struct.calcsize(form)))
        number: int = struct.unpack(form, answer)[0]
        return number

    def _generation(self) -> str:
        """Return what changes whenever another medium is in the device."""
        try:
            return f"disk {self._asked(BLKGETDISKSEQ, 'Q')}"
        except OSError:  # an older kernel: the node itself is made anew with every plug
            node = os.fstat(self._file.descriptor)
            return f"node {node.st_rdev} {node.st_ino} {node.st_ctime_ns}"


class BlockDevicePlugin:
    """The entry point `block-device`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = BlockDeviceSettings

    def open(self, device: str, settings: BlockDeviceSettings, host: DriverHost) -> MediumReader:
        """Return a fresh driver for one connection."""
        node = Node(device, settings, Attachment.BLOCK)
        open_medium = partial(open_block_device, node, host)
        source = NodeSource(device, MEDIUM_KIND, open_medium, host, CHANNEL)
        return MediumReader(device, source, settings, host)


PLUGIN: DriverPlugin = BlockDevicePlugin()


def open_block_device(node: Node, host: DriverHost) -> OpenBlockDevice | None:
    """Open what `node` means; None without a medium. Raises OSError, DeviceGone, DeviceRefused."""
    path = node.find()
    if not stat.S_ISBLK(path.stat().st_mode):  # before it is opened: a FIFO would wait for ever
        raise DeviceRefused(node.device, f"{path} is no block device. Correct its path.")
    try:
        medium = OpenBlockDevice(path, node, host)
    except OSError as error:
        if error.errno in NO_MEDIUM:
            return None
        raise
    if not medium.size:
        medium.close()
        return None
    return medium
