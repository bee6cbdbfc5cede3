"""A folder that people or programs put files into: every complete file becomes a capture."""

import asyncio
import errno
import os
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from drivers.complete_files import TAKEN, CompleteFile, CompleteFiles
from drivers.contract import INTERFACE_VERSION, DriverHost, DriverPlugin
from drivers.errors import DeviceGone, DeviceRefused
from election.captures import Capture
from runtime.own_thread import OwnThread
from runtime.settings import ConfiguredPath

GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE})
"""What a folder says whose stick was pulled out or whose server went away."""

REMEDIES = {
    errno.EACCES: "Let the service's user read, write and enter it",
    errno.EPERM: "Let the service's user read, write and enter it",
    errno.EROFS: "Mount it writable",
    errno.ENOSPC: "Make room on it",
    errno.ENOTDIR: "Name a folder, no file",
    errno.EEXIST: "Look at that file and move it away",
    errno.EXDEV: f"'{TAKEN}' must be a folder in it, no mount and no link",
}


class DropFolderSettings(BaseModel):
    """Which folder to watch, and when a file in it counts as complete."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    folder: Annotated[ConfiguredPath, Field(strict=False)]
    """On a stick or share: a folder in it, as its mount point is there also without it."""
    settle_s: float = Field(default=1.0, ge=0, le=3600)
    """A file is taken after so long without a change of its size and time stamp."""
    poll_s: float = Field(default=0.5, ge=0.01, le=60)
    max_bytes: int = Field(default=64 * 1024 * 1024, ge=1, le=1024 * 1024 * 1024)
    """A larger file is left where it is."""
    ignore: Annotated[tuple[str, ...], Field(strict=False)] = (".*", "*.part", "*.tmp", "*~")
    """Names (with `*` and `?`) that programs use while a file is not complete."""


class DropFolder:
    """Captures the files that appear in a folder, oldest first.

    A file stays until its capture is accepted, and is then moved to `taken/`: after a crash in
    between it is captured once more. A file that was changed meanwhile stays, for a new capture.
    """

    def __init__(self, device: str, settings: DropFolderSettings) -> None:
        self._device = device
        self._settings = settings
        self._files = CompleteFiles(
            settings.folder,
            settle_s=settings.settle_s,
            max_bytes=settings.max_bytes,
            ignore=settings.ignore,
        )
        self._thread = OwnThread(f"drop-folder-{device}")
        self._mounted = (0, 0)
        self._in_hand: CompleteFile | None = None

    async def __aenter__(self) -> Self:
        """Open the folder; raise DeviceGone while there is none, DeviceRefused if it is unfit."""
        with ExitStack() as undo:  # nobody leaves what was not entered
            undo.callback(self._thread.close)
            self._mounted = await self._thread.call(self._prepare)
            undo.pop_all()
        return self

    async def captures(self) -> AsyncGenerator[Capture, None]:
        """Yield the complete files until the folder vanishes."""
        while True:
            for path in await self._thread.call(self._settled):
                self._in_hand = await self._thread.call(self._files.read, path)
                if self._in_hand:
                    yield self._capture(self._in_hand)
            await asyncio.sleep(self._settings.poll_s)

    async def accept(self, capture: Capture) -> None:
        """Move the file of `capture` to `taken/`; raise DeviceRefused where that is impossible."""
        if self._in_hand:
            await self._thread.call(self._put_away, self._in_hand, capture.sha256)
            self._in_hand = None

    async def __aexit__(self, *exc: object) -> None:
        """End the driver's thread; the folder stays as it is."""
        self._thread.close()

    def _capture(self, file: CompleteFile) -> Capture:
        return Capture(
            content=file.content,
            device=self._device,
            medium="file",
            taken_at=datetime.now(UTC),
            name=os.fsencode(file.path.name).decode("utf-8", "backslashreplace"),
        )

    def _prepare(self) -> tuple[int, int]:
        """Make sure that files can be moved to `taken/` before any is captured."""
        folder = self._settings.folder
        with self._folder_errors():
            identity = _identity(folder)
            (folder / TAKEN).mkdir(exist_ok=True)
            for needed in (folder, folder / TAKEN):
                if not os.access(needed, os.R_OK | os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, "permission denied", str(needed))
        return identity

    def _settled(self) -> list[Path]:
        with self._folder_errors():
            if _identity(self._settings.folder) != self._mounted:
                raise DeviceGone(self._device, "another file system is mounted there now")
            return self._files.settled(wall=time.time(), steady=time.monotonic())

    def _put_away(self, file: CompleteFile, digest: str) -> None:
        with self._folder_errors():
            self._files.put_away(file, digest)

    @contextmanager
    def _folder_errors(self) -> Iterator[None]:
        """Turn what the file system says into DeviceGone or DeviceRefused."""
        try:
            yield
        except OSError as error:
            if error.errno in GONE:
                raise DeviceGone(self._device, str(error)) from error
            remedy = REMEDIES.get(error.errno or 0, "Correct that")
            raise DeviceRefused(self._device, f"{error}. {remedy} and restart.") from error


class DropFolderPlugin:
    """The entry point `drop-folder`."""

    interface_version = INTERFACE_VERSION
    settings: type[BaseModel] = DropFolderSettings

    def open(
        self,
        device: str,
        settings: DropFolderSettings,
        host: DriverHost,  # noqa: ARG002  # the contract's signature
    ) -> DropFolder:
        """Return a fresh driver for one connection."""
        return DropFolder(device, settings)


PLUGIN: DriverPlugin = DropFolderPlugin()


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino
