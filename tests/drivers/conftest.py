"""Both ends of a driver, and the proof that none leaves anything behind."""

import asyncio
import fcntl
import os
import pty
import sys
import termios
import threading
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from drivers.contract import Driver, DriverHost
from drivers.transcripts.crossing import Crossing
from election.captures import Capture

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

    def received(self, count: int) -> bytes:
        """Return `count` bytes that the driver has sent; the test's time limit ends the wait."""
        got = b""
        while len(got) < count:
            with suppress(BlockingIOError):
                got += os.read(self._ends[0], count - len(got))
        return got

    def unread(self) -> int:
        """Return how many sent bytes the driver has not read."""
        size = fcntl.ioctl(self._ends[1], termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)

    def attributes(self) -> list[int]:
        """Return iflag, oflag, cflag, lflag, ispeed, ospeed as the driver has set them."""
        return [int(value) for value in termios.tcgetattr(self._ends[1])[:6]]


class DaemonStandIn:
    """Does what the daemon does with a driver of media, and remembers what it was told."""

    def __init__(self) -> None:
        self.kept: list[Capture] = []
        self.said: list[str] = []
        self.progress: list[tuple[int, int]] = []
        self.crossed: list[Crossing] = []
        self.at_progress: Callable[[int, int], None] = lambda _done, _total: None
        """Called in the thread of the driver: where a test pulls a medium out."""

    @property
    def host(self) -> DriverHost:
        """What the driver is given."""
        return DriverHost(progress=self._note_progress, say=self.said.append, record=self._note)

    async def keep(self, driver: Driver) -> None:
        """Keep each capture, then accept it, until the driver ends."""
        async with driver, aclosing(driver.captures()) as captures:  # type: ignore[type-var]  # every driver has a generator
            async for capture in captures:
                self.kept.append(capture)
                await driver.accept(capture)

    @asynccontextmanager
    async def at_work(self, driver: Driver) -> AsyncIterator[None]:
        """Let `keep` run meanwhile."""
        task = asyncio.create_task(self.keep(driver))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def keep_until_said(self, driver: Driver, words: str) -> None:
        """Let the driver work until `words` were said to the clerk."""
        async with self.at_work(driver):
            await self.until(lambda: self.has_said(words))

    async def until(self, is_so: Callable[[], object]) -> None:
        """Wait until `is_so`."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so():  # noqa: ASYNC110  # what makes it so is a thread
                await asyncio.sleep(0.002)

    def has_said(self, words: str) -> bool:
        """Say whether the clerk was told so."""
        return any(words in said for said in self.said)

    def _note_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))
        self.at_progress(done, total)

    def _note(self, crossing: Crossing) -> None:
        self.crossed.append(crossing)


@pytest.fixture
def daemon() -> DaemonStandIn:
    """Return one that has not heard of any driver yet."""
    return DaemonStandIn()


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
