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
from drivers.media.opened_node import OpenedNode, OpenNode
from drivers.media.reader import MediumReader
from drivers.media.source import Sink
from drivers.media.uncached import CHUNK_BYTES, UncachedFile
from drivers.transcripts.recorded_node import recorded
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


class BlockNode:
    """A block device that is open, past the page cache; an OpenedNode."""

    def __init__(self, path: Path, node: Node) -> None:
        """Open `path`; raise OSError."""
        self.name = path.name
        self._path = path
        self._node = node
        self._file = UncachedFile(path)
        try:
            self.size = self._asked(BLKGETSIZE64, "Q")
            sector_bytes = self._asked(BLKSSZGET, "i")
            is_read_only = bool(self._asked(BLKROGET, "i"))
            # With its switch: the udev rule may set it after the node was seen, and refused
            self.token = f"{self._generation()} {self.size} {is_read_only}"
        except OSError:
            self.close()
            raise
        self.protection = WriteProtection.ON if is_read_only else WriteProtection.OFF
        """Whether the kernel takes no writes: by the medium's switch, or by the udev rule."""
        self.facts: tuple[str, ...] = (
            f"{self.size} bytes in sectors of {sector_bytes}",
            f"the kernel takes {'no writes' if is_read_only else 'writes'} to it",
            self._file.way,
        )

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        return self._file.read_at(offset, length)

    def identity(self) -> str:
        """Return how the device calls itself."""
        return self._node.describe(self._path)

    def attribute_memory(self) -> bytes:
        """Return nothing: a disk has none."""
        return b""

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


class OpenDisk:
    """A medium that is read from its first byte to its last; an OpenMedium."""

    def __init__(self, node: OpenedNode) -> None:
        self.token: str = node.token
        self.protection: WriteProtection = node.protection
        self._node = node

    @property
    def identity(self) -> str:
        """How the device calls itself."""
        return self._node.identity()

    def read(self, sink: Sink) -> None:
        """Read up to the size that the kernel tells, or to where the device ends before."""
        size = self._node.size
        sink.expect(size)
        offset = 0
        while chunk := self._node.read_at(offset, min(CHUNK_BYTES, size - offset)):
            sink.add(chunk)
            offset += len(chunk)

    def facts(self) -> tuple[str, ...]:
        """Return size, sectors and how it was read."""
        return self._node.facts

    def close(self) -> None:
        """Close the node."""
        self._node.close()


class BlockDevicePlugin:
    """The entry point `block-device`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = BlockDeviceSettings

    def open(self, device: str, settings: BlockDeviceSettings, host: DriverHost) -> MediumReader:
        """Return a fresh driver for one connection."""
        node = Node(device, settings, Attachment.BLOCK)
        return block_device(device, settings, host, partial(open_block_node, node))


PLUGIN: DriverPlugin = BlockDevicePlugin()


def block_device(
    device: str, settings: BlockDeviceSettings, host: DriverHost, open_node: OpenNode
) -> MediumReader:
    """Return the driver over whatever `open_node` opens: a node, or a replay."""
    source = disk_source(device, MEDIUM_KIND, recorded(open_node, host.record, CHANNEL))
    return MediumReader(device, source, settings, host)


def disk_source(device: str, medium_kind: str, open_node: OpenNode) -> NodeSource:
    """Return the source that reads nodes from their first byte to their last."""

    def open_medium() -> OpenDisk | None:
        node = open_node()
        return None if node is None else OpenDisk(node)

    return NodeSource(device, medium_kind, open_medium)


def open_block_node(node: Node) -> BlockNode | None:
    """Open what `node` means; None without a medium. Raises OSError, DeviceGone, DeviceRefused."""
    path = node.find()
    if not stat.S_ISBLK(path.stat().st_mode):  # before it is opened: a FIFO would wait for ever
        raise DeviceRefused(node.device, f"{path} is no block device. Correct its path.")
    try:
        medium = BlockNode(path, node)
    except OSError as error:
        if error.errno in NO_MEDIUM:
            return None
        raise
    if not medium.size:
        medium.close()
        return None
    return medium
