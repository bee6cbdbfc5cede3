"""What a USB transfer can end with. Nothing above this module knows what pyusb raises."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import usb.core

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from election.errors import Transient, ZerotapeError

GONE = (errno.ENODEV, errno.ESHUTDOWN, errno.ENOENT)
BLOCKED = {
    errno.EACCES: "permission denied. Install the udev rule that `zerotape gateway suggest` prints",
    errno.EPERM: "permission denied. Install the udev rule that `zerotape gateway suggest` prints",
    errno.EBUSY: "another program uses it. Close that program, or unmount the medium",
}

FOREIGN = (usb.core.USBError, NotImplementedError)
"""What pyusb raises; the second where libusb says LIBUSB_ERROR_NOT_SUPPORTED."""


class TransferFault(Transient):
    """One transfer came to nothing; the device is still there."""

    def __init__(self, device: str, detail: str) -> None:
        super().__init__(f"A transfer with {device} failed: {detail}. It is tried again.")
        self.device = device
        self.detail = detail


class Stalled(TransferFault):
    """The device halted an endpoint."""


class TimedOut(TransferFault):
    """The device did not answer in time."""


class Garbled(TransferFault):
    """The controller gave up the transfer: a bad cable, too many bytes, or a dying device."""


def translated(device: str, error: BaseException) -> ZerotapeError:
    """Return what `error`, one of FOREIGN, means."""
    number = getattr(error, "errno", None)
    if isinstance(error, NotImplementedError):
        return DeviceRefused(device, f"this machine cannot do it ({error}).")
    if number in GONE:
        return DeviceGone(device)
    if number in BLOCKED:
        return DeviceBlocked(device, BLOCKED[number])
    if number == errno.EPIPE:
        return Stalled(device, "the endpoint is halted")
    if number == errno.ETIMEDOUT:
        return TimedOut(device, "no answer")
    return Garbled(device, str(error))


@contextmanager
def usb_errors(device: str) -> Iterator[None]:
    """Turn whatever pyusb raises into an error of ours."""
    try:
        yield
    except FOREIGN as error:
        raise translated(device, error) from error
