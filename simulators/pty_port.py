"""The device end of a serial line: a pty that is plugged and unplugged under a path."""

import asyncio
import fcntl
import os
import pty
import select
import sys
import termios
import tty
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.005
"""Between two looks whether everything was read."""

LOOKS = 2
"""That must find so. Where more was sent than the kernel holds ready (4,096 bytes), a reader can
have emptied it before the rest is there: unplugged after one look, 220 of 3,000 sendings of 9,000
bytes were cut; after two looks none."""


@dataclass(frozen=True, slots=True, eq=False)
class PtyEnds:
    """The descriptors of one plug; no two plugs are equal, though numbers come again."""

    device: int
    """Never blocks."""
    reader: int
    """Held open: without it the device's end gives EIO until a reader opens the port."""


class PtyPort:
    """A serial port under `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ends: PtyEnds | None = None
        """None when unplugged."""

    def plug(self) -> None:
        """Appear under `path`; every plug is a new pty, as every re-plug is a new device."""
        if self.ends is not None:
            raise RuntimeError(f"{self.path} is plugged already")
        self.ends = PtyEnds(*pty.openpty())
        try:
            tty.setraw(self.ends.reader)  # a cooked line echoes, edits and swallows ^Q and ^S
            os.set_blocking(self.ends.device, False)
            fresh = self.path.with_name(f"{self.path.name}.new")
            fresh.unlink(missing_ok=True)  # left behind by a killed simulator
            fresh.symlink_to(os.ttyname(self.ends.reader))
            fresh.replace(self.path)  # in one step: a reader never sees a half-made port
        except OSError:
            self.unplug()
            raise

    def unplug(self) -> None:
        """Vanish; what the reader has not read yet is lost, as on real hardware."""
        if self.ends is None:
            return
        self.path.unlink(missing_ok=True)
        for end in (self.ends.device, self.ends.reader):
            os.close(end)
        self.ends = None

    def unread(self) -> int:
        """Return how many bytes the reader has not read; 0 when unplugged."""
        if self.ends is None:
            return 0
        # Asking whether it can be read makes the kernel deliver what is under way: without it 558
        # of 2,000 asks right after a write said 0.
        select.select([self.ends.reader], [], [], 0)
        size = fcntl.ioctl(self.ends.reader, termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)

    async def all_read(self, within_s: float | None = None) -> None:
        """Return when the reader has taken everything, the port is unplugged, or time is up."""
        found = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while found < LOOKS:
                    found = 0 if self.unread() else found + 1
                    await asyncio.sleep(LOOK_S)  # the kernel tells nobody
