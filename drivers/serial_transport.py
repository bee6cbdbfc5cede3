"""A serial line behind one class. Nothing else imports pyserial, or knows what it raises."""

import errno
import struct
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path
from typing import Annotated, Literal, Self

import serial
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from drivers.errors import DeviceBlocked, DeviceGone, DeviceRefused
from drivers.hotplug.attached import AttachedDevice, Attachment, DeviceMatch, the_match
from drivers.hotplug.inventory import attached_devices
from election.captures import LineErrors
from election.errors import ZerotapeError

READ_WAIT_S = 0.1
"""Longest time that one read waits for a byte, hence the longest that closing takes."""

WRITE_WAIT_S = 2.0
"""Longest time that one write waits for a device that takes no more bytes."""

READ_BYTES = 4096
"""Most that one read returns: the input buffer of a Linux tty."""

TIOCGICOUNT = 0x545D  # <asm-generic/ioctls.h>; the termios module does not name it
COUNTERS = struct.Struct("20i")
"""`struct serial_icounter_struct` of <linux/serial.h>: cts dsr rng dcd rx tx frame overrun parity
brk buf_overrun reserved[9]."""

PARITIES = {
    "none": serial.PARITY_NONE,
    "even": serial.PARITY_EVEN,
    "odd": serial.PARITY_ODD,
    "mark": serial.PARITY_MARK,
    "space": serial.PARITY_SPACE,
}
BLOCKED = {
    errno.EAGAIN: "another program has it open. Close that program",
    errno.EBUSY: "another program has it open. Close that program",
    errno.EACCES: "permission denied. Let the service's user read and write it, by a udev rule",
    errno.EPERM: "permission denied. Let the service's user read and write it, by a udev rule",
}
REFUSED = {
    errno.EINVAL: "it does not support these line settings. Correct baud, data bits, parity, "
    "stop bits or flow control",
    errno.ENOTTY: "it is no serial port. Correct the url",
    errno.EISDIR: "it is no serial port. Correct the url",
}


def _beside_the_file(url: str, info: ValidationInfo) -> str:
    folder: Path | None = (info.context or {}).get("folder")
    return url if folder is None or "://" in url else str(folder / url)


LineUrl = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_beside_the_file)]


class LineSettings(BaseModel):
    """How to reach a serial line, and how its bits are arranged."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    url: LineUrl | None = None
    """`/dev/...`, `socket://host:port`, `rfc2217://host:port`: whatever pyserial can open. A
    relative path begins at the folder of the configuration file."""
    match: DeviceMatch | None = None
    """Which USB device, in place of `url`; its node is looked up whenever the line is opened."""
    baud: int = Field(default=9600, ge=50, le=4_000_000)
    data_bits: Literal[5, 6, 7, 8] = 8
    parity: Literal["none", "even", "odd", "mark", "space"] = "none"
    stop_bits: Literal[1, 2] = 1
    flow_control: Literal["none", "xonxoff", "rtscts"] = "none"
    exclusive: bool = True
    """Keep other programs that ask from opening a local port."""

    @model_validator(mode="after")
    def _one_way_to_it(self) -> Self:
        if (self.url is None) == (self.match is None):
            raise ValueError("name the line by `url` or by `match`, and not by both")
        return self

    @property
    def place(self) -> str:
        """How people find the line: its url, or what it is matched by."""
        return self.url or str(self.match)


class SerialTransport:
    """One serial line. Every method may block: call them from one thread.

    Opening discards what the line had received before (pyserial), so keep it open. An unplug
    discards what had not been read yet (the kernel; with `rfc2217://` pyserial).
    """

    def __init__(
        self,
        device: str,
        settings: LineSettings,
        *,
        read_wait_s: float = READ_WAIT_S,
        attached: Callable[[], tuple[AttachedDevice, ...]] = attached_devices,
    ) -> None:
        self._device = device
        self._settings = settings
        self._read_wait_s = read_wait_s
        self._attached = attached
        self.place = settings.place
        """How people find the line: its url, or, once it is open, the device that was matched."""
        self._port: serial.Serial | None = None

    def open(self) -> None:
        """Open the line; raise DeviceGone, DeviceBlocked or DeviceRefused."""
        chosen = self._settings
        with device_errors(self._device):
            url = self._url()
            self._port = serial.serial_for_url(
                url,
                baudrate=chosen.baud,
                bytesize=chosen.data_bits,
                parity=PARITIES[chosen.parity],
                stopbits=chosen.stop_bits,
                xonxoff=chosen.flow_control == "xonxoff",
                rtscts=chosen.flow_control == "rtscts",
                exclusive=chosen.exclusive or None,
                timeout=self._read_wait_s,
                # pyserial's RFC 2217 client refuses one, and has a limit of its own: 5 s.
                write_timeout=None if url.startswith("rfc2217:") else WRITE_WAIT_S,
            )

    def close(self) -> None:
        """Close the line if it is open; never raises, also when the device is gone."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def read(self) -> bytes:
        """Return what has come, b"" after the read wait without a byte; raise DeviceGone."""
        port = self._opened()
        with device_errors(self._device):
            # Asking for more than is there would wait for it, and lose it at an unplug.
            return port.read(max(1, min(port.in_waiting, READ_BYTES)))

    def write(self, data: bytes) -> None:
        """Send all of `data`; raise DeviceGone, also where nothing is taken for WRITE_WAIT_S."""
        port = self._opened()
        with device_errors(self._device):
            port.write(data)

    def line_errors(self) -> LineErrors | None:
        """Return the counts since the port was first opened; None where nobody counts."""
        port = self._opened()
        try:
            counted = COUNTERS.unpack(ioctl(port.fileno(), TIOCGICOUNT, bytes(COUNTERS.size)))
        except OSError:  # pty, socket, or unplugged; io.UnsupportedOperation is an OSError too
            return None
        _, _, _, _, _, _, framing, overrun, parity, breaks, buffer_overruns, *_ = counted
        return LineErrors(framing, parity, overrun, breaks, buffer_overruns)

    def _url(self) -> str:
        """Return where the line is now: a device that is matched has another node at each plug."""
        if self._settings.match is None:
            return self._settings.place
        line = the_match(self._device, self._settings.match, Attachment.SERIAL, self._attached())
        self.place = str(line)
        return str(line.node)

    def _opened(self) -> serial.Serial:
        if self._port is None:
            raise DeviceGone(self._device, "the line is not open")
        return self._port


@contextmanager
def device_errors(device: str) -> Iterator[None]:
    """Turn whatever pyserial raises into DeviceGone, DeviceBlocked or DeviceRefused."""
    try:
        yield
    except (OSError, termios.error, ValueError) as error:  # termios.error is no OSError
        raise _translated(device, error) from error


def _translated(device: str, error: BaseException) -> ZerotapeError:
    chain = list(_chain(error))
    for number in map(_errno, chain):
        if number in BLOCKED:
            return DeviceBlocked(device, BLOCKED[number])
        if number in REFUSED:
            return DeviceRefused(device, f"{REFUSED[number]} ({error}).")
        if number is not None:
            return DeviceGone(device, str(error))
    if any(isinstance(link, ValueError | TypeError) for link in chain):
        return DeviceRefused(device, f"{error}. Correct its url or line settings.")
    return DeviceGone(device, str(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and what it was raised from: pyserial wraps the cause and drops its errno."""
    while error is not None:
        yield error
        error = error.__context__


def _errno(error: BaseException) -> int | None:
    number = error.args[0] if isinstance(error, termios.error) else getattr(error, "errno", None)
    return number if isinstance(number, int) else None
