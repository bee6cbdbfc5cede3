"""A serial line behind an RFC 2217 port server: here line settings arrive, as a pty has none."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

import serial
from serial.rfc2217 import PortManager

PATIENCE_S = 5.0
"""Longest wait for the driver to connect, or to end."""

WRONG_SPEED = 0xFF
"""What is left of a byte that was sampled at another speed: it is inverted, for want of better."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How one end of a line arranges its bits."""

    baud: int = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"

    def __str__(self) -> str:
        return f"{self.baud} {self.data_bits}{self.parity}1"


def as_received(data: bytes, sender: Framing, receiver: Framing) -> bytes:
    """Return what `receiver` makes of what `sender` sends in ten bits a character."""
    if sender.baud != receiver.baud:
        return bytes(byte ^ WRONG_SPEED for byte in data)
    return bytes(_eight_bits(byte, sender) & (1 << receiver.data_bits) - 1 for byte in data)


class Rfc2217Port:
    """A port server on loopback for one driver at a time; `device` is what is plugged into it."""

    def __init__(self, device: Framing | None = None) -> None:
        self.device = device or Framing()
        self.url = ""
        """Where a driver connects."""
        self._line = serial.serial_for_url("loop://", timeout=0)
        self._peer: socket.socket | None = None
        self._connected = threading.Event()
        self._sending = threading.Lock()

    @property
    def asked(self) -> Framing:
        """What the driver has asked for."""
        line = self._line
        return Framing(int(line.baudrate), line.bytesize, line.parity)  # type: ignore[arg-type]  # pyserial's types are wider

    @property
    def flow_control(self) -> str:
        """What the driver has asked for: `none`, `xonxoff` or `rtscts`."""
        return "xonxoff" if self._line.xonxoff else "rtscts" if self._line.rtscts else "none"

    def send(self, data: bytes) -> None:
        """Let the device send `data`; the driver gets what its settings make of it."""
        assert self._connected.wait(PATIENCE_S), "no driver came"
        received = as_received(data, self.device, self.asked)
        self.write(b"".join(self._manager.escape(received)))

    def write(self, data: bytes) -> None:
        """Send bytes of the protocol; PortManager calls this with its answers."""
        with self._sending:
            assert self._peer is not None
            self._peer.sendall(data)

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(PATIENCE_S)
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="rfc2217-port")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # nobody came, or the driver went first
            (self._peer or self._server).shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_S)
        self._line.close()

    def _serve(self) -> None:
        with self._server, suppress(OSError):
            self._peer, _ = self._server.accept()
            self._manager = PortManager(self._line, self)  # type: ignore[arg-type]  # stubs are too narrow
            self._connected.set()
            with self._peer:
                while received := self._peer.recv(1024):
                    for _ in self._manager.filter(received):
                        pass


def _eight_bits(byte: int, sender: Framing) -> int:
    """Return the eight bits after the start bit: seven and a parity bit, or eight."""
    if sender.data_bits == 8:
        return byte
    seven = byte & 0x7F
    if sender.parity == "N":
        return seven | 0x80  # the stop bit stands where the eighth is looked for
    odd = seven.bit_count() & 1
    return seven | (odd if sender.parity == "E" else 1 - odd) << 7
