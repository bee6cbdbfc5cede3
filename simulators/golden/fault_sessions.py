"""Golden sessions of the documented faults: one for each, and each driver at which it shows."""

from collections.abc import Callable, Iterator, Mapping

from simulators.bench.device_faults import cradle_faults, reader_faults, unplug_at_transfer
from simulators.bench.evening import Evening
from simulators.bench.fault_list import FAULTS, Fault
from simulators.bench.thrown import ThrownFaults, parse_faults
from simulators.cradle.cable import Cable
from simulators.cradle.link_server import LinkServer
from simulators.cradle.peb_in_slot import PebInSlot
from simulators.cradle.wired_line import SteppedClock
from simulators.golden.faulty_evening import READERS, brought, showing
from simulators.golden.line_sessions import PEB_CRADLE, PRINT_LINE, peb_cradle, print_line
from simulators.golden.media_sessions import (
    BLOCK_DEVICE,
    PC_CARD,
    USB_STORAGE,
    disk,
    memory_card,
    usb_storage,
)
from simulators.golden.planned_session import Attendant, PlannedSession
from simulators.golden.printed_line import connections
from simulators.media.simulated_node import SimulatedSlot
from simulators.usb.card_reader import card_reader

BETWEEN_STRIPS_READS = 5
"""Silences of the print line, each read 0.1 s long; shorter than what ends a job there (2 s)."""
ONLINE_AFTER_READS = 30
"""Longer than that."""


def fault_sessions() -> Iterator[PlannedSession]:
    """Yield all of them, fresh."""
    for kind in FAULTS.values():
        for driver in showing(kind, kind.simulators):
            is_of_reader = READERS.get(driver) in kind.simulators
            faults = parse_faults([kind.name] if is_of_reader else [])
            yield MAKERS[driver](kind.name, brought(kind, driver), faults)


def printed(fault: str, part: Evening, faults: ThrownFaults) -> PlannedSession:
    """Return the session in which the strips of `part` are printed, until the line is unplugged."""
    first, *_ = connections(
        part.strips,
        faults.fraction(Fault.UNPLUG),
        between=BETWEEN_STRIPS_READS,
        online_after=ONLINE_AFTER_READS,
    )
    return print_line(fault, first)


def in_cradle(fault: str, part: Evening, faults: ThrownFaults) -> PlannedSession:
    """Return the session in which the PEBs of `part` are read; the faults strike the first."""
    clock = SteppedClock()
    server = LinkServer(clock=clock.now)
    cable = Cable(server)

    def insert(image: bytes) -> None:
        nonlocal faults
        peb = PebInSlot.of_image(image)
        server.faults = cradle_faults(faults, peb.written())
        faults = ThrownFaults()
        server.insert(peb)

    def unplug() -> None:
        server.faults.unplug_after_byte = cable.carried

    attendant = Attendant(_images(part), insert, unplug)
    return peb_cradle(fault, cable, clock, attendant=attendant)


def in_usb_reader(fault: str, part: Evening, faults: ThrownFaults) -> PlannedSession:
    """Return the session in which the cards of `part` are read; the faults strike the first."""
    device, storage = card_reader(None)

    def insert(image: bytes) -> None:
        nonlocal faults
        storage.faults = reader_faults(faults, len(image))
        device.unplug_at_transfer = unplug_at_transfer(faults, len(image))
        faults = ThrownFaults()
        storage.insert(image)

    def unplug() -> None:
        device.plugged = False

    return usb_storage(fault, device, attendant=Attendant(_images(part), insert, unplug))


def as_disk(fault: str, part: Evening, _faults: ThrownFaults) -> PlannedSession:
    """Return the session in which the cards of `part` are disks of the kernel."""
    slot = SimulatedSlot(None)
    return disk(fault, slot, attendant=_at(slot, part))


def as_memory_card(fault: str, part: Evening, _faults: ThrownFaults) -> PlannedSession:
    """Return the session in which the cards of `part` are in a slot for PC Cards."""
    slot = SimulatedSlot(None)
    return memory_card(fault, slot, attendant=_at(slot, part))


MAKERS: Mapping[str, Callable[[str, Evening, ThrownFaults], PlannedSession]] = {
    PRINT_LINE: printed,
    PEB_CRADLE: in_cradle,
    USB_STORAGE: in_usb_reader,
    BLOCK_DEVICE: as_disk,
    PC_CARD: as_memory_card,
}


def _at(slot: SimulatedSlot, part: Evening) -> Attendant:
    """Return who puts the media of `part` into `slot`."""

    def insert(image: bytes) -> None:
        slot.image = image
        slot.insertions += 1

    def unplug() -> None:
        slot.plugged = False

    return Attendant(_images(part), insert, unplug)


def _images(part: Evening) -> list[bytes]:
    return [medium.image for medium in part.media]
