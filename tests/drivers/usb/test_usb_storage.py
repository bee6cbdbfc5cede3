"""A medium in a USB reader is read whole, twice and alike, or named; and never written to.

The driver meets real objects of pyusb over a simulated bus; see `bus` for what holds of each test.
"""

import asyncio
from typing import TYPE_CHECKING

import pytest

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import DeviceMatch
from drivers.usb.usb_storage import UsbStorageSettings
from election.captures import Ending, WriteProtection
from simulators.usb.device import SimulatedUsbDevice
from simulators.usb.mass_storage import StorageFaults

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn
    from tests.drivers.usb.conftest import Bus

READS = 3
"""READs of one whole reading of the card."""

READ_IT = "is read. Take it out"


async def test_a_medium_is_read_twice_and_captured_once(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    _, storage = bus.plug()
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    (capture,) = daemon.kept
    assert (capture.content, capture.ending, capture.medium) == (
        bus.card,
        Ending.WHOLE,
        "compact-flash",
    )
    assert capture.reading is not None
    assert capture.reading.write_protection is WriteProtection.ON
    assert capture.reading.identity == "Simulated CF reader 1209:0c0f serial CF-1 at port 1-1"
    assert capture.reading.facts == (
        "reader says that it is ZEROTAPE CARD READER, revision 1.0",
        "medium has 320 blocks of 512 bytes",
        "commands repeated: 0",
    )
    assert storage.reads == 2 * READS


async def test_progress_covers_both_readings(bus: "Bus", daemon: "DaemonStandIn") -> None:
    bus.plug()
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert daemon.progress[0] == (0, 2 * len(bus.card))
    assert (2 * len(bus.card), 2 * len(bus.card)) in daemon.progress
    assert daemon.progress[-1] == (0, 0)


async def test_two_readings_that_differ_are_both_kept(bus: "Bus", daemon: "DaemonStandIn") -> None:
    bus.plug(faults=StorageFaults(differs_at=100_001))
    await daemon.keep_until_said(bus.driver(daemon.host), "Two readings of the medium")
    first, second = daemon.kept
    assert first.ending is second.ending is Ending.UNSTABLE
    assert first.content == bus.card
    assert [i for i in range(len(bus.card)) if bus.card[i] != second.content[i]] == [100_001]
    assert first.reading is not None
    assert first.reading.differs_at == 100_001


async def test_a_medium_that_is_not_write_protected_is_not_read(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    _, storage = bus.plug(faults=StorageFaults(write_protection_off=True))
    await daemon.keep_until_said(bus.driver(daemon.host), "is not write-protected and was not read")
    assert (daemon.kept, storage.reads) == ([], 0)


async def test_a_reader_that_does_not_tell_its_switch_is_read_as_unknown(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    bus.plug(faults=StorageFaults(write_protection_untold=True))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [c.reading.write_protection for c in daemon.kept if c.reading] == [
        WriteProtection.UNKNOWN
    ]


async def test_a_medium_that_becomes_ready_late_is_waited_for(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    bus.plug(faults=StorageFaults(not_ready_polls=5))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [c.content for c in daemon.kept] == [bus.card]


@pytest.mark.parametrize("offset", [0, 65_536, 160 * 1024 - 1])
async def test_a_medium_taken_out_in_mid_read_is_kept_in_part_and_read_when_it_returns(
    bus: "Bus", daemon: "DaemonStandIn", offset: int
) -> None:
    _, storage = bus.plug(faults=StorageFaults(removed_at=offset))
    async with daemon.at_work(bus.driver(daemon.host)):
        await daemon.until(lambda: daemon.has_said("it was taken out"))
        storage.insert(bus.card)
        await daemon.until(lambda: daemon.has_said(READ_IT))
    *parts, whole = daemon.kept
    assert [(p.content, p.ending) for p in parts] == [
        (bus.card[: offset // 65_536 * 65_536], Ending.UNPLUGGED) for _ in range(offset > 65_535)
    ]
    assert (whole.content, whole.ending) == (bus.card, Ending.WHOLE)


async def test_a_medium_changed_in_mid_read_is_read_anew(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    bus.plug(faults=StorageFaults(changed_at=65_536))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    part, whole = daemon.kept
    assert (part.content, part.ending) == (bus.card[:65_536], Ending.UNPLUGGED)
    assert (whole.content, whole.ending) == (bus.card, Ending.WHOLE)


async def test_the_next_medium_is_read_even_when_nobody_saw_the_slot_empty(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    other = bytes(reversed(bus.card))
    _, storage = bus.plug()
    async with daemon.at_work(bus.driver(daemon.host)):
        await daemon.until(lambda: len(daemon.kept) == 1)
        storage.insert(other)
        await daemon.until(lambda: len(daemon.kept) == 2)
    assert [c.content for c in daemon.kept] == [bus.card, other]


async def test_a_medium_that_stays_is_read_only_once(bus: "Bus", daemon: "DaemonStandIn") -> None:
    _, storage = bus.plug()
    async with daemon.at_work(bus.driver(daemon.host)):
        await daemon.until(lambda: daemon.has_said(READ_IT))
        crossings = len(daemon.crossed)
        await daemon.until(lambda: len(daemon.crossed) > crossings + 20)  # ten polls
    assert storage.reads == 2 * READS


@pytest.mark.parametrize("block_bytes", [512, 1024, 2048, 4096])
def test_blocks_of_every_usual_size_are_read(bus: "Bus", block_bytes: int) -> None:
    bus.plug(block_bytes=block_bytes)
    assert [c.content for c in bus.captured()] == [bus.card]


@pytest.mark.parametrize(("block_bytes", "blocks"), [(520, None), (512, 1 << 32), (256, None)])
def test_a_medium_of_another_geometry_is_left_alone(
    bus: "Bus", block_bytes: int, blocks: int | None
) -> None:
    _, storage = bus.plug(block_bytes=block_bytes)
    storage.capacity_blocks = blocks
    assert bus.captured() == []
    assert storage.reads == 0


async def test_of_two_alike_the_serial_number_tells_which(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    other = bytes(reversed(bus.card))
    bus.plug(other, serial="CF-2", port=(2,))
    bus.plug(bus.card, serial="CF-1", port=(3,))
    await daemon.keep_until_said(bus.driver(daemon.host, DeviceMatch(serial="CF-2")), READ_IT)
    assert [c.content for c in daemon.kept] == [other]


async def test_of_two_without_serial_number_the_port_tells_which(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    other = bytes(reversed(bus.card))
    bus.plug(other, serial="", port=(1, 4))
    bus.plug(bus.card, serial="", port=(1, 3))
    driver = bus.driver(daemon.host, DeviceMatch(vendor="1209", product="0c0f", port="1-1.3"))
    await daemon.keep_until_said(driver, READ_IT)
    assert [c.content for c in daemon.kept] == [bus.card]


async def test_a_match_that_fits_two_opens_neither_and_names_both(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    bus.plug(serial="CF-1", port=(1,))
    bus.plug(serial="CF-2", port=(2,))
    with pytest.raises(DeviceBlocked, match=r"serial CF-1 at port 1-1; .*serial CF-2 at port 1-2"):
        await daemon.keep(bus.driver(daemon.host, DeviceMatch(vendor="1209")))


async def test_two_readers_are_read_at_the_same_time(bus: "Bus", daemon: "DaemonStandIn") -> None:
    other = bytes(reversed(bus.card))
    bus.plug(bus.card, serial="CF-1", port=(1,))
    bus.plug(other, serial="CF-2", port=(2,))
    both = [bus.driver(daemon.host, DeviceMatch(serial=serial)) for serial in ("CF-1", "CF-2")]
    async with daemon.at_work(both[0]), daemon.at_work(both[1]):
        await daemon.until(lambda: len(daemon.kept) == 2)
    assert {c.content for c in daemon.kept} == {bus.card, other}


async def test_a_reader_that_is_not_there_is_gone(bus: "Bus", daemon: "DaemonStandIn") -> None:
    bus.plug(serial="CF-9")
    with pytest.raises(DeviceGone, match="nothing with serial CF-1 is plugged in"):
        await daemon.keep(bus.driver(daemon.host))


@pytest.mark.parametrize(
    ("obstacle", "remedy"), [("is_forbidden", "udev rule"), ("is_busy", "Close that program")]
)
async def test_a_reader_that_cannot_be_opened_says_what_to_do(
    bus: "Bus", daemon: "DaemonStandIn", obstacle: str, remedy: str
) -> None:
    attached, _ = bus.plug()
    setattr(attached, obstacle, True)
    with pytest.raises(DeviceBlocked, match=remedy):
        await daemon.keep(bus.driver(daemon.host))


async def test_a_forbidden_stick_of_somebody_else_is_no_obstacle(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    attached, _ = bus.plug(serial="HOLIDAY-PHOTOS", port=(5,))
    attached.is_forbidden = True
    bus.plug()
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [c.content for c in daemon.kept] == [bus.card]
    assert attached.device.transfers == 0


def test_a_slot_that_the_reader_does_not_have_is_refused(bus: "Bus") -> None:
    bus.plug()
    chosen = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), lun=3)
    with pytest.raises(DeviceRefused, match=r"unit 3 of 0 to 0 .* Correct `lun`"):
        bus.captured(bus.source(chosen))


async def test_a_reader_plugged_in_again_is_read_again(bus: "Bus", daemon: "DaemonStandIn") -> None:
    attached, _ = bus.plug()
    with pytest.raises(DeviceGone):
        await asyncio.gather(
            daemon.keep(bus.driver(daemon.host)), pulled_out(daemon, attached.device)
        )
    bus.usb.attached.clear()
    bus.plug()
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [c.ending for c in daemon.kept] == [Ending.WHOLE, Ending.WHOLE]


async def pulled_out(daemon: "DaemonStandIn", device: SimulatedUsbDevice) -> None:
    await daemon.until(lambda: daemon.has_said(READ_IT))
    device.plugged = False
    daemon.said.clear()
