"""Bytes of usbredir 0.7 to packets and back, without any input or output."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from simulators.usb.usbredir.packets import (
    BARE,
    ENDPOINTS,
    NUMBER_COUNTS,
    VERSION_BYTES,
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
    Unknown,
)

MAX_BODY_BYTES = (1 << 20) + 64
"""A transfer of one MiB and its header; Linux asks a card reader for 120 KiB at most."""

MAX_INTERFACES = 32

SHORT_HEADER = struct.Struct("<III")
LONG_HEADER = struct.Struct("<IIQ")
CONNECT = struct.Struct("<BBBBHH")
CONTROL = struct.Struct("<BBBBHHH")
BULK = struct.Struct("<BBHI")
INTERRUPT = struct.Struct("<BBH")
COUNT = struct.Struct("<I")
HALF = struct.Struct("<H")
PACKET_SIZES = struct.Struct(f"<{ENDPOINTS}H")


class ProtocolError(ValueError):
    """Bytes that are no usbredir; nothing after them can be understood."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A packet with the number that its answer bears; 0 where nobody asked."""

    number: int
    packet: Packet


class UsbredirCodec:
    """One side of one connection; learns from the two hellos what both sides can."""

    def __init__(self) -> None:
        self._buffer = bytearray()  # never longer than one packet plus one chunk
        self._said: Capability | None = None
        self._heard: Capability | None = None

    @property
    def shared(self) -> Capability:
        """What both sides can; nothing until both hellos have been seen."""
        if self._said is None or self._heard is None:
            return Capability(0)
        return self._said & self._heard

    def encode(self, packet: Packet, number: int = 0) -> bytes:
        """Return the bytes of `packet`."""
        body = _body(packet, self.shared)
        if isinstance(packet, Hello):
            self._said = packet.capabilities
            return SHORT_HEADER.pack(packet.kind, len(body), number) + body
        return self._header.pack(packet.kind, len(body), number) + body

    def feed(self, chunk: bytes) -> list[Framed]:
        """Return the packets that `chunk` completes; raise ProtocolError."""
        self._buffer += chunk
        found = []
        while (framed := self._next()) is not None:
            found.append(framed)
        return found

    @property
    def _header(self) -> struct.Struct:
        return LONG_HEADER if Capability.LONG_IDS in self.shared else SHORT_HEADER

    def _next(self) -> Framed | None:
        header = SHORT_HEADER if self._heard is None else self._header  # of a hello: always short
        if len(self._buffer) < header.size:
            return None
        kind, size, number = header.unpack_from(self._buffer)
        if size > MAX_BODY_BYTES:
            raise ProtocolError(f"a packet of {size} bytes; {MAX_BODY_BYTES} are the most")
        if (self._heard is None) != (kind == PacketType.HELLO):
            raise ProtocolError(f"a packet of kind {kind} where a hello is due, or a second hello")
        end = header.size + size
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[header.size : end])
        del self._buffer[:end]
        packet = _packet(kind, body, self.shared)
        if isinstance(packet, Hello):
            self._heard = packet.capabilities
        return Framed(number, packet)


def _body(packet: Packet, shared: Capability) -> bytes:  # noqa: PLR0911  # one for each kind
    match packet:
        case Hello():
            version = packet.version.encode()[: VERSION_BYTES - 1].ljust(VERSION_BYTES, b"\0")
            return version + COUNT.pack(packet.capabilities)
        case DeviceConnect():
            ids = (packet.vendor, packet.product)
            version = HALF.pack(packet.version)
            known = Capability.CONNECT_DEVICE_VERSION in shared
            return CONNECT.pack(packet.speed, *packet.device_class, *ids) + version * known
        case InterfaceInfo():
            return _interface_columns(packet.interfaces)
        case EndpointInfo():
            return _endpoint_columns(packet.rows, shared)
        case Bare():
            return b""
        case Numbers():
            return bytes(packet.numbers)
        case FilterRules():
            return packet.rules.encode() + b"\0"
        case Unknown():
            return packet.body
        case ControlPacket() | BulkPacket() | InterruptPacket():
            return _transfer_header(packet, shared) + packet.data


def _interface_columns(interfaces: tuple[tuple[int, int, int, int], ...]) -> bytes:
    columns = [bytes(row[i] for row in interfaces) for i in range(4)]
    return COUNT.pack(len(interfaces)) + b"".join(c.ljust(MAX_INTERFACES, b"\0") for c in columns)


def _transfer_header(
    packet: ControlPacket | BulkPacket | InterruptPacket, shared: Capability
) -> bytes:
    match packet:
        case ControlPacket():
            return CONTROL.pack(
                packet.endpoint,
                packet.request,
                packet.request_kind,
                packet.status,
                packet.value,
                packet.index,
                packet.length,
            )
        case BulkPacket():
            high, low = divmod(packet.length, 1 << 16)
            is_long = Capability.LONG_BULK in shared
            if high and not is_long:
                raise ProtocolError(
                    f"a transfer of {packet.length} bytes to a side that takes 65535"
                )
            head = BULK.pack(packet.endpoint, packet.status, low, packet.stream)
            return head + HALF.pack(high) * is_long
        case InterruptPacket():
            return INTERRUPT.pack(packet.endpoint, packet.status, packet.length)


def _endpoint_columns(rows: tuple[EndpointRow, ...], shared: Capability) -> bytes:
    columns = (
        bytes(row.kind for row in rows),
        bytes(row.interval for row in rows),
        bytes(row.interface for row in rows),
    )
    sizes = PACKET_SIZES.pack(*(row.packet_bytes for row in rows))
    return b"".join(columns) + sizes * (Capability.ENDPOINT_PACKET_SIZES in shared)


def _packet(kind: int, body: bytes, shared: Capability) -> Packet:
    if kind in NUMBER_COUNTS:
        _expect(kind, body, NUMBER_COUNTS[PacketType(kind)])
        return Numbers(PacketType(kind), tuple(body))
    if kind in BARE:
        _expect(kind, body, 0)
        return Bare(PacketType(kind))
    reader = READERS.get(kind)
    return reader(body, shared) if reader else Unknown(kind, body)


def _expect(kind: int, body: bytes, size: int) -> None:
    if len(body) != size:
        raise ProtocolError(f"{len(body)} bytes in a packet of kind {kind}, which has {size}")


def _hello(body: bytes, _shared: Capability) -> Hello:
    rest = body[VERSION_BYTES:]
    if len(body) < VERSION_BYTES or len(rest) % COUNT.size:
        raise ProtocolError(f"a hello of {len(body)} bytes")
    version = body[:VERSION_BYTES].split(b"\0", 1)[0].decode("ascii", "replace")
    known = int.from_bytes(rest[: COUNT.size], "little") & sum(Capability)
    return Hello(version, Capability(known))


def _device_connect(body: bytes, shared: Capability) -> DeviceConnect:
    has_version = Capability.CONNECT_DEVICE_VERSION in shared
    _expect(PacketType.DEVICE_CONNECT, body, CONNECT.size + HALF.size * has_version)
    speed, *device_class, vendor, product = CONNECT.unpack_from(body)
    version = HALF.unpack_from(body, CONNECT.size)[0] if has_version else 0
    a, b, c = device_class
    return DeviceConnect(speed, (a, b, c), vendor, product, version)


def _interface_info(body: bytes, _shared: Capability) -> InterfaceInfo:
    _expect(PacketType.INTERFACE_INFO, body, COUNT.size + 4 * MAX_INTERFACES)
    (count,) = COUNT.unpack_from(body)
    if count > MAX_INTERFACES:
        raise ProtocolError(f"{count} interfaces; {MAX_INTERFACES} are the most")
    numbers, kinds, subkinds, protocols = (
        body[COUNT.size + i * MAX_INTERFACES :][:count] for i in range(4)
    )
    return InterfaceInfo(tuple(zip(numbers, kinds, subkinds, protocols, strict=True)))


def _endpoint_info(body: bytes, shared: Capability) -> EndpointInfo:
    has_sizes = Capability.ENDPOINT_PACKET_SIZES in shared
    has_streams = Capability.BULK_STREAMS in shared
    size = 3 * ENDPOINTS + PACKET_SIZES.size * has_sizes + 4 * ENDPOINTS * has_streams
    _expect(PacketType.ENDPOINT_INFO, body, size)
    sizes = PACKET_SIZES.unpack_from(body, 3 * ENDPOINTS) if has_sizes else (0,) * ENDPOINTS
    kinds, intervals, interfaces = (body[i * ENDPOINTS :][:ENDPOINTS] for i in range(3))
    rows = zip(kinds, intervals, interfaces, sizes, strict=True)
    return EndpointInfo(tuple(EndpointRow(*row) for row in rows))


def _filter_rules(body: bytes, _shared: Capability) -> FilterRules:
    if not body.endswith(b"\0"):
        raise ProtocolError("filter rules without their end")
    return FilterRules(body[:-1].decode("ascii", "replace"))


def _control(body: bytes, _shared: Capability) -> ControlPacket:
    head, data = _split(body, CONTROL.size)
    endpoint, request, kind, status, value, index, length = CONTROL.unpack(head)
    return ControlPacket(
        endpoint, request, kind, status, value, index, length, _carried(data, length)
    )


def _bulk(body: bytes, shared: Capability) -> BulkPacket:
    is_long = Capability.LONG_BULK in shared
    head, data = _split(body, BULK.size + HALF.size * is_long)
    endpoint, status, length, stream = BULK.unpack_from(head)
    if is_long:
        length |= HALF.unpack_from(head, BULK.size)[0] << 16
    return BulkPacket(endpoint, status, length, _carried(data, length), stream)


def _interrupt(body: bytes, _shared: Capability) -> InterruptPacket:
    head, data = _split(body, INTERRUPT.size)
    endpoint, status, length = INTERRUPT.unpack(head)
    return InterruptPacket(endpoint, status, length, _carried(data, length))


def _split(body: bytes, size: int) -> tuple[bytes, bytes]:
    if len(body) < size:
        raise ProtocolError(f"{len(body)} bytes where a header has {size}")
    return body[:size], body[size:]


def _carried(data: bytes, length: int) -> bytes:
    """Return the data of a transfer, which may travel the other way; raise ProtocolError."""
    if data and len(data) != length:
        raise ProtocolError(f"{len(data)} bytes of data where {length} are said to be")
    return data


READERS: dict[int, Callable[[bytes, Capability], Packet]] = {
    PacketType.HELLO: _hello,
    PacketType.DEVICE_CONNECT: _device_connect,
    PacketType.INTERFACE_INFO: _interface_info,
    PacketType.ENDPOINT_INFO: _endpoint_info,
    PacketType.FILTER_FILTER: _filter_rules,
    PacketType.CONTROL: _control,
    PacketType.BULK: _bulk,
    PacketType.INTERRUPT: _interrupt,
}
