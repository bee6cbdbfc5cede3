"""Finds a reader through real libusb for each argument: a port, or `any`."""

import sys

from drivers.errors import DeviceBlocked, DeviceGone
from drivers.hotplug.attached import DeviceMatch
from drivers.usb.backend import libusb
from drivers.usb.storage_interfaces import the_storage_interface

for asked in sys.argv[1:]:
    port = None if asked == "any" else asked
    match = DeviceMatch(vendor="1209", product="0c0f", port=port)
    try:
        found = the_storage_interface("flash", match, libusb("flash"))
    except (DeviceBlocked, DeviceGone) as error:
        print(f"{asked}: {type(error).__name__}")
    else:
        pipes = found.addresses
        where = f"{pipes.endpoint_in:02x} {pipes.endpoint_out:02x} {pipes.packet_bytes}"
        print(f"{asked}: {found.attached.port} {where}")
