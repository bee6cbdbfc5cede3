"""A simulated device is told, asked and pulled out over usbredir, as QEMU does it."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.usb.bulk_only import CommandWrapper, Status, StatusWrapper
from drivers.usb.scsi import Query
from simulators.usb.card_reader import card_reader
from simulators.usb.cdc_acm import BULK_IN, BULK_OUT, CdcAcm
from simulators.usb.device import SimulatedUsbDevice, UsbIdentity
from simulators.usb.usbredir.codec import MAX_BODY_BYTES, Framed, ProtocolError, UsbredirCodec
from simulators.usb.usbredir.packets import (
    BARE,
    ENDPOINTS,
    NUMBER_COUNTS,
    Bare,
    BulkPacket,
    Capability,
    ControlPacket,
    DeviceConnect,
    EndpointInfo,
    EndpointRow,
    FilterRules,
    Hello,
    InterfaceInfo,
    InterruptPacket,
    Numbers,
    Packet,
    PacketType,
    TransferStatus,
)
from simulators.usb.usbredir.server import WE_CAN, UsbredirServer

QEMU_HELLO = bytes.fromhex(
    "00000000 44000000 00000000"  # type 0, 68 bytes, number 0
    + b"qemu usb-redir guest 7.2".ljust(64, b"\0").hex()
    + "fe000000"  # all but bulk streams
)
DEADLINE_S = 5.0
CARD = bytes(range(256)) * 8

byte = st.integers(0, 0xFF)
half = st.integers(0, 0xFFFF)
text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=63)
triple = st.tuples(byte, byte, byte)
rows = st.builds(EndpointRow, kind=byte, interval=byte, interface=byte, packet_bytes=half)


@st.composite
def transfers(draw: st.DrawFn) -> Packet:
    data = draw(st.binary(max_size=200))
    length = len(data) or draw(half)
    endpoint, status = draw(byte), draw(byte)
    match draw(st.integers(0, 2)):
        case 0:
            request, kind, value, index = draw(byte), draw(byte), draw(half), draw(half)
            return ControlPacket(endpoint, request, kind, status, value, index, length, data)
        case 1:
            return BulkPacket(endpoint, status, length, data, draw(st.integers(0, 0xFFFFFFFF)))
        case _:
            return InterruptPacket(endpoint, status, length, data)


@st.composite
def numbers(draw: st.DrawFn) -> Packet:
    kind = draw(st.sampled_from(sorted(NUMBER_COUNTS)))
    return Numbers(kind, tuple(draw(byte) for _ in range(NUMBER_COUNTS[kind])))


packets = st.one_of(
    st.builds(
        DeviceConnect, speed=byte, device_class=triple, vendor=half, product=half, version=half
    ),
    st.builds(InterfaceInfo, st.lists(st.tuples(byte, byte, byte, byte), max_size=32).map(tuple)),
    st.builds(EndpointInfo, st.lists(rows, min_size=ENDPOINTS, max_size=ENDPOINTS).map(tuple)),
    st.builds(Bare, st.sampled_from(sorted(BARE))),
    numbers(),
    st.builds(FilterRules, text),
    transfers(),
)


def introduced(ours: Capability = WE_CAN, theirs: Capability = WE_CAN) -> list[UsbredirCodec]:
    """Return two sides that have heard each other's hello."""
    sides = [UsbredirCodec(), UsbredirCodec()]
    hellos = [side.encode(Hello("x", can)) for side, can in zip(sides, (ours, theirs), strict=True)]
    sides[0].feed(hellos[1])
    sides[1].feed(hellos[0])
    return sides


@given(st.lists(st.tuples(packets, st.integers(0, 2**64 - 1)), max_size=5), st.integers(1, 50))
def test_every_packet_is_read_back_however_it_is_cut(
    said: list[tuple[Packet, int]], portion: int
) -> None:
    here, there = introduced()
    raw = b"".join(here.encode(packet, number) for packet, number in said)
    heard = [f for i in range(0, len(raw), portion) for f in there.feed(raw[i : i + portion])]
    assert heard == [Framed(number, packet) for packet, number in said]


@given(st.integers(0, 255).map(Capability), transfers())
def test_sides_with_less_in_common_understand_each_other(can: Capability, said: Packet) -> None:
    here, there = introduced(WE_CAN, can)
    assert there.feed(here.encode(said, 7)) == [Framed(7, said)]


def test_the_hello_of_qemu_is_read_and_decides_what_both_can() -> None:
    codec = UsbredirCodec()
    codec.encode(Hello("zerotape", WE_CAN))
    ((number, hello),) = [(f.number, f.packet) for f in codec.feed(QEMU_HELLO)]
    assert (number, hello) == (0, Hello("qemu usb-redir guest 7.2", Capability(0xFE)))
    assert codec.shared == WE_CAN
    bulk = codec.encode(BulkPacket(0x81, 0, 0x012345, stream=0), 5)
    assert bulk.hex(" ") == (
        "65 00 00 00 0a 00 00 00 05 00 00 00 00 00 00 00 81 00 45 23 00 00 00 00 01 00"
    )


@given(st.binary(max_size=300))
def test_hostile_bytes_end_in_a_protocol_error_or_wait_for_more(raw: bytes) -> None:
    _, codec = introduced()
    with suppress(ProtocolError):
        for i in range(0, len(raw), 7):
            codec.feed(raw[i : i + 7])


@pytest.mark.parametrize("kind", [*PacketType, 102, 0xFFFFFFFF])
def test_no_packet_may_be_longer_than_the_bound(kind: int) -> None:
    _, codec = introduced()
    with pytest.raises(ProtocolError, match="are the most"):
        codec.feed(struct.pack("<IIQ", kind, MAX_BODY_BYTES + 1, 1))


@pytest.mark.parametrize("kind", sorted(set(PacketType) - {PacketType.HELLO}))
def test_nothing_may_come_before_the_hello(kind: PacketType) -> None:
    with pytest.raises(ProtocolError, match="where a hello is due"):
        UsbredirCodec().feed(struct.pack("<III", kind, 0, 0))


@pytest.mark.parametrize("size", [0, 9, 13])
def test_a_transfer_whose_data_is_not_what_it_says_is_refused(size: int) -> None:
    _, codec = introduced()
    body = struct.pack("<BBHIH", 0x02, 0, 8, 0, 0)[: 10 if size else 4] + bytes(size)
    with pytest.raises(ProtocolError, match="bytes"):
        codec.feed(struct.pack("<IIQ", PacketType.BULK, len(body), 1) + body)


class Guest:
    """What QEMU is to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.codec = UsbredirCodec()
        self._reader, self._writer = reader, writer
        self._heard: list[Framed] = []
        self._number = 0

    def send(self, packet: Packet, number: int = 0) -> None:
        self._writer.write(self.codec.encode(packet, number))

    async def hear(self) -> Framed:
        async with asyncio.timeout(DEADLINE_S):
            while not self._heard:
                chunk = await self._reader.read(65_536)
                assert chunk, "hung up"
                self._heard += self.codec.feed(chunk)
        return self._heard.pop(0)

    async def ask(self, packet: Packet) -> Packet:
        self._number += 1
        self.send(packet, self._number)
        framed = await self.hear()
        assert framed.number == self._number
        return framed.packet

    async def is_hung_up_on(self) -> bool:
        async with asyncio.timeout(DEADLINE_S):
            while chunk := await self._reader.read(65_536):
                self._heard += self.codec.feed(chunk)
        return True


@asynccontextmanager
async def guest_of(path: Path) -> AsyncIterator[Guest]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield Guest(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def met(guest: Guest) -> list[Packet]:
    guest.send(Hello("qemu usb-redir guest 7.2", Capability(0xFE)))
    return [(await guest.hear()).packet for _ in range(4)]


async def test_a_guest_is_told_of_the_device_and_reads_its_descriptors(tmp_path: Path) -> None:
    device, _ = card_reader(CARD)
    async with (
        UsbredirServer(device, tmp_path / "usb") as server,
        guest_of(tmp_path / "usb") as guest,
    ):
        hello, endpoints, interfaces, connect = await met(guest)
        assert isinstance(hello, Hello)
        assert isinstance(endpoints, EndpointInfo)
        assert [(i, r.kind) for i, r in enumerate(endpoints.rows) if r.kind != 255] == [
            (0, 0),
            (2, 2),
            (16, 0),
            (17, 2),
        ]
        assert interfaces == InterfaceInfo(((0, 8, 6, 0x50),))
        assert isinstance(connect, DeviceConnect)
        assert (connect.vendor, connect.product) == (0x1209, 0x0C0F)
        assert server.guest_name == "qemu usb-redir guest 7.2"
        asked = ControlPacket(0x80, 6, 0x80, 0, 0x0100, 0, 18)
        said = await guest.ask(asked)
        assert isinstance(said, ControlPacket)
        assert said.data == device.device_descriptor()
        stalled = await guest.ask(ControlPacket(0x80, 6, 0x80, 0, 0x0F00, 0, 5))
        assert isinstance(stalled, ControlPacket)
        assert stalled.status == TransferStatus.STALL


async def test_a_command_goes_out_and_its_answer_comes_in(tmp_path: Path) -> None:
    device, _ = card_reader(CARD)
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        wrapper = CommandWrapper(9, 36, to_host=True, lun=0, block=Query.INQUIRY.block).to_bytes()
        sent = await guest.ask(BulkPacket(0x02, 0, len(wrapper), wrapper))
        assert sent == BulkPacket(0x02, TransferStatus.SUCCESS, len(wrapper))
        inquiry = await guest.ask(BulkPacket(0x81, 0, 36))
        assert isinstance(inquiry, BulkPacket)
        assert inquiry.data[8:16] == b"ZEROTAPE"
        status = await guest.ask(BulkPacket(0x81, 0, 13))
        assert isinstance(status, BulkPacket)
        assert StatusWrapper.from_bytes(status.data) == StatusWrapper(9, 0, Status.PASSED)


class Echo:
    """A far end that says everything in capitals."""

    def feed(self, data: bytes) -> bytes:
        return data.upper()


def serial_device() -> tuple[SimulatedUsbDevice, CdcAcm]:
    function = CdcAcm(Echo())
    return SimulatedUsbDevice(
        UsbIdentity(0x1209, 0x0ACB, "Zerotape", "Line", "L-1"), function
    ), function


async def test_a_read_waits_until_the_device_has_something(tmp_path: Path) -> None:
    device, function = serial_device()
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        guest.send(BulkPacket(BULK_IN, 0, 512), 70)
        guest.send(BulkPacket(BULK_OUT, 0, 5, b"hello"), 71)
        answers = [await guest.hear(), await guest.hear()]
        assert answers == [
            Framed(71, BulkPacket(BULK_OUT, 0, 5)),
            Framed(70, BulkPacket(BULK_IN, 0, 5, b"HELLO")),
        ]
        guest.send(BulkPacket(BULK_IN, 0, 512), 72)
        coding = ControlPacket(0, 0x21, 0xA1, 0, 0, 0, 7)
        assert isinstance(await guest.ask(coding), ControlPacket)  # so 72 is waiting by now
        function.say(b"unasked")
        assert device.on_input
        device.on_input()
        assert await guest.hear() == Framed(72, BulkPacket(BULK_IN, 0, 7, b"unasked"))


async def test_a_read_that_waits_can_be_cancelled(tmp_path: Path) -> None:
    device, _ = serial_device()
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        guest.send(BulkPacket(BULK_IN, 0, 512), 70)
        guest.send(Bare(PacketType.CANCEL_DATA_PACKET), 70)
        cancelled = Framed(70, BulkPacket(BULK_IN, TransferStatus.CANCELLED, 0))
        assert await guest.hear() == cancelled


async def test_the_device_is_configured_as_the_guest_says(tmp_path: Path) -> None:
    device, _ = serial_device()
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        guest.send(Numbers(PacketType.SET_CONFIGURATION, (1,)), 5)
        kinds = [(await guest.hear()).packet.kind for _ in range(3)]
        assert kinds == [
            PacketType.ENDPOINT_INFO,
            PacketType.INTERFACE_INFO,
            PacketType.CONFIGURATION_STATUS,
        ]
        receiving = await guest.ask(Numbers(PacketType.START_INTERRUPT_RECEIVING, (0x83,)))
        assert receiving == Numbers(PacketType.INTERRUPT_RECEIVING_STATUS, (0, 0x83))
        setting = await guest.ask(Numbers(PacketType.GET_ALT_SETTING, (1,)))
        assert setting == Numbers(PacketType.ALT_SETTING_STATUS, (0, 1, 0))


async def test_an_unplugged_device_is_told_again_only_after_the_guest_has_seen_it(
    tmp_path: Path,
) -> None:
    device, _ = card_reader(CARD)
    async with (
        UsbredirServer(device, tmp_path / "usb") as server,
        guest_of(tmp_path / "usb") as guest,
    ):
        await met(guest)
        server.unplug()
        assert (await guest.hear()).packet == Bare(PacketType.DEVICE_DISCONNECT)
        server.plug()
        guest.send(BulkPacket(0x81, 0, 13), 8)  # for the device that is gone: never answered
        guest.send(Bare(PacketType.DEVICE_DISCONNECT_ACK))
        kinds = [(await guest.hear()).packet.kind for _ in range(3)]
        assert kinds == [
            PacketType.ENDPOINT_INFO,
            PacketType.INTERFACE_INFO,
            PacketType.DEVICE_CONNECT,
        ]


async def test_a_cable_pulled_at_a_transfer_is_a_disconnect(tmp_path: Path) -> None:
    device, _ = card_reader(CARD)
    device.unplug_at_transfer = 2
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        asked = ControlPacket(0x80, 6, 0x80, 0, 0x0100, 0, 18)
        assert isinstance(await guest.ask(asked), ControlPacket)
        guest.send(asked, 2)
        assert (await guest.hear()).packet == Bare(PacketType.DEVICE_DISCONNECT)


async def test_a_guest_that_talks_nonsense_is_hung_up_on_and_the_next_one_served(
    tmp_path: Path,
) -> None:
    device, _ = card_reader(CARD)
    async with UsbredirServer(device, tmp_path / "usb") as server:
        async with guest_of(tmp_path / "usb") as guest:
            await met(guest)
            guest.send(Hello("again", WE_CAN))
            assert await guest.is_hung_up_on()
            assert "hello" in server.complaint
        async with guest_of(tmp_path / "usb") as guest:
            assert len(await met(guest)) == 4


async def test_a_second_guest_is_turned_away(tmp_path: Path) -> None:
    device, _ = card_reader(CARD)
    async with UsbredirServer(device, tmp_path / "usb"), guest_of(tmp_path / "usb") as guest:
        await met(guest)
        async with guest_of(tmp_path / "usb") as second:
            assert await second.is_hung_up_on()
        asked = ControlPacket(0x80, 6, 0x80, 0, 0x0100, 0, 18)
        assert isinstance(await guest.ask(asked), ControlPacket)


async def test_a_server_on_a_port_listens_at_the_loopback_only() -> None:
    device, _ = card_reader(CARD)
    async with UsbredirServer(device) as server:
        sockets = psutil.Process().net_connections("tcp")
        assert {s.laddr.ip for s in sockets if s.laddr.port == server.port} == {"127.0.0.1"}
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert len(await met(Guest(reader, writer))) == 4
        writer.close()
        await writer.wait_closed()
