"""A CompactFlash reader as it is bought, with a card in its slot."""

from mmap import mmap

from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.mass_storage import MassStorage, StorageFaults

VENDOR, PRODUCT = 0x1209, 0x0C0F
"""Of pid.codes, the registry for projects without a vendor number of their own; not registered."""


def card_reader(
    image: bytes | mmap | None,
    *,
    serial: str = "CF-1",
    port: tuple[int, ...] = (1,),
    block_bytes: int = 512,
    faults: StorageFaults | None = None,
) -> tuple[SimulatedUsbDevice, MassStorage]:
    """Return a reader and what is behind its endpoints; `image` None: its slot is empty."""
    storage = MassStorage(image, block_bytes=block_bytes, faults=faults)
    identity = UsbIdentity(VENDOR, PRODUCT, "Zerotape", "Simulated CF reader", serial)
    return SimulatedUsbDevice(identity, storage, port=port), storage
