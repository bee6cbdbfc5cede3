"""What the gateway asks of its disk: room, and names that survive a power cut."""

import errno
import os
from pathlib import Path

FOLDER_MODE = 0o750
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The `errno` of a disk, or of a quota, that is full."""


def free_bytes(folder: Path) -> int:
    """Return what the disk below `folder` still takes from an ordinary process; raise OSError."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk; raise OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make `folder` unless it is there, and bring its name to the disk; raise OSError.

    The parent is synced even when the folder exists: whoever made it may have died, or may
    still be at it in another thread, before its name was durable.
    """
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    sync_folder(folder.parent)
