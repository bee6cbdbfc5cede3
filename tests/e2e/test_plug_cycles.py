"""Every device plugged in, read and unplugged again and again in one process: nothing grows.

The tasks are those of the daemon, with the drivers of all devices, in a process of their own. `make
cycles` does 1,000 cycles; ZEROTAPE_PLUG_CYCLES says how many the suite does.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("loop devices")

CHILD = Path(__file__).with_name("plug_cycles_child.py")
ROOT = Path(__file__).parents[2]
CYCLES = int(os.environ.get("ZEROTAPE_PLUG_CYCLES", "40"))
LONGEST_S = 60 + CYCLES * 2
REQUIRE_ALL = os.environ.get("ZT_REQUIRE_ALL") == "1"

DEVICES = {"printer", "cradle", "reader", "card", "stick"}
NEEDS_ROOT = {"stick"}
"""A loop device."""

MAY_GROW = {"descriptors": 0, "threads": 0, "tasks": 0, "objects": 400, "resident_kib": 4 * 1024}
"""From the first fifth to the end, whatever the number of cycles. Objects are those that the
collector follows; a leak of one a cycle and device would be 4,000 in 1,000 cycles."""


@pytest.mark.timeout(LONGEST_S + 30)
def test_devices_that_come_and_go_leave_nothing_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(CHILD), str(tmp_path), str(CYCLES)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    print(done.stdout)  # `make cycles` shows it
    cycles = told["cycles"]
    assert cycles == dict.fromkeys(cycles, CYCLES)
    assert cycles.keys() >= DEVICES - (set() if REQUIRE_ALL else NEEDS_ROOT)
    grown = {name: told["last"][name] - told["first"][name] for name in MAY_GROW}
    assert all(grown[name] <= most for name, most in MAY_GROW.items()), grown
