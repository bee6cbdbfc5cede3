"""An image of a medium in a file, read at the bench as a medium is: twice, past the page cache."""

from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.media.node_source import NodeSource
from drivers.media.reader import MediumReader
from drivers.media.source import Sink
from drivers.media.uncached import CHUNK_BYTES, UncachedFile
from drivers.media.visit import MediaSettings
from election.captures import WriteProtection

MEDIUM_KIND = "image-file"


class OpenImage:
    """A file that is open, read-only."""

    protection = WriteProtection.NOT_APPLICABLE

    def __init__(self, path: Path, host: DriverHost) -> None:
        """Open `path`; raise OSError."""
        status = path.stat()
        self.identity = path.name
        self.token = f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"
        self._size = status.st_size
        self._file = UncachedFile(path, host, MEDIUM_KIND)

    def read(self, sink: Sink) -> None:
        """Read the file into `sink`, as long as it was when it was opened."""
        sink.expect(self._size)
        for offset in range(0, self._size, CHUNK_BYTES):
            sink.add(self._file.read_at(offset, min(CHUNK_BYTES, self._size - offset)))

    def facts(self) -> tuple[str, ...]:
        """Return how it was read."""
        return (f"{self._size} bytes", self._file.way)

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
        opener = partial(OpenImage, settings.path, host)
        source = NodeSource(device, MEDIUM_KIND, opener, host, MEDIUM_KIND)
        return MediumReader(device, source, settings, host)


PLUGIN: DriverPlugin = ImagePlugin()
