"""Golden sessions of the drivers that read whole media: card readers, disks, memory cards."""

from pydantic import JsonValue

from drivers.contract import Driver, DriverHost
from drivers.media.block_device import BlockDeviceSettings, block_device
from drivers.media.pc_card import PcCardSettings, pc_card
from drivers.media.reader import MediumReader
from drivers.usb.usb_storage import UsbStorage, UsbStorageSettings
from election.captures import WriteProtection
from simulators.cradle.wired_line import SteppedClock
from simulators.media import flash_samples, m100_samples
from simulators.media.simulated_node import NodeFaults, SimulatedSlot
from simulators.planned_session import DEVICE, PlannedSession
from simulators.usb.card_reader import card_reader
from simulators.usb.mass_storage import ReadFault, StorageFaults
from simulators.usb.usb_backend import SimulatedUsb

USB_SETTINGS: dict[str, JsonValue] = {"match": {"serial": "CF-1"}, "poll_s": 0.01}
BLOCK_SETTINGS: dict[str, JsonValue] = {"path": "/dev/sdz", "poll_s": 0.01}
CARD_SETTINGS: dict[str, JsonValue] = {"path": "/dev/mtd0", "poll_s": 0.01}
SMALL_BYTES = 160 * 1024
"""Three READs of 64 KiB, the last one short."""
TRANSFERS_BEFORE_THE_UNPLUG = 28
"""Control requests and transfers: what goes before, and two READs."""


def media_sessions() -> tuple[PlannedSession, ...]:
    """Return all of them, fresh."""
    flash, card = flash_samples.first_terminal(), m100_samples.closed()
    small = flash[:SMALL_BYTES]
    middle = SMALL_BYTES // 2
    return (
        usb("whole", flash),
        usb("stall", small, StorageFaults(at_read={2: ReadFault.STALL})),
        usb("phase-error", small, StorageFaults(at_read={2: ReadFault.PHASE_ERROR})),
        usb("wrong-tag", small, StorageFaults(at_read={2: ReadFault.WRONG_TAG})),
        usb("lost-status", small, StorageFaults(at_read={2: ReadFault.LOST_STATUS})),
        usb("short-data", small, StorageFaults(at_read={2: ReadFault.SHORT_DATA})),
        usb("unreadable", small, StorageFaults(unreadable_at=middle)),
        usb("removed", small, StorageFaults(removed_at=middle)),
        usb("unstable", small, StorageFaults(differs_at=middle), captures=2),
        usb("unplugged", small, captures=None, unplug_at=TRANSFERS_BEFORE_THE_UNPLUG),
        block("whole", SimulatedSlot(flash)),
        block("short-end", SimulatedSlot(flash, faults=NodeFaults(ends_at=1_048_576))),
        block("unreadable", SimulatedSlot(flash, faults=NodeFaults(unreadable_at=1_500_000))),
        block(
            "unplugged", SimulatedSlot(flash, faults=NodeFaults(unplug_at_read=3)), captures=None
        ),
        memory_card("whole", SimulatedSlot(card)),
        memory_card("not-protected", slot_with_its_switch_off(card), captures=None),
    )


def usb(
    fault: str,
    image: bytes,
    faults: StorageFaults | None = None,
    *,
    captures: int | None = 1,
    unplug_at: int | None = None,
) -> PlannedSession:
    """Return a session with a card in a USB reader."""
    device, _ = card_reader(image, faults=faults)
    device.unplug_at_transfer = unplug_at
    clock = SteppedClock()
    backend = SimulatedUsb([device], sleep=clock.sleep)
    settings = UsbStorageSettings.model_validate(USB_SETTINGS)

    def opened(host: DriverHost) -> Driver:
        source = UsbStorage(DEVICE, settings, host.record, lambda _device: backend, clock=clock)
        return MediumReader(DEVICE, source, settings, host)

    return PlannedSession(f"usb-storage.{fault}", USB_SETTINGS, opened, clock, captures)


def block(fault: str, slot: SimulatedSlot, *, captures: int | None = 1) -> PlannedSession:
    """Return a session with a disk."""
    settings = BlockDeviceSettings.model_validate(BLOCK_SETTINGS)
    return PlannedSession(
        f"block-device.{fault}",
        BLOCK_SETTINGS,
        lambda host: block_device(DEVICE, settings, host, slot),
        SteppedClock(),
        captures,
    )


def memory_card(fault: str, slot: SimulatedSlot, *, captures: int | None = 1) -> PlannedSession:
    """Return a session with a memory card."""
    settings = PcCardSettings.model_validate(CARD_SETTINGS)
    return PlannedSession(
        f"pc-card.{fault}",
        CARD_SETTINGS,
        lambda host: pc_card(DEVICE, settings, host, slot),
        SteppedClock(),
        captures,
    )


def slot_with_its_switch_off(card: bytes) -> SimulatedSlot:
    """Return a slot that is unplugged when the card was refused and looked at once more."""
    faults = NodeFaults(unplug_at_opening=5)
    return SimulatedSlot(card, protection=WriteProtection.OFF, faults=faults)
