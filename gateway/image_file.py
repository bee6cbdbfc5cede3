"""An image of a medium in a file, read at the bench as a medium is: twice, past the page cache."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.media.block_device import disk_source
from drivers.media.reader import MediumReader
from drivers.media.uncached import UncachedFile
from drivers.media.visit import MediaSettings
from drivers.transcripts.recorded_node import recorded
from election.captures import WriteProtection

MEDIUM_KIND = "image-file"


class ImageFile:
    """A file that is open, read-only; an OpenedNode."""

    protection: WriteProtection = WriteProtection.NOT_APPLICABLE

    def __init__(self, path: Path) -> None:
        """Open `path`; raise OSError."""
        self.name = path.name
        self._file = UncachedFile(path)
        status = os.fstat(self._file.descriptor)
        self.size = status.st_size
        self.token = f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
        self.facts: tuple[str, ...] = (f"{self.size} bytes", self._file.way)

    def read_at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; raise OSError."""
        return self._file.read_at(offset, length)

    def identity(self) -> str:
        """Return its name."""
        return self.name

    def attribute_memory(self) -> bytes:
        """Return nothing: an image of any medium has none."""
        return b""

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ImageSettings(MediaSettings):
    """Which file."""

    path: Annotated[Path, Field(strict=False)]


class ImagePlugin:
    """Opens as the plug-ins of drivers do; no configuration can name it."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = ImageSettings

    def open(self, device: str, settings: ImageSettings, host: DriverHost) -> MediumReader:
        """Return a driver that reads the image."""
        open_file = recorded(lambda: ImageFile(settings.path), host.record, MEDIUM_KIND)
        return MediumReader(device, disk_source(device, MEDIUM_KIND, open_file), settings, host)


PLUGIN: DriverPlugin = ImagePlugin()
