"""Which node below /dev, or which file, a configuration means; it is only ever opened to read."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch, the_match
from drivers.hotplug.inventory import attached_devices
from drivers.media.visit import MediaSettings
from election.errors import ZerotapeError
from runtime.settings import ConfiguredPath

Inventory = Callable[[], tuple[AttachedDevice, ...]]
"""Lists what is plugged in now."""

NO_PERMISSION = "permission denied. Let the service's user read it, by the udev rule or its group"
BLOCKED = {
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.EBUSY: "another program holds it. Close that program",
}
REFUSED = frozenset({errno.EISDIR, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


class NodeSettings(MediaSettings):
    """Where the medium is: at a path, or at whatever device fits."""

    path: Annotated[ConfiguredPath, Field(strict=False)] | None = None
    """A node or file. Nodes change their names from plug to plug: `match` is the better way."""
    match: DeviceMatch | None = None

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if (self.path is None) == (self.match is None):
            raise ValueError("name either path or match")
        return self


class Node:
    """Finds the node of `settings`; looks at all devices again when the node is another."""

    def __init__(
        self,
        device: str,
        settings: NodeSettings,
        attachment: Attachment,
        inventory: Inventory = attached_devices,
    ) -> None:
        self.device = device
        self._settings = settings
        self._attachment = attachment
        self._inventory = inventory
        self._found: Path | None = None
        self._found_as: tuple[int, ...] = ()

    def find(self) -> Path:
        """Return the node; raise DeviceGone where it is not there, DeviceBlocked for several."""
        if self._settings.path is not None:
            return self._settings.path
        if self._found is None or _made(self._found) != self._found_as:
            self._found = self._search()
            self._found_as = _made(self._found)
        return self._found

    def describe(self, path: Path) -> str:
        """Return how the device at `path` calls itself; its path where it says nothing."""
        try:
            target = path.resolve()
            known = (d for d in self._inventory() if d.node and d.node.resolve() == target)
            return next(map(str, known), str(path))
        except OSError:  # it goes while it is looked at
            return str(path)

    def _search(self) -> Path:
        assert self._settings.match is not None
        found = the_match(self.device, self._settings.match, self._attachment, self._inventory())
        if found.node is None:
            raise DeviceGone(self.device, "it has no node yet")
        return found.node


@contextmanager
def node_errors(device: str) -> Iterator[None]:
    """Turn what opening a node raises into DeviceGone, DeviceBlocked or DeviceRefused."""
    try:
        yield
    except OSError as error:
        raise _translated(device, error) from error


def _translated(device: str, error: OSError) -> ZerotapeError:
    if error.errno in BLOCKED:
        return DeviceBlocked(device, BLOCKED[error.errno])
    if error.errno in REFUSED:
        return DeviceRefused(device, f"{error}. Correct its path.")
    return DeviceGone(device, str(error))


def _made(node: Path) -> tuple[int, ...]:
    """Return what is new whenever `node` was made anew, as with every plug; () without it."""
    try:
        status = node.stat()
    except OSError:
        return ()
    return (status.st_rdev, status.st_ino, status.st_ctime_ns)
