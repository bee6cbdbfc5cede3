"""Runs under `umockdev-wrapper` with the system's Python: plugs USB devices, asks a child of them.

Arguments: the descriptors of a device in hexadecimal, then the child's command. After every change
a child is asked anew: umockdev tells of changes as udev does, and the libusb of `libusb-package`
listens to the kernel only.
"""

import subprocess
import sys

import gi  # type: ignore[import-not-found, unused-ignore]  # the system's Python has it

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

descriptors, *command = sys.argv[1:]
bed = UMockdev.Testbed.new()


def plug(port: str, number: int) -> str:
    node = f"bus/usb/001/{number:03}"
    place = f"/devices/pci0000:00/0000:00:1d.0/usb1/{port}"
    bed.add_from_string(
        f"P: {place}\n"
        f"N: {node}\n"
        "E: SUBSYSTEM=usb\n"
        "E: DEVTYPE=usb_device\n"
        f"E: DEVNAME=/dev/{node}\n"
        "E: BUSNUM=001\n"
        f"E: DEVNUM={number:03}\n"
        "A: busnum=1\\n\n"
        f"A: devnum={number}\\n\n"
        "A: bConfigurationValue=1\\n\n"
        "A: speed=480\\n\n"
        f"H: descriptors={descriptors}\n"
    )
    bed.uevent(f"/sys{place}", "add")
    return f"/sys{place}"


def unplug(place: str) -> None:
    bed.uevent(place, "remove")
    bed.remove_device(place)


def ask() -> None:
    subprocess.run([*command, "any", "1-1", "1-2"], check=True)


first = plug("1-1", 7)
ask()
plug("1-2", 8)
ask()
unplug(first)
ask()
plug("1-1", 9)
ask()
