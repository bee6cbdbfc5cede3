"""A process whose large blocks come and go between small ones that stay, as a daemon's do."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no other needs it")

BLOCKS = 64
BLOCK_KIB = 512

PROCESS = f"""\
import sys
from pathlib import Path
from runtime.large_blocks import give_large_blocks_back

def resident_kib():
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])

if "told" in sys.argv:
    give_large_blocks_back()
larger = b"x" * (16 * 1024 * 1024)
del larger  # from now on glibc takes such blocks from its heap, unless it was told not to
before = resident_kib()
large, small = [], []
for _ in range({BLOCKS}):
    large.append(b"x" * ({BLOCK_KIB} * 1024))
    small.append(bytes(2000))
large.clear()
print(resident_kib() - before)
"""


def left_kib(*told: str) -> int:
    """Return by how much such a process has grown when its large blocks are gone again."""
    done = subprocess.run(
        [sys.executable, "-c", PROCESS, *told], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_large_blocks_are_given_back_though_small_ones_between_them_stay() -> None:
    assert left_kib("told") < BLOCKS * BLOCK_KIB // 10


def test_glibc_by_itself_keeps_them_or_there_was_nothing_to_tell_it() -> None:
    assert left_kib() > BLOCKS * BLOCK_KIB // 2
