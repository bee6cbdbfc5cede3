"""What can go wrong with a device, and whether waiting helps."""

from election.errors import Transient, ZerotapeError


class DeviceGone(Transient):
    """The device was unplugged, or is not there yet."""

    def __init__(self, device: str, detail: str = "") -> None:
        said = f" ({detail})" if detail else ""
        super().__init__(f"{device} is gone{said}. Plug it in again; nothing is lost.")
        self.device = device


class DeviceRefused(ZerotapeError):
    """The device cannot be used as configured; a person must change something."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"{device} cannot be used: {reason}")
        self.device = device


class DeviceBlocked(Transient):
    """The device is there, but something on this machine keeps us from opening it for now."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"{device} cannot be opened: {reason}; Zerotape keeps trying.")
        self.device = device
