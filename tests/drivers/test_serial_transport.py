"""What a serial line gives, and that nothing of pyserial shows above the transport."""

import errno
import os
import socket
import struct
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import serial
from pydantic import ValidationError
from serial.rfc2217 import PortManager

from drivers import serial_transport
from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch
from drivers.serial_transport import LineSettings, SerialTransport, device_errors
from election.captures import LineErrors
from election.errors import Transient
from simulators.pty_port import PtyPort as SimulatedPort

if TYPE_CHECKING:
    from tests.drivers.conftest import PtyPort


def transport(url: object, **settings: Any) -> SerialTransport:
    return SerialTransport("line 1", LineSettings(url=str(url), **settings))


@pytest.fixture
def line(port: "PtyPort") -> Iterator[SerialTransport]:
    line = transport(port.path)
    line.open()
    with closing(line):
        yield line


def read(line: SerialTransport, count: int) -> bytes:
    """Return `count` bytes; the test's time limit ends it when they never come."""
    got = b""
    while len(got) < count:
        got += line.read()
    return got


def test_a_read_returns_what_has_come_and_nothing_on_silence(
    port: "PtyPort", line: SerialTransport
) -> None:
    assert line.read() == b""
    port.write(b"\x18ZERO\r\n\x11\x13\xff")
    assert read(line, 10) == b"\x18ZERO\r\n\x11\x13\xff"


def test_an_unplug_is_told_as_gone_by_the_next_read_and_closing_still_works(
    port: "PtyPort", line: SerialTransport
) -> None:
    port.unplug()
    with pytest.raises(DeviceGone, match="line 1 is gone"):
        line.read()
    line.close()
    with pytest.raises(DeviceGone):
        line.read()


@pytest.mark.parametrize(
    ("settings", "index", "expected", "mask"),
    [
        ({"baud": 1200}, 4, termios.B1200, ~0),
        ({"stop_bits": 2}, 2, termios.CSTOPB, termios.CSTOPB),
        ({"flow_control": "rtscts"}, 2, termios.CRTSCTS, termios.CRTSCTS),
        (
            {"flow_control": "xonxoff"},
            0,
            termios.IXON | termios.IXOFF,
            termios.IXON | termios.IXOFF,
        ),
        ({}, 0, 0, termios.IXON | termios.IXOFF | termios.ICRNL | termios.ISTRIP),
        ({}, 4, termios.B9600, ~0),
    ],
)
def test_line_settings_reach_the_port(
    port: "PtyPort", settings: dict[str, Any], index: int, expected: int, mask: int
) -> None:
    line = transport(port.path, **settings)
    line.open()
    with closing(line):
        assert port.attributes()[index] & mask == expected


def test_a_port_that_is_not_there_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DeviceGone):
        transport(tmp_path / "ttyUSB0").open()


def test_a_network_port_that_nobody_serves_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    with pytest.raises(DeviceGone):
        transport(f"socket://127.0.0.1:{number}").open()


@pytest.mark.parametrize("url", ["nonsense://x", "socket://no-port", "socket://x:99999"])
def test_an_impossible_url_is_refused(url: str) -> None:
    with pytest.raises(DeviceRefused, match="Correct its url"):
        transport(url).open()


def test_a_file_or_folder_is_refused_as_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "tape.txt").write_bytes(b"ZERO")
    for path in (tmp_path, tmp_path / "tape.txt"):
        with pytest.raises(DeviceRefused, match="no serial port"):
            transport(path).open()


def test_settings_that_the_port_does_not_support_are_refused(port: "PtyPort") -> None:
    first = transport(port.path, data_bits=7, parity="even")
    first.open()  # a pty accepts and ignores them once
    first.close()
    with pytest.raises(DeviceRefused, match="does not support these line settings"):
        transport(port.path, data_bits=7, parity="even").open()


def test_a_port_that_another_program_holds_is_blocked_until_it_is_closed(
    port: "PtyPort", line: SerialTransport
) -> None:
    second = transport(port.path)
    with pytest.raises(DeviceBlocked, match="another program"):
        second.open()
    line.close()
    second.open()
    second.close()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EIO, "I/O error"), DeviceGone),
        (termios.error(errno.EIO, "I/O error"), DeviceGone),
        (termios.error(errno.EINVAL, "Invalid argument"), DeviceRefused),
        (serial.SerialException("device disconnected"), DeviceGone),
        (PermissionError(errno.EACCES, "Permission denied"), DeviceBlocked),
        (serial.SerialException(errno.EBUSY, "busy"), DeviceBlocked),
        (ValueError("Not a valid baudrate"), DeviceRefused),
    ],
)
def test_what_pyserial_raises_becomes_one_of_ours(
    error: Exception, expected: type[Exception]
) -> None:
    with pytest.raises(expected) as told, device_errors("line 1"):
        raise error
    assert told.value.__cause__ is error
    assert isinstance(told.value, Transient) == (expected is not DeviceRefused)


def test_a_pty_counts_no_line_errors(line: SerialTransport) -> None:
    assert line.line_errors() is None


def test_line_errors_are_read_from_the_kernel_structure(
    line: SerialTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    # <linux/serial.h>: cts dsr rng dcd rx tx frame overrun parity brk buf_overrun reserved[9]
    counters = struct.pack("20i", 1, 2, 3, 4, 5, 6, 70, 80, 90, 100, 110, *[0] * 9)
    asked = []

    def uart(fd: int, request: int, _: bytes) -> bytes:
        asked.append((os.ttyname(fd), request))
        return counters

    monkeypatch.setattr(serial_transport, "ioctl", uart)
    assert line.line_errors() == LineErrors(
        framing=70, overrun=80, parity=90, breaks=100, buffer_overruns=110
    )
    assert [request for _, request in asked] == [0x545D]


def test_a_line_in_memory_is_silent_and_counts_nothing() -> None:
    line = transport("loop://")
    line.open()
    with closing(line):
        assert line.read() == b""
        assert line.line_errors() is None


def test_a_network_line_is_read_until_its_far_end_closes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = transport(f"socket://127.0.0.1:{server.getsockname()[1]}")
        line.open()
        with closing(line):
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"ZERO TAPE\r\n")
                assert read(line, 11) == b"ZERO TAPE\r\n"
                assert line.line_errors() is None
            with pytest.raises(DeviceGone):
                line.read()


class Rfc2217Port(threading.Thread):
    """A line behind RFC 2217: `line` holds the settings that the driver asked for."""

    def __init__(self) -> None:
        super().__init__(name="rfc2217")
        self.line = serial.serial_for_url("loop://", timeout=0)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"

    def write(self, data: bytes) -> None:
        """Send to the driver; PortManager calls this with its answers."""
        self._peer.sendall(data)

    def run(self) -> None:
        """Serve one driver until it closes the port."""
        self._peer, _ = self._server.accept()
        manager = PortManager(self.line, self)  # type: ignore[arg-type]  # stubs are too narrow
        with self._server, self._peer:
            while received := self._peer.recv(1024):
                for _ in manager.filter(received):
                    pass


def test_even_parity_and_seven_bits_reach_a_port_server_and_its_bytes_come_back() -> None:
    port = Rfc2217Port()
    port.start()
    line = transport(
        port.url, baud=1200, data_bits=7, parity="even", stop_bits=2, flow_control="rtscts"
    )
    line.open()
    try:
        asked = port.line
        assert (asked.baudrate, asked.bytesize, asked.parity, asked.stopbits, asked.rtscts) == (
            (1200, 7, "E", 2, True)
        )
        port.write(b"ZERO TAPE\r\n")
        assert read(line, 11) == b"ZERO TAPE\r\n"
    finally:
        line.close()
        port.join(5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bauds": 9600},
        {"baud": "9600"},
        {"data_bits": 9},
        {"parity": "EVEN"},
        {"stop_bits": 3},
        {"flow_control": "both"},
        {"url": ""},
    ],
)
def test_a_misspelt_or_impossible_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        LineSettings.model_validate({"url": "/dev/ttyUSB0"} | wrong)


def test_what_is_written_reaches_the_device_byte_for_byte(
    port: "PtyPort", line: SerialTransport
) -> None:
    line.write(b"\xa5\x5a\x11\x13\n\r\x00\xff")
    assert port.received(8) == b"\xa5\x5a\x11\x13\n\r\x00\xff"


def test_a_device_that_takes_nothing_more_is_gone_after_the_write_wait(
    port: "PtyPort", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_transport, "WRITE_WAIT_S", 0.1)
    line = transport(port.path)
    line.open()
    with closing(line), pytest.raises(DeviceGone, match="timeout"):
        line.write(bytes(1_000_000))


def test_writing_to_an_unplugged_line_is_told_as_gone(
    port: "PtyPort", line: SerialTransport
) -> None:
    port.unplug()
    with pytest.raises(DeviceGone):
        line.write(b"HELLO")


def test_a_read_waits_as_long_as_it_is_told(port: "PtyPort") -> None:
    line = SerialTransport("line 1", LineSettings(url=str(port.path)), read_wait_s=0.01)
    line.open()
    with closing(line):
        begun = time.monotonic()
        assert [line.read() for _ in range(5)] == [b""] * 5
        assert time.monotonic() - begun >= 0.05


def send(port: SimulatedPort, data: bytes) -> None:
    assert port.ends is not None
    os.write(port.ends.device, data)


def plugged(node: Path, port: str) -> AttachedDevice:
    return AttachedDevice(Attachment.SERIAL, node, "0403", "6001", port=port, model="UART")


def test_a_matched_line_is_looked_for_at_every_open_as_its_node_changes(tmp_path: Path) -> None:
    first, second = SimulatedPort(tmp_path / "ttyUSB0"), SimulatedPort(tmp_path / "ttyUSB1")
    bus = [plugged(first.path, "1-1")]
    settings = LineSettings(match=DeviceMatch(vendor="0403", port="1-1"))
    line = SerialTransport("line 1", settings, attached=lambda: tuple(bus))
    for port in (first, second):
        port.plug()
        bus[:] = [plugged(port.path, "1-1")]
        line.open()
        with closing(line):
            send(port, b"ZERO")
            assert read(line, 4) == b"ZERO"
        port.unplug()


def test_of_two_alike_the_one_at_the_port_is_opened_and_without_a_port_none(
    tmp_path: Path,
) -> None:
    mine, other = SimulatedPort(tmp_path / "ttyUSB0"), SimulatedPort(tmp_path / "ttyUSB1")
    both = (plugged(other.path, "1-1"), plugged(mine.path, "1-2"))
    by_port = SerialTransport(
        "line 1", LineSettings(match=DeviceMatch(port="1-2")), attached=lambda: both
    )
    mine.plug()
    by_port.open()
    with closing(by_port):
        send(mine, b"MINE")
        assert read(by_port, 4) == b"MINE"
    mine.unplug()
    by_model = LineSettings(match=DeviceMatch(model="UART"))
    with pytest.raises(DeviceBlocked, match="fits 2 devices"):
        SerialTransport("line 1", by_model, attached=lambda: both).open()


def test_a_matched_line_that_is_not_plugged_in_is_gone() -> None:
    settings = LineSettings(match=DeviceMatch(serial="A1"))
    with pytest.raises(DeviceGone, match="nothing with serial A1 is plugged in"):
        SerialTransport("line 1", settings, attached=tuple).open()


@pytest.mark.parametrize("both", [{}, {"url": "/dev/ttyUSB0", "match": {"serial": "A1"}}])
def test_a_line_is_named_by_url_or_match_and_not_by_both_or_neither(both: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="by `url` or by `match`"):
        LineSettings.model_validate(both)
