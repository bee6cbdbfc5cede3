"""A device end for serial lines, and the proof that no driver leaves anything behind."""

import asyncio
import fcntl
import os
import pty
import sys
import termios
import threading
import tty
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

DEADLINE_S = 10.0


class PtyPort:
    """The device end of a serial line; the driver opens `path` as if it were /dev/ttyUSB0."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ends: list[int] = []

    def plug(self) -> None:
        """Appear under `path`; every plug is a new pty, as every re-plug is a new device."""
        master, slave = pty.openpty()
        tty.setraw(slave)  # else the kernel echoes, edits lines and eats ^Q ^S ^D
        os.set_blocking(master, False)
        self._ends = [master, slave]  # holding the slave: else reads give EIO until an open
        fresh = self.path.with_suffix(".new")
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.path)

    def unplug(self) -> None:
        """Vanish; bytes that the driver has not read yet are lost, as on real hardware."""
        self.path.unlink(missing_ok=True)
        while self._ends:
            os.close(self._ends.pop())

    async def send(self, data: bytes) -> None:
        """Write `data` and wait until the driver has read all of it."""
        left = memoryview(data)
        async with asyncio.timeout(DEADLINE_S):
            while left or self.unread():
                left = left[self.write(left) :]
                await asyncio.sleep(0.005)

    def write(self, data: bytes | memoryview) -> int:
        """Write what the line takes at once, and return how many bytes that was."""
        try:
            return os.write(self._ends[0], data)
        except BlockingIOError:  # the driver does not read
            return 0

    def unread(self) -> int:
        """Return how many sent bytes the driver has not read."""
        size = fcntl.ioctl(self._ends[1], termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)

    def attributes(self) -> list[int]:
        """Return iflag, oflag, cflag, lflag, ispeed, ospeed as the driver has set them."""
        return [int(value) for value in termios.tcgetattr(self._ends[1])[:6]]


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Fail a test that leaves a thread or a file descriptor behind."""
    threads, descriptors = set(threading.enumerate()), _descriptors()
    yield
    left = {thread.name for thread in set(threading.enumerate()) - threads}
    assert not left, f"threads left: {left}"
    opened = _descriptors().items() - descriptors.items()
    assert not opened, f"descriptors left: {opened}"


@pytest_asyncio.fixture(autouse=True)
async def no_stray_tasks() -> AsyncIterator[None]:
    """Fail a test that leaves an asyncio task running."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left: {left}"


@pytest.fixture
def port(tmp_path: Path, nothing_left_open: None) -> Iterator[PtyPort]:
    """Plug a line in, and out at the end."""
    port = PtyPort(tmp_path / "ttyTAPE")
    port.plug()
    yield port
    port.unplug()


def _descriptors() -> dict[str, str]:
    found = {}
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own descriptor
            found[entry.name] = str(entry.readlink())
    return found
