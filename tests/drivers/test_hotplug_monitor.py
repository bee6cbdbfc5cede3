"""What was plugged in and out: by polling, and by real udev events of a made-up machine."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from drivers.hotplug.attached import AttachedDevice, Attachment
from drivers.hotplug.difference import Difference
from drivers.hotplug.monitor import plugged

PYTHON = "/usr/bin/python3"
"""The testbed needs the system's Python: its bindings are not in any virtual environment."""

UMOCKDEV = ["umockdev-wrapper", PYTHON, "-c"]
PATIENCE_S = 20.0


def line(number: int, port: str = "1-1") -> AttachedDevice:
    return AttachedDevice(Attachment.SERIAL, Path(f"/dev/ttyUSB{number}"), port=port)


class Bus:
    """What is plugged in, as a look finds it."""

    def __init__(self, *devices: AttachedDevice) -> None:
        self.devices = devices
        self.looks = 0

    def look(self) -> tuple[AttachedDevice, ...]:
        self.looks += 1
        return self.devices


def polling(bus: Bus, tmp_path: Path) -> aclosing[AsyncGenerator[Difference, None]]:
    return aclosing(plugged(bus.look, control=tmp_path / "no udev", untold_s=0.01))


async def test_the_first_difference_is_everything_that_is_there(tmp_path: Path) -> None:
    async with polling(Bus(line(0), line(1, "1-2")), tmp_path) as differences:
        assert await anext(differences) == Difference(came=(line(0), line(1, "1-2")))


async def test_with_nothing_plugged_in_the_first_difference_is_empty(tmp_path: Path) -> None:
    async with polling(Bus(), tmp_path) as differences:
        assert not await anext(differences)


async def test_without_udev_a_plug_and_an_unplug_are_found_by_looking(tmp_path: Path) -> None:
    bus = Bus()
    async with asyncio.timeout(PATIENCE_S), polling(bus, tmp_path) as differences:
        await anext(differences)
        bus.devices = (line(0),)
        assert await anext(differences) == Difference(came=(line(0),))
        bus.devices = ()
        assert await anext(differences) == Difference(went=(line(0),))


async def test_what_comes_and_goes_while_nobody_asks_does_not_pile_up(tmp_path: Path) -> None:
    bus = Bus(line(0))
    async with polling(bus, tmp_path) as differences:
        await anext(differences)
        for number in range(50):
            bus.devices = (line(number),)
        assert await anext(differences) == Difference(came=(line(49),), went=(line(0),))


async def test_a_kernel_that_does_not_answer_is_told_and_everything_is_closed(
    tmp_path: Path,
) -> None:
    def fails() -> tuple[AttachedDevice, ...]:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        async with aclosing(plugged(fails, control=tmp_path)) as differences:
            await anext(differences)


FOLLOWER = """
import asyncio, sys
from contextlib import aclosing
from pathlib import Path
from drivers.hotplug.monitor import plugged

async def follow():
    # This file is there, so udev counts as running: nothing is found by polling within 30 s
    async with aclosing(plugged(control=Path(sys.argv[1]))) as differences:
        async for found in differences:
            for sign, devices in ("+", found.came), ("-", found.went):
                for device in devices:
                    print(sign, device.node, device, flush=True)
            print("looked", flush=True)

asyncio.run(follow())
"""
"""The code under test, in a process of its own: it says what comes and goes."""

TESTBED = """
import subprocess, sys
import gi
gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev

bed = UMockdev.Testbed.new()
hub = bed.add_device("usb", "usb1", None, ["idVendor", "1d6b", "bDeviceClass", "09"], [])

def plug(port, name, serial):
    attributes = ["idVendor", "0403", "idProduct", "6001", "product", "UART", "serial", serial]
    usb = bed.add_device("usb", port, hub, attributes, ["DEVTYPE", "usb_device"])
    interface = bed.add_device("usb", port + ":1.0", usb, ["bInterfaceNumber", "00"], [])
    return usb, interface, bed.add_device("tty", name, interface, [], ["DEVNAME", "/dev/" + name])

follower = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
devices = {}

def tell():
    while (line := follower.stdout.readline()) not in ("looked\\n", ""):
        print(line, end="", flush=True)
    print("looked", flush=True)

tell()
for step in sys.stdin:
    verb, port, *rest = step.split()
    if verb == "plug":
        devices[port] = plug(port, *(rest + [""])[:2])
    else:
        for node in reversed(devices.pop(port)):
            bed.uevent(node, "remove")
            bed.remove_device(node)
    tell()
follower.terminate()
"""
"""A made-up machine: it plugs in and out as its standard input says."""


@pytest.fixture
def needs_umockdev() -> None:
    bindings = [PYTHON, "-c", "import gi; gi.require_version('UMockdev', '1.0')"]
    missing = (
        not shutil.which("umockdev-wrapper")
        or subprocess.run(bindings, capture_output=True, check=False).returncode
    )
    if missing:
        reason = "umockdev, gir1.2-umockdev-1.0 or python3-gi is not installed"
        if os.environ.get("ZT_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def play(tmp_path: Path, *steps: str) -> list[set[str]]:
    """Return what the follower said at first, then after each of `steps`."""
    (tmp_path / "control").touch()
    done = subprocess.run(
        [*UMOCKDEV, TESTBED, sys.executable, "-c", FOLLOWER, str(tmp_path / "control")],
        input="".join(f"{step}\n" for step in steps),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
        cwd=Path(__file__).parents[2],
    )
    looks = done.stdout.split("looked\n")
    assert looks.pop() == ""
    return [set(look.splitlines()) for look in looks]


@pytest.mark.usefixtures("needs_umockdev")
def test_an_event_of_udev_leads_to_a_look_at_once(tmp_path: Path) -> None:
    assert play(tmp_path, "plug 1-1 ttyUSB0 A1", "unplug 1-1", "plug 1-1 ttyUSB1 A1") == [
        set(),
        {
            "+ None UART 0403:6001 serial A1 at port 1-1",
            "+ /dev/ttyUSB0 UART 0403:6001 serial A1 at port 1-1",
        },
        {
            "- None UART 0403:6001 serial A1 at port 1-1",
            "- /dev/ttyUSB0 UART 0403:6001 serial A1 at port 1-1",
        },
        {
            "+ None UART 0403:6001 serial A1 at port 1-1",
            "+ /dev/ttyUSB1 UART 0403:6001 serial A1 at port 1-1",
        },
    ]


@pytest.mark.usefixtures("needs_umockdev")
def test_of_two_of_one_model_the_right_one_goes(tmp_path: Path) -> None:
    looks = play(tmp_path, "plug 1-1 ttyUSB0", "plug 1-2 ttyUSB1", "unplug 1-1")
    assert looks[1] == {
        "+ None UART 0403:6001 at port 1-1",
        "+ /dev/ttyUSB0 UART 0403:6001 at port 1-1",
    }
    assert looks[3] == {
        "- None UART 0403:6001 at port 1-1",
        "- /dev/ttyUSB0 UART 0403:6001 at port 1-1",
    }
