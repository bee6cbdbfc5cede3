"""A simulated cradle behind RFC 2217: a serial port on the network, line settings included."""

import asyncio
from contextlib import suppress
from typing import Self

import serial
from serial.rfc2217 import PortManager

from simulators.cradle.cable import Cable

CHUNK_BYTES = 4096


class CradleServer:
    """Serves one driver after the other on the loopback interface while it is entered."""

    def __init__(self, cable: Cable) -> None:
        self.url = ""
        """For the driver's settings; known once it is entered."""
        self.line = serial.serial_for_url("loop://", timeout=0)
        """Holds the line settings that the driver asked for."""
        self._cable = cable
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.url = f"rfc2217://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
        self.line.close()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="cradle behind RFC 2217")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        manager = PortManager(self.line, writer)  # type: ignore[arg-type]  # stubs are too narrow
        try:
            with suppress(ConnectionError):
                while received := await reader.read(CHUNK_BYTES):
                    delivery = self._cable.carry(b"".join(manager.filter(received)))
                    await asyncio.sleep(delivery.after_s)
                    for portion in delivery.portions:
                        writer.write(b"".join(manager.escape(portion)))
                    await writer.drain()
                    if delivery.unplugged:
                        break
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
