"""Golden sessions of the drivers that read whole media: card readers, disks, memory cards."""

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from drivers.media.block_device import BlockDeviceSettings, block_device
from drivers.media.pc_card import PcCardSettings, pc_card
from drivers.media.reader import MediumReader
from drivers.usb.usb_storage import UsbStorage, UsbStorageSettings
from election.captures import WriteProtection
from simulators.cradle.wired_line import SteppedClock
from simulators.golden.planned_session import DEVICE, Attendant, PlannedSession
from simulators.media import flash_samples, m100_samples
from simulators.media.simulated_node import NodeFaults, SimulatedSlot
from simulators.usb.card_reader import card_reader
from simulators.usb.device import SimulatedUsbDevice
from simulators.usb.mass_storage import ReadFault, StorageFaults
from simulators.usb.usb_backend import SimulatedUsb

USB_STORAGE, BLOCK_DEVICE, PC_CARD = "usb-storage", "block-device", "pc-card"
USB_SETTINGS: dict[str, JsonValue] = {"match": {"serial": "CF-1"}, "poll_s": 0.01}
BLOCK_SETTINGS: dict[str, JsonValue] = {"path": "/dev/sdz", "poll_s": 0.01}
CARD_SETTINGS: dict[str, JsonValue] = {"path": "/dev/mtd0", "poll_s": 0.01}
SMALL_BYTES = 160 * 1024
"""Three READs of 64 KiB, the last one short."""


def media_sessions() -> tuple[PlannedSession, ...]:
    """Return all of them, fresh."""
    flash, card = flash_samples.first_terminal(), m100_samples.closed()
    small = flash[:SMALL_BYTES]
    return (
        with_flash("whole", flash),
        with_flash("wrong-tag", small, StorageFaults(at_read={2: ReadFault.WRONG_TAG})),
        with_flash("lost-status", small, StorageFaults(at_read={2: ReadFault.LOST_STATUS})),
        with_flash("short-data", small, StorageFaults(at_read={2: ReadFault.SHORT_DATA})),
        with_flash("unreadable", small, StorageFaults(unreadable_at=SMALL_BYTES // 2)),
        disk("whole", SimulatedSlot(flash), captures=1),
        disk("short-end", SimulatedSlot(flash, faults=NodeFaults(ends_at=1_048_576)), captures=1),
        disk(
            "unreadable",
            SimulatedSlot(flash, faults=NodeFaults(unreadable_at=1_500_000)),
            captures=1,
        ),
        disk("unplugged", SimulatedSlot(flash, faults=NodeFaults(unplug_at_read=3))),
        memory_card("whole", SimulatedSlot(card), captures=1),
        memory_card("not-protected", slot_with_its_switch_off(card)),
    )


def with_flash(fault: str, image: bytes, faults: StorageFaults | None = None) -> PlannedSession:
    """Return a session with a card in a USB reader that is never taken out."""
    device, _ = card_reader(image, faults=faults)
    return usb_storage(fault, device, captures=1)


def usb_storage(
    fault: str,
    device: SimulatedUsbDevice,
    *,
    captures: int | None = None,
    attendant: Attendant | None = None,
) -> PlannedSession:
    """Return a session with a USB reader."""
    clock = SteppedClock()
    backend = SimulatedUsb([device], sleep=clock.sleep)
    settings = UsbStorageSettings.model_validate(USB_SETTINGS)

    def opened(host: DriverHost) -> Driver:
        source = UsbStorage(DEVICE, settings, host.record, lambda _device: backend, clock=clock)
        return MediumReader(DEVICE, source, settings, host)

    name = f"{USB_STORAGE}.{fault}"
    return PlannedSession(name, USB_SETTINGS, opened, clock, captures, attendant)


def disk(
    fault: str,
    slot: SimulatedSlot,
    *,
    captures: int | None = None,
    attendant: Attendant | None = None,
) -> PlannedSession:
    """Return a session with a disk."""
    settings = BlockDeviceSettings.model_validate(BLOCK_SETTINGS)
    return PlannedSession(
        f"{BLOCK_DEVICE}.{fault}",
        BLOCK_SETTINGS,
        lambda host: block_device(DEVICE, settings, host, slot),
        SteppedClock(),
        captures,
        attendant,
    )


def memory_card(
    fault: str,
    slot: SimulatedSlot,
    *,
    captures: int | None = None,
    attendant: Attendant | None = None,
) -> PlannedSession:
    """Return a session with a memory card."""
    settings = PcCardSettings.model_validate(CARD_SETTINGS)
    return PlannedSession(
        f"{PC_CARD}.{fault}",
        CARD_SETTINGS,
        lambda host: pc_card(DEVICE, settings, host, slot),
        SteppedClock(),
        captures,
        attendant,
    )


def slot_with_its_switch_off(card: bytes) -> SimulatedSlot:
    """Return a slot that is unplugged when the card was refused and looked at once more."""
    faults = NodeFaults(unplug_at_opening=5)
    return SimulatedSlot(card, protection=WriteProtection.OFF, faults=faults)
