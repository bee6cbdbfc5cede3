"""Gives one simulated device to QEMU over a socket: `-device usb-redir,chardev=...`."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Self

from simulators.usb.device import SimulatedUsbDevice
from simulators.usb.usbredir.codec import Framed, ProtocolError, UsbredirCodec
from simulators.usb.usbredir.exported import ExportedDevice
from simulators.usb.usbredir.packets import (
    Bare,
    BulkPacket,
    Capability,
    ControlPacket,
    Hello,
    Packet,
    PacketType,
)

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 1 << 16
OUR_NAME = "zerotape simulator"
WE_CAN = (
    Capability.CONNECT_DEVICE_VERSION
    | Capability.DEVICE_DISCONNECT_ACK
    | Capability.ENDPOINT_PACKET_SIZES
    | Capability.LONG_IDS
    | Capability.LONG_BULK
)


class UsbredirServer:
    """Listens at a path, or at a port of the loopback (0: any), and serves one guest at a time.

    `plug` and `unplug` may be called at any time, in the loop that entered it.
    """

    def __init__(self, device: SimulatedUsbDevice, at: Path | int = 0) -> None:
        self.device = device
        self.complaint = ""
        """Why the last guest was hung up on; empty where none was."""
        self._at = at
        self._exported = ExportedDevice(device)
        self._guest: _Guest | None = None
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that is listened at."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def guest_name(self) -> str:
        """How the guest that is connected calls itself; empty without one."""
        return self._guest.name if self._guest else ""

    async def __aenter__(self) -> Self:
        if isinstance(self._at, Path):
            self._server = await asyncio.start_unix_server(self._accept, self._at)
        else:
            self._server = await asyncio.start_server(self._accept, LOOPBACK, self._at)
        self.device.on_input = self._send_arrived
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self.device.on_input = None
        self._server.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        await self._server.wait_closed()

    def plug(self) -> None:
        """Plug the device in, as a new one."""
        self.device.plugged, self.device.transfers = True, 0
        self.device.reset()
        self._introduce()

    def unplug(self) -> None:
        """Pull the device out; transfers under way end with it."""
        self.device.plugged = False
        self._exported.forget()
        if self._guest and self._guest.has_device:
            self._guest.has_device = False
            self._guest.send(Bare(PacketType.DEVICE_DISCONNECT))
            self._guest.owes_acknowledgement = (
                Capability.DEVICE_DISCONNECT_ACK in self._guest.codec.shared
            )

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._guest is not None:
            writer.close()
            return
        self._guest = _Guest(writer)
        task = asyncio.create_task(self._serve(reader, self._guest))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, guest: "_Guest") -> None:
        guest.send(Hello(OUR_NAME, WE_CAN))
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                for framed in guest.codec.feed(chunk):
                    await self._hear(guest, framed)
                await guest.writer.drain()
        except ProtocolError as error:
            self.complaint = str(error)
        except ConnectionError:
            pass  # the guest was killed
        finally:
            self._guest = None
            self._exported.forget()
            guest.writer.close()
        with suppress(ConnectionError):
            await guest.writer.wait_closed()

    async def _hear(self, guest: "_Guest", framed: Framed) -> None:
        match framed.packet:
            case Hello(version=name):
                guest.name = name or "a guest without a name"
                self._introduce()
            case Bare(kind=PacketType.DEVICE_DISCONNECT_ACK):
                guest.owes_acknowledgement = False
                self._introduce()
            case _ if guest.has_device:  # else it does not know yet that the device is gone
                await self._answer(guest, framed)

    async def _answer(self, guest: "_Guest", framed: Framed) -> None:
        if isinstance(framed.packet, ControlPacket | BulkPacket):
            self.device.begin_transfer()
        if not self.device.plugged:
            self.unplug()
            return
        for answer in self._exported.answer(framed):
            if self.device.pace and isinstance(answer.packet, BulkPacket):
                await asyncio.sleep(answer.packet.length / self.device.pace)
            if guest.has_device:
                guest.send(answer.packet, answer.number)

    def _introduce(self) -> None:
        guest = self._guest
        if guest and guest.name and self.device.plugged and not guest.owes_acknowledgement:
            for packet in self._exported.introduction():
                guest.send(packet)
            guest.has_device = True

    def _send_arrived(self) -> None:
        if self._guest and self._guest.has_device:
            for answer in self._exported.arrived():
                self._guest.send(answer.packet, answer.number)


class _Guest:
    """The connection to one guest."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.codec = UsbredirCodec()
        self.name = ""
        self.has_device = False
        self.owes_acknowledgement = False
        """It has not said yet that it saw the unplug."""

    def send(self, packet: Packet, number: int = 0) -> None:
        self.writer.write(self.codec.encode(packet, number))
