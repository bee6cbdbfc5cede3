"""A loop device that stands for a stick in a reader."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

REQUIRE_ALL = os.environ.get("ZT_REQUIRE_ALL") == "1"
FLASH = b"".join(sha256(n.to_bytes(4, "big")).digest() for n in range(2_031_616 // 32))
"""As large as the smallest flash image, and nowhere the same."""
LETS_GO_S = 10.0
"""After a loop device is detached the kernel waits for the last who has it open."""


def lacking(what: str) -> None:
    """Skip, or fail where nothing may be missing."""
    if REQUIRE_ALL:
        pytest.fail(f"ZT_REQUIRE_ALL=1, and {what}")
    pytest.skip(what)


class Stick:
    """A loop device over a file, under a path that comes and goes like a node."""

    def __init__(self, folder: Path) -> None:
        self.image = folder / "stick.img"
        self.path = folder / "sdz"
        self.loop = ""

    def plug(self, content: bytes, *options: str) -> None:
        """Appear with `content`; `-r` among `options` sets the switch."""
        self.image.write_bytes(content)
        command = ["losetup", "--find", "--show", *options, str(self.image)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lacking(f"losetup does not work here: {done.stderr.strip()}")
        self.loop = done.stdout.strip()
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(self.loop)

    def put_back(self) -> None:
        """Put the same medium into the reader that `take_out` left empty."""
        loop = self.path.resolve()
        command = ["losetup", "-r", str(loop), str(self.image)]
        deadline = time.monotonic() + LETS_GO_S
        while (done := subprocess.run(command, capture_output=True, check=False)).returncode:
            assert time.monotonic() < deadline, done.stderr
            time.sleep(0.01)  # until the driver has closed what it just looked at
        self.loop = str(loop)

    @contextmanager
    def held_in_cache(self) -> Iterator[None]:
        """Hold the device open, as an indexing service may: its cache lives as long."""
        with self.path.open("rb") as held:
            assert held.read() == FLASH
            yield

    def flush(self) -> None:
        """Let whatever was written to the device reach the file."""
        subprocess.run(["blockdev", "--flushbufs", self.loop], check=True)

    def set_switch(self, setting: str) -> None:
        """Do what the udev rule does: `--setro`; a loop device remembers it, until `--setrw`."""
        subprocess.run(["blockdev", setting, self.loop], check=True)

    def take_out(self) -> None:
        """Leave the reader empty: the node stays."""
        if self.loop:
            subprocess.run(["losetup", "-d", self.loop], check=True)
            self.loop = ""

    def unplug(self) -> None:
        """Vanish with the node."""
        self.path.unlink(missing_ok=True)
        self.take_out()
