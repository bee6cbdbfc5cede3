"""What is plugged in, and how a configuration names it: never by a node such as /dev/ttyUSB0."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from drivers.errors import DeviceBlocked, DeviceGone

HexId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{4}$")]
"""A USB vendor or product id, as `lsusb` prints it."""


class Attachment(StrEnum):
    """Through which door of the kernel a device is reached."""

    SERIAL = "serial"
    BLOCK = "block"
    MTD = "mtd"
    USB = "usb"
    """The bare USB device, for drivers in user space."""


@dataclass(frozen=True, slots=True)
class AttachedDevice:
    """One device that is plugged in now."""

    attachment: Attachment
    node: Path | None
    """Its node below /dev; it changes from plug to plug. None for a bare USB device."""
    vendor: str = ""
    """Four hexadecimal digits, lower case; empty where it is no USB device. So is `product`."""
    product: str = ""
    serial: str = ""
    """As the device says; empty where it says none."""
    port: str = ""
    """Path of USB ports from the root hub, such as `1-1.4`: where it is plugged in."""
    manufacturer: str = ""
    model: str = ""
    """Product string, as the device says."""
    part: int = 0
    """Which of several lines or slots of the device: interface number, or logical unit."""
    interfaces: tuple[str, ...] = ()
    """Class, subclass and protocol of each USB interface, such as `080650`: what it can do."""

    def __str__(self) -> str:
        usb = f"{self.vendor}:{self.product}" if self.vendor else ""
        parts = (
            self.model or self.attachment.value,
            usb,
            self.serial and f"serial {self.serial}",
            self.port and f"at port {self.port}",
            self.part and f"part {self.part}",
        )
        return " ".join(part for part in parts if part)


class DeviceMatch(BaseModel):
    """Which device is meant; everything that is given must agree."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    vendor: HexId | None = None
    product: HexId | None = None
    serial: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    port: Annotated[str, Field(pattern=r"^\d+-\d+(\.\d+)*$")] | None = None
    """Two devices of one model without serial numbers are told apart by where they are."""
    model: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """The whole product string."""
    part: Annotated[int, Field(ge=0, le=255)] | None = None
    """Which line of a serial adapter with several, or which slot of a card reader."""

    @model_validator(mode="after")
    def _says_something(self) -> "DeviceMatch":
        if not self.model_dump(exclude_none=True):
            raise ValueError("name at least one of vendor, product, serial, port, model, part")
        return self

    def __str__(self) -> str:
        return ", ".join(f"{k} {v}" for k, v in self.model_dump(exclude_none=True).items())

    def fits(self, device: AttachedDevice) -> bool:
        """Say whether `device` is one that is meant."""
        wanted = self.model_dump(exclude_none=True)
        return all(getattr(device, key) == value for key, value in wanted.items())


def the_match(
    name: str, match: DeviceMatch, attachment: Attachment, attached: Iterable[AttachedDevice]
) -> AttachedDevice:
    """Return the one of `attached` that `match` means, of that `attachment`.

    Raises DeviceGone when none is there, and DeviceBlocked when several fit: unplugging one helps.
    """
    fitting = [d for d in attached if d.attachment is attachment and match.fits(d)]
    if not fitting:
        raise DeviceGone(name, f"nothing with {match} is plugged in")
    if len(fitting) > 1:
        shown = "; ".join(map(str, fitting))
        raise DeviceBlocked(
            name,
            f"its match fits {len(fitting)} devices: {shown}. Unplug the one that is not meant, or "
            "tell them apart by `serial`, `port` or `part`, see `zerotape gateway devices`",
        )
    return fitting[0]
