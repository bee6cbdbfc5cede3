"""Readers come and go, and real libusb finds them: umockdev gives it a kernel's view of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.usb.card_reader import PRODUCT, VENDOR
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.mass_storage import MassStorage

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = "umockdev, gir1.2-umockdev-1.0 and python3-gi of Debian"

PRINTED = """\
any: 1-1 81 02 512
1-1: 1-1 81 02 512
1-2: DeviceGone
any: DeviceBlocked
1-1: 1-1 81 02 512
1-2: 1-2 81 02 512
any: 1-2 81 02 512
1-1: DeviceGone
1-2: 1-2 81 02 512
any: DeviceBlocked
1-1: 1-1 81 02 512
1-2: 1-2 81 02 512
"""
"""One reader, two alike, one of them taken away, and plugged in again."""


@pytest.fixture(scope="session")
def umockdev() -> list[str]:
    """Return the beginning of a command that runs under umockdev; skip without it."""
    wrapper = shutil.which("umockdev-wrapper")
    asked = "import gi; gi.require_version('UMockdev', '1.0')"
    found = wrapper and subprocess.run([SYSTEM_PYTHON, "-c", asked], check=False).returncode == 0
    if not wrapper or not found:
        reason = f"no umockdev here: install {NEEDED}"
        if os.environ.get("ZT_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return [wrapper, SYSTEM_PYTHON]


def test_readers_that_come_and_go_are_found_by_where_they_are(umockdev: list[str]) -> None:
    silent = UsbIdentity(VENDOR, PRODUCT, manufacturer="", model="", serial="")  # asks no ioctl
    device = SimulatedUsbDevice(silent, MassStorage(None))
    descriptors = (device.device_descriptor() + device.configuration_descriptor()).hex()
    child = [sys.executable, str(HERE / "umockdev_child.py")]
    done = subprocess.run(
        [*umockdev, str(HERE / "umockdev_bed.py"), descriptors, *child],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == (PRINTED, 0), done.stderr
