"""Whatever goes wrong between the gateway and a USB reader: right bytes, or a named error."""

import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import DeviceGone
from drivers.hotplug.attached import DeviceMatch
from drivers.transcripts.crossing import Direction
from drivers.usb.bulk_transport import LONGEST_AFTERMATH_S
from drivers.usb.usb_storage import ATTEMPTS, UsbStorageSettings
from election.captures import Ending
from simulators.usb.device import Setup, Stall
from simulators.usb.mass_storage import MassStorage, ReadFault, StorageFaults

if TYPE_CHECKING:
    from tests.drivers.conftest import DaemonStandIn
    from tests.drivers.usb.conftest import Bus

READS = 3
"""READs of one whole reading of the card."""

READ_IT = "is read. Take it out"
LISTED = {0x00, 0x03, 0x12, 0x1A, 0x25, 0x28}
"""TEST UNIT READY, REQUEST SENSE, INQUIRY, MODE SENSE(6), READ CAPACITY(10), READ(10)."""

ANSWER_S = 0.06
"""As the bus sets it."""

faults_of_reads = st.dictionaries(st.integers(1, 12), st.sampled_from(ReadFault), max_size=6)


async def test_every_command_on_record_is_a_listed_one(bus: "Bus", daemon: "DaemonStandIn") -> None:
    bus.plug(faults=StorageFaults(at_read=dict(zip(range(1, 99, 2), ReadFault, strict=False))))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    sent = [c.data for c in daemon.crossed if (c.direction, c.channel) == (Direction.OUT, "bulk")]
    assert sent
    assert {len(wrapper) for wrapper in sent} == {31}
    assert {wrapper[15] for wrapper in sent} <= LISTED
    assert len({wrapper[4:8] for wrapper in sent}) == len(sent), "a tag was used twice"
    brought = b"".join(c.data for c in daemon.crossed if c.direction is Direction.IN)
    assert brought.count(bus.card[:512]) >= 2


@pytest.mark.parametrize("fault", ReadFault)
@pytest.mark.parametrize("at", range(1, 2 * READS + 1))
async def test_one_fault_costs_a_repeated_command_and_no_byte(
    bus: "Bus", daemon: "DaemonStandIn", fault: ReadFault, at: int
) -> None:
    _, storage = bus.plug(faults=StorageFaults(at_read={at: fault}))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (bus.card, Ending.WHOLE)
    assert storage.reads in (2 * READS, 2 * READS + 1)


@pytest.mark.parametrize("fault", sorted(set(ReadFault) - {ReadFault.DOUBLED_STATUS}))
async def test_a_fault_that_stays_ends_in_a_named_error_and_what_was_read(
    bus: "Bus", daemon: "DaemonStandIn", fault: ReadFault
) -> None:
    bus.plug(faults=StorageFaults(at_read=dict.fromkeys(range(2, 99), fault)))
    words = "READ of blocks 128 to 255 failed 3 times"
    await daemon.keep_until_said(bus.driver(daemon.host), words)
    (capture,) = daemon.kept
    assert (capture.content, capture.ending) == (bus.card[: 64 * 1024], Ending.UNREADABLE)
    assert any(words in note for note in capture.notes)


async def test_a_reader_that_doubles_every_status_is_read_in_twice_the_commands(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    at_read = dict.fromkeys(range(1, 99), ReadFault.DOUBLED_STATUS)
    bus.plug(faults=StorageFaults(at_read=at_read))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [(c.content, c.ending) for c in daemon.kept] == [(bus.card, Ending.WHOLE)]


async def test_a_reader_that_tells_of_our_own_reset_is_read_in_one_visit(
    bus: "Bus", daemon: "DaemonStandIn"
) -> None:
    at_read = {2: ReadFault.PHASE_ERROR, 6: ReadFault.LOST_STATUS}
    bus.plug(faults=StorageFaults(at_read=at_read, attention_after_reset=True))
    await daemon.keep_until_said(bus.driver(daemon.host), READ_IT)
    assert [(c.content, c.ending) for c in daemon.kept] == [(bus.card, Ending.WHOLE)]


async def test_a_switch_that_cannot_be_asked_for_is_not_taken_for_unknown(
    bus: "Bus", daemon: "DaemonStandIn", monkeypatch: pytest.MonkeyPatch
) -> None:
    _, storage = bus.plug()
    monkeypatch.setattr(storage, "give", _silent_after(storage, operation=0x1A))
    await daemon.keep_until_said(bus.driver(daemon.host), "MODE SENSE failed 3 times")
    assert (daemon.kept, storage.reads) == ([], 0)


async def test_a_block_that_cannot_be_read_is_named(bus: "Bus", daemon: "DaemonStandIn") -> None:
    bus.plug(faults=StorageFaults(unreadable_at=70_000))
    await daemon.keep_until_said(bus.driver(daemon.host), "medium error 3/11/00 at block 136")
    assert [c.ending for c in daemon.kept] == [Ending.UNREADABLE]


def test_a_medium_that_says_too_much_is_unreadable_at_its_true_end(bus: "Bus") -> None:
    _, storage = bus.plug()
    storage.capacity_blocks = 384
    (capture,) = bus.captured()
    assert (capture.content, capture.ending) == (bus.card[: 128 * 1024], Ending.UNREADABLE)
    assert storage.violations == ["a read up to byte 196608 of 163840"]
    storage.violations.clear()  # it was lured


def test_a_slow_reader_is_read_through_calls_that_run_out_of_time(bus: "Bus") -> None:
    attached, _ = bus.plug(bus.card[: 64 * 1024])
    attached.device.pace = 100_000.0
    patient = UsbStorageSettings(match=DeviceMatch(serial="CF-1"), answer_s=5.0)
    source = bus.source(patient)
    assert [c.content for c in bus.captured(source)] == [bus.card[: 64 * 1024]]


def test_unplugged_at_every_transfer_it_is_the_whole_medium_or_a_named_error(bus: "Bus") -> None:
    endings = set()
    for transfer in count(1):
        attached, _ = bus.plug(serial="CF-1")
        attached.device.unplug_at_transfer = transfer
        source = bus.source()
        began = time.monotonic()
        try:
            captures = bus.captured(source)
        except DeviceGone:  # and nothing else
            captures = []
        assert time.monotonic() - began < 1.0
        assert all(bus.card.startswith(c.content) for c in captures)
        assert all(c.content == bus.card for c in captures if c.ending is Ending.WHOLE)
        endings |= {c.ending for c in captures}
        if attached.device.plugged:
            break
        bus.usb.attached.clear()
    assert transfer > 40
    assert endings == {Ending.UNPLUGGED, Ending.WHOLE}


@settings(max_examples=25, deadline=None)
@given(at_read=faults_of_reads)
def test_no_mixture_of_faults_gives_other_bytes(
    new_bus: "Callable[[], Bus]", at_read: dict[int, ReadFault]
) -> None:
    bus = new_bus()
    bus.plug(faults=StorageFaults(at_read=at_read))
    captures = bus.captured()
    bus.check()
    assert all(c.content == bus.card for c in captures if c.ending is Ending.WHOLE)
    assert all(bus.card.startswith(c.content) for c in captures if c.ending is Ending.UNREADABLE)


def test_a_device_that_obeys_no_reset_is_gone_within_the_stated_time(
    bus: "Bus", monkeypatch: pytest.MonkeyPatch
) -> None:
    _, storage = bus.plug(faults=StorageFaults(at_read={1: ReadFault.LOST_STATUS}))
    source = bus.source()
    source.open()
    monkeypatch.setattr(storage, "control", _deaf)
    began = time.monotonic()
    with pytest.raises(DeviceGone, match="does not obey a reset"):
        bus.visited(source)
    assert time.monotonic() - began < ATTEMPTS * (ANSWER_S + LONGEST_AFTERMATH_S)
    source.close()


def test_a_device_that_never_answers_is_gone_within_the_stated_time(
    bus: "Bus", monkeypatch: pytest.MonkeyPatch
) -> None:
    attached, _ = bus.plug()
    source = bus.source()
    source.open()
    monkeypatch.setattr(attached.device.function, "give", _silent)
    began = time.monotonic()
    with pytest.raises(DeviceGone, match="it does not answer"):
        source.present()
    assert time.monotonic() - began < ATTEMPTS * (ANSWER_S + LONGEST_AFTERMATH_S)
    source.close()


def _deaf(_setup: Setup, _data: bytes) -> bytes:
    raise Stall


def _silent(_endpoint: int, _size: int) -> bytes | None:
    return None


def _silent_after(storage: MassStorage, *, operation: int) -> Callable[[int, int], bytes | None]:
    """Return a `give` that has nothing after commands with `operation`."""
    asked: list[int] = []
    take, give = storage.take, storage.give

    def noting_take(endpoint: int, data: bytes) -> None:
        asked.append(data[15])
        take(endpoint, data)

    storage.take = noting_take  # type: ignore[method-assign]  # the storage is of this test only
    return lambda endpoint, size: None if asked[-1] == operation else give(endpoint, size)
