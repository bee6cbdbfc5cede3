"""The driver `pc-card`: a linear memory card behind an MTD device, or its image in a file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.errors import DeviceGone, DeviceRefused
from drivers.hotplug.attached import Attachment
from drivers.media.address_wrap import is_card_size, wraps_at
from drivers.media.card_memory import MTD_MAJOR, ImageMemory, MtdMemory
from drivers.media.cis import CardInformation, read_attribute_memory
from drivers.media.node import Node, NodeSettings
from drivers.media.node_source import NodeSource
from drivers.media.opened_node import OpenedNode, OpenNode
from drivers.media.reader import MediumReader
from drivers.media.source import MediumUnreadable, Sink
from drivers.transcripts.recorded_node import recorded
from election.captures import WriteProtection

MEDIUM_KIND = "pc-card"
CHANNEL = "card"
"""Contents of the card in recorded sessions."""
CHUNK_BYTES = 16 * 1024
"""One read. A card of 512 KiB in a window of 64 MiB is read 128 times over, at some MiB/s."""

CARD_MANAGER_SUFFIX = ".pcc"


class PcCardSettings(NodeSettings):
    """Which card reader or image, and who answers for the write-protect switch."""

    confirmed_by: str = Field(default="", max_length=80, pattern=r"^[ -~]*$")
    """Who sets the switch before a card is put in, and looks at it."""


class OpenCard:
    """A card that is open, cut to its true size; an OpenMedium."""

    def __init__(self, device: str, memory: OpenedNode, confirmed_by: str) -> None:
        self.token: str = memory.token
        self.protection: WriteProtection = memory.protection
        self._device = device
        self._memory = memory
        self._confirmed_by = confirmed_by
        self._information: CardInformation | None = None
        self._size = 0

    @property
    def identity(self) -> str:
        """How the reader calls itself."""
        return self._memory.identity()

    def read(self, sink: Sink) -> None:
        """Read the card into `sink`; raise OSError or MediumUnreadable."""
        self._refuse_other_containers()
        self._information = read_attribute_memory(self._memory.attribute_memory())
        self._size = wraps_at(self._memory)
        sink.expect(self._size)
        offset = 0
        while offset < self._size:
            chunk = self._memory.read_at(offset, min(CHUNK_BYTES, self._size - offset))
            if not chunk:
                return
            self._compare_repeats(offset, chunk, sink)
            sink.add(chunk)
            offset += len(chunk)

    def facts(self) -> tuple[str, ...]:
        """Return what door, switch, CIS and size have shown."""
        return (*self._memory.facts, *self._facts())

    def close(self) -> None:
        """Close it."""
        self._memory.close()

    def _refuse_other_containers(self) -> None:
        """Take a `.pcc` file as the raw dump of common memory: a project assumption.

        Its true format was never published. With a head or a compression its size would be none
        that a card has.
        """
        if self._is_from_card_manager and not is_card_size(self._memory.size):
            raise MediumUnreadable(
                self._device,
                f"{self._memory.name} has {self._memory.size} bytes, which no card has: it is no "
                "raw dump of the card, and its format was never published",
                "Save the card's common memory as a raw image and read that",
            )

    @property
    def _is_from_card_manager(self) -> bool:
        return self._memory.name.lower().endswith(CARD_MANAGER_SUFFIX)

    def _compare_repeats(self, offset: int, chunk: bytes, sink: Sink) -> None:
        for begin in range(self._size, self._memory.size, self._size):
            sink.add(b"")  # lets the reader be stopped: there may be many of them
            if self._memory.read_at(begin + offset, len(chunk)) != chunk:
                raise MediumUnreadable(
                    self._device,
                    f"its content comes again after {self._size} bytes, but not the same between "
                    f"bytes {begin + offset} and {begin + offset + len(chunk)}",
                )

    def _facts(self) -> Iterator[str]:
        if self._confirmed_by:
            yield f"write-protect switch set and looked at by {self._confirmed_by}, as configured"
        if self._is_from_card_manager:
            yield "file of a card manager, taken as raw common memory: a project assumption"
        if self._information:
            yield from self._information.facts()
            if (said := self._information.size) not in (0, self._size):
                yield f"CIS and content disagree: {said} bytes said, {self._size} found"
        if 0 < self._size < self._memory.size:
            times = self._memory.size // self._size
            yield f"cut to {self._size} bytes: the window repeats them {times} times"


class PcCardPlugin:
    """The entry point `pc-card`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = PcCardSettings

    def open(self, device: str, settings: PcCardSettings, host: DriverHost) -> MediumReader:
        """Return a fresh driver for one connection."""
        slot = CardSlot(Node(device, settings, Attachment.MTD))
        return pc_card(device, settings, host, slot.open)


PLUGIN: DriverPlugin = PcCardPlugin()


def pc_card(
    device: str, settings: PcCardSettings, host: DriverHost, open_node: OpenNode
) -> MediumReader:
    """Return the driver over whatever `open_node` opens: a card's node or image, or a replay."""
    open_recorded = recorded(open_node, host.record, CHANNEL)
    source = card_source(device, open_recorded, confirmed_by=settings.confirmed_by)
    return MediumReader(device, source, settings, host)


def card_source(device: str, open_node: OpenNode, *, confirmed_by: str = "") -> NodeSource:
    """Return the source that reads cards, cut to their true size."""

    def open_medium() -> OpenCard | None:
        memory = open_node()
        return None if memory is None else OpenCard(device, memory, confirmed_by)

    return NodeSource(device, MEDIUM_KIND, open_medium)


class CardSlot:
    """Where cards come and go: with a card its node or file appears."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._seen = ""

    def open(self) -> OpenedNode | None:
        """Open the card; None while there is none. Raises OSError and DeviceRefused."""
        try:
            path = self._node.find()
            status = path.stat()
        except (DeviceGone, FileNotFoundError):
            return None
        if stat.S_ISCHR(status.st_mode) and os.major(status.st_rdev) == MTD_MAJOR:
            return MtdMemory(path, self._node)
        if stat.S_ISREG(status.st_mode):
            return self._image(path)
        raise DeviceRefused(
            self._node.device, f"{path} is no MTD device and no image. Correct its path."
        )

    def _image(self, path: Path) -> ImageMemory | None:
        """Open an image; None the first time, as somebody may still be writing it."""
        image = ImageMemory(path, self._node)
        if image.token == self._seen:
            return image
        self._seen = image.token
        image.close()
        return None
