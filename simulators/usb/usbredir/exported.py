"""One simulated device as the usbredir protocol sees it: packets in, packets out, no sockets."""

from dataclasses import dataclass, field, replace

from simulators.usb.device import Setup, SimulatedUsbDevice, Stall, TransferKind
from simulators.usb.usbredir.codec import MAX_BODY_BYTES, Framed
from simulators.usb.usbredir.packets import (
    ENDPOINTS,
    NO_ENDPOINT,
    Bare,
    BulkPacket,
    ControlPacket,
    DeviceConnect,
    EndpointInfo,
    EndpointRow,
    InterfaceInfo,
    InterruptPacket,
    Numbers,
    Packet,
    PacketType,
    Speed,
    TransferStatus,
)

TO_HOST = 0x80
MAX_WAITING = 256
"""Transfers that may wait for the device at once; a guest that asks for more is refused."""


@dataclass(slots=True)
class ExportedDevice:
    """Answers what the guest asks of `device`."""

    device: SimulatedUsbDevice
    _waiting: dict[int, BulkPacket] = field(default_factory=dict)
    """IN transfers that the device has nothing for yet, by number, oldest first."""

    def introduction(self) -> list[Packet]:
        """Return what a guest is told of a device that was plugged in."""
        me = self.device.identity
        connect = DeviceConnect(Speed.HIGH, me.kind, me.vendor, me.product, me.version)
        return [*self._layout(), connect]

    def forget(self) -> None:
        """Drop what waits: the device was unplugged, or the guest is gone."""
        self._waiting.clear()

    def answer(self, framed: Framed) -> list[Framed]:
        """Return the answers to one packet of the guest, and to what it lets go on."""
        number, packet = framed.number, framed.packet
        answers: list[Packet] = []
        match packet:
            case BulkPacket():
                return self._bulk(number, packet)
            case ControlPacket():
                answers = [self._control(packet)]
            case InterruptPacket():
                answers = [replace(packet, status=TransferStatus.INVALID, length=0, data=b"")]
            case Numbers():
                answers = self._steered(packet)
            case Bare():
                answers = self._bare(number, packet.kind)
        return [Framed(number, each) for each in answers]

    def arrived(self) -> list[Framed]:
        """Return the answers to waiting transfers that the device has bytes for now."""
        answers = []
        for number, asked in list(self._waiting.items()):
            if (answer := self._given(asked)) is not None:
                del self._waiting[number]
                answers.append(Framed(number, answer))
        return answers

    def _control(self, asked: ControlPacket) -> ControlPacket:
        setup = Setup(asked.request_kind, asked.request, asked.value, asked.index, asked.length)
        try:
            data = self.device.control(setup, asked.data)
        except Stall:
            return replace(asked, status=TransferStatus.STALL, length=0, data=b"")
        is_in = asked.request_kind & TO_HOST
        length = len(data) if is_in else asked.length
        return replace(asked, status=TransferStatus.SUCCESS, length=length, data=data)

    def _bulk(self, number: int, asked: BulkPacket) -> list[Framed]:
        if asked.endpoint & TO_HOST:
            if asked.length > MAX_BODY_BYTES or len(self._waiting) >= MAX_WAITING:
                refused = replace(asked, status=TransferStatus.INVALID, length=0)
                return [Framed(number, refused)]
            self._waiting[number] = asked
            return self.arrived()
        try:
            self.device.function.take(asked.endpoint, asked.data)
        except Stall:
            refused = replace(asked, status=TransferStatus.STALL, length=0, data=b"")
            return [Framed(number, refused)]
        return [
            Framed(number, replace(asked, status=TransferStatus.SUCCESS, data=b"")),
            *self.arrived(),
        ]

    def _given(self, asked: BulkPacket) -> BulkPacket | None:
        try:
            data = self.device.function.give(asked.endpoint, asked.length)
        except Stall:
            return replace(asked, status=TransferStatus.STALL, length=0)
        if data is None:
            return None
        return replace(asked, status=TransferStatus.SUCCESS, length=len(data), data=data)

    def _steered(self, asked: Numbers) -> list[Packet]:
        match asked.kind:
            case PacketType.SET_CONFIGURATION:
                self._waiting.clear()
                self.device.configuration = asked.numbers[0]
                return [*self._layout(), self._configuration()]
            case PacketType.SET_ALT_SETTING:
                interface, setting = asked.numbers
                status = TransferStatus.INVALID if setting else TransferStatus.SUCCESS
                said = Numbers(PacketType.ALT_SETTING_STATUS, (status, interface, 0))
                return [*self._layout(), said]
            case PacketType.GET_ALT_SETTING:
                said = Numbers(
                    PacketType.ALT_SETTING_STATUS, (TransferStatus.SUCCESS, asked.numbers[0], 0)
                )
                return [said]
            case PacketType.START_INTERRUPT_RECEIVING | PacketType.STOP_INTERRUPT_RECEIVING:
                said = Numbers(  # and nothing follows: our devices never interrupt
                    PacketType.INTERRUPT_RECEIVING_STATUS,
                    (TransferStatus.SUCCESS, asked.numbers[0]),
                )
                return [said]
            case _:
                return []

    def _bare(self, number: int, kind: PacketType) -> list[Packet]:
        match kind:
            case PacketType.GET_CONFIGURATION:
                return [self._configuration()]
            case PacketType.CANCEL_DATA_PACKET if number in self._waiting:  # else it is answered
                asked = self._waiting.pop(number)
                return [replace(asked, status=TransferStatus.CANCELLED, length=0)]
            case PacketType.RESET:
                self._waiting.clear()
                self.device.reset()
        return []

    def _configuration(self) -> Numbers:
        numbers = (TransferStatus.SUCCESS, self.device.configuration)
        return Numbers(PacketType.CONFIGURATION_STATUS, numbers)

    def _layout(self) -> list[Packet]:
        interfaces = self.device.function.interfaces
        rows = [NO_ENDPOINT] * ENDPOINTS
        for address in (0x00, TO_HOST):
            rows[_row(address)] = EndpointRow(TransferKind.CONTROL, packet_bytes=64)
        for interface in interfaces:
            for e in interface.endpoints:
                rows[_row(e.address)] = EndpointRow(
                    e.kind, e.interval, interface.number, e.packet_bytes
                )
        kinds = tuple((each.number, *each.kind) for each in interfaces)
        return [EndpointInfo(tuple(rows)), InterfaceInfo(kinds)]


def _row(address: int) -> int:
    return (address & 0x0F) + (16 if address & TO_HOST else 0)
