"""Simulated USB devices behave as devices do; a reader never forgets a forbidden command."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
import usb.core
import usb.util
from hypothesis import given
from hypothesis import strategies as st

from drivers.usb.bulk_only import CommandWrapper, Status, StatusWrapper
from simulators.usb.card_reader import card_reader
from simulators.usb.cdc_acm import BULK_IN, BULK_OUT, CdcAcm
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.in_queue import InQueue
from simulators.usb.mass_storage import MassStorage
from simulators.usb.usb_backend import SimulatedUsb

CARD = bytes(range(256)) * 16
CHANGING = {
    "WRITE(6)": "0a 00 00 00 01 00",
    "WRITE(10)": "2a 00 00 00 00 00 00 00 01 00",
    "WRITE(12)": "aa 00 00 00 00 00 00 00 00 01 00 00",
    "WRITE(16)": "8a 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00",
    "WRITE SAME(10)": "41 00 00 00 00 00 00 00 01 00",
    "FORMAT UNIT": "04 00 00 00 00 00",
    "MODE SELECT(6)": "15 10 00 00 04 00",
    "MODE SELECT(10)": "55 10 00 00 00 00 00 00 08 00",
    "UNMAP": "42 00 00 00 00 00 00 00 18 00",
    "SYNCHRONIZE CACHE": "35 00 00 00 00 00 00 00 00 00",
    "START STOP UNIT": "1b 00 00 00 02 00",
    "vendor command": "c0 00 00 00 00 00",
}


@pytest.fixture
def reader() -> Iterator[tuple[usb.core.Device, MassStorage]]:
    """Yield a reader as pyusb sees it, taken from the kernel, and its inside."""
    device, storage = card_reader(CARD)
    found = usb.core.find(backend=SimulatedUsb([device]))
    found.detach_kernel_driver(0)
    yield found, storage
    usb.util.dispose_resources(found)


@pytest.mark.parametrize("block", CHANGING.values(), ids=CHANGING)
def test_a_command_that_could_change_a_medium_is_noted_and_fails(
    reader: tuple[usb.core.Device, MassStorage], block: str
) -> None:
    found, storage = reader
    before = sha256(CARD).hexdigest()
    command = CommandWrapper(5, 0, to_host=False, lun=0, block=bytes.fromhex(block))
    found.write(BULK_OUT, command.to_bytes(), 100)
    status = StatusWrapper.from_bytes(bytes(found.read(BULK_IN, 512, 100)))
    assert status == StatusWrapper(5, 0, Status.FAILED)
    assert storage.violations == [f"command {block}"]
    assert sha256(CARD).hexdigest() == before


def test_what_is_no_command_halts_the_reader_until_it_is_reset(
    reader: tuple[usb.core.Device, MassStorage],
) -> None:
    found, storage = reader
    ready = CommandWrapper(6, 0, to_host=True, lun=0, block=bytes(6)).to_bytes()
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        found.write(BULK_OUT, b"USBC and nonsense", 100)
    found.clear_halt(BULK_OUT)
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        found.write(BULK_OUT, ready, 100)
    found.ctrl_transfer(0x21, 0xFF, 0, 0)
    found.clear_halt(BULK_OUT)
    assert found.write(BULK_OUT, ready, 100) == len(ready)
    assert len(storage.violations) == 1


@given(st.lists(st.integers(0, 1200).map(bytes), max_size=6), st.integers(1, 2000))
def test_a_host_fetches_every_byte_once_and_in_order(sent: list[bytes], size: int) -> None:
    queue = InQueue(512)
    for transfer in sent:
        queue.push(transfer, ended=True)
    fetched = []
    while (taken := queue.take(size)) is not None:
        assert len(taken) <= size
        fetched.append(taken)
    assert b"".join(fetched) == b"".join(sent)


def test_a_full_last_packet_runs_into_the_next_transfer_unless_it_is_ended() -> None:
    queue = InQueue(512)
    queue.push(bytes(512))
    queue.push(b"status")
    assert queue.take(1024) == bytes(512) + b"status"
    queue.push(bytes(512), ended=True)
    queue.push(b"status")
    assert [queue.take(1024), queue.take(1024)] == [bytes(512), b"status"]


class Parrot:
    """A far end that repeats."""

    def feed(self, data: bytes) -> bytes:
        return data


def test_a_serial_device_takes_its_line_settings_and_talks() -> None:
    function = CdcAcm(Parrot())
    identity = UsbIdentity(0x1209, 0x0ACB, "Zerotape", "ES&S PEB Cradle -w- USB Interface", "P-1")
    backend = SimulatedUsb([SimulatedUsbDevice(identity, function)])
    found = usb.core.find(backend=backend)
    for number in (0, 1):
        found.detach_kernel_driver(number)
    assert found.product == "ES&S PEB Cradle -w- USB Interface"
    coding = bytes.fromhex("00c20100 00 02 07")  # 115200 bit/s, 7E1
    assert found.ctrl_transfer(0x21, 0x20, 0, 0, coding) == len(coding)
    assert bytes(found.ctrl_transfer(0xA1, 0x21, 0, 0, 7)) == coding
    found.ctrl_transfer(0x21, 0x22, 1, 0)
    assert function.is_open
    found.write(BULK_OUT, b"\xa5\x5a", 100)
    assert bytes(found.read(BULK_IN, 512, 100)) == b"\xa5\x5a"
    with pytest.raises(usb.core.USBTimeoutError):
        found.read(BULK_IN, 512, 1)
    usb.util.dispose_resources(found)
