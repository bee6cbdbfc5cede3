"""The one place that fetches libusb: the first library that pyusb loads stays for the process."""

from typing import Any

import libusb_package

from drivers.errors import DeviceRefused


def libusb(device: str) -> Any:  # noqa: ANN401  # pyusb has no types
    """Return pyusb's backend over the libusb of `libusb-package`; raise DeviceRefused."""
    backend = libusb_package.get_libusb1_backend()
    if backend is None:
        raise DeviceRefused(device, "libusb does not start here. Reinstall `libusb-package`.")
    return backend
