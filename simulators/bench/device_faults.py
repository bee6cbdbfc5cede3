"""From thrown faults to the switches of cradle and card reader, for the medium that is in."""

from collections.abc import Collection

from drivers.cradle.peb_messages import Status
from drivers.usb.bulk_pipes import TRANSFER_BYTES
from simulators.bench.fault_list import Fault
from simulators.bench.thrown import ThrownFaults
from simulators.cradle.faults import CradleFaults
from simulators.usb.mass_storage import ReadFault, StorageFaults

LINK_BYTES_OF_PAGE = 560
"""Request and answer for one page on the cradle's line, roughly."""
OPENING_TRANSFERS = 24
"""What a driver asks before the first block, roughly."""
TRANSFERS_OF_READ = 3
"""Command, data and status."""


def cradle_faults(faults: ThrownFaults, written: Collection[int]) -> CradleFaults:
    """Return the switches of a cradle whose first PEB has the pages `written`."""
    no_access = faults.count(Fault.NO_ACCESS)
    unplug = faults.fraction(Fault.UNPLUG)
    return CradleFaults(
        page_status={} if no_access is None else {no_access: Status.ACCESS},
        busy_answers=faults.count(Fault.BUSY) or 0,
        battery_low=Fault.CRADLE_BATTERY in faults,
        pulled_at=faults.fraction(Fault.PEB_PULLED),
        lose_every=faults.count(Fault.LOSES),
        unplug_after_byte=(
            None if unplug is None else round(unplug * len(written) * LINK_BYTES_OF_PAGE)
        ),
    )


def reader_faults(faults: ThrownFaults, size: int) -> StorageFaults:
    """Return the switches of a card reader whose first medium has `size` bytes."""
    removed = faults.fraction(Fault.REMOVED)
    at_read = {
        faults.count(Fault.STALLS): ReadFault.STALL,
        faults.count(Fault.PHASE_ERROR): ReadFault.PHASE_ERROR,
    }
    return StorageFaults(
        write_protection_off=Fault.UNPROTECTED in faults,
        removed_at=None if removed is None else round(removed * size),
        differs_at=size // 2 if Fault.DIFFERS in faults else None,
        at_read={read: fault for read, fault in at_read.items() if read is not None},
    )


def unplug_at_transfer(faults: ThrownFaults, size: int) -> int | None:
    """Return at which USB transfer the reader is unplugged; None: never."""
    unplug = faults.fraction(Fault.UNPLUG)
    if unplug is None:
        return None
    return OPENING_TRANSFERS + round(unplug * TRANSFERS_OF_READ * size / TRANSFER_BYTES)
