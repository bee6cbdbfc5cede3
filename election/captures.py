"""Bytes exactly as a device gave them, before anybody interprets them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256


class Ending(StrEnum):
    """Why a driver considered a capture finished."""

    WHOLE = "whole"
    """The device or file said that this is all: end marker, form feed, complete file."""
    IDLE = "idle"
    """The line went quiet without an end mark."""
    CUT = "cut"
    """The next report began before this one had ended: the paper ran out, or the power went."""
    UNPLUGGED = "unplugged"
    """The device vanished in the middle."""
    OVERFLOW = "overflow"
    """The job was larger than the bound; the rest follows as further captures."""
    STOPPED = "stopped"
    """The daemon was stopped in the middle."""
    UNREADABLE = "unreadable"
    """A medium that is there could not be read to its end, or not a second time."""
    UNSTABLE = "unstable"
    """Two whole readings of the medium differ; both are kept, and nobody may interpret either."""


class WriteProtection(StrEnum):
    """What was seen of a medium's write-protect switch, before anything else was done with it."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"
    """The device does not tell."""
    NOT_APPLICABLE = "not-applicable"
    """There is no switch: a PEB, or an image in a file."""


@dataclass(frozen=True)
class LineErrors:
    """What the serial driver of the kernel counted while a capture arrived."""

    framing: int = 0
    parity: int = 0
    overrun: int = 0
    breaks: int = 0
    buffer_overruns: int = 0

    def __bool__(self) -> bool:
        return any((self.framing, self.parity, self.overrun, self.breaks, self.buffer_overruns))


@dataclass(frozen=True)
class MediumReading:
    """How a medium was read: what a driver saw beside the bytes."""

    write_protection: WriteProtection
    identity: str
    """Of the device as it calls itself: vendor, product, serial and port path."""
    readings: int = 2
    """Whole readings that were made, one after the other."""
    differs_at: int | None = None
    """Offset of the first byte in which two of them differ; None where all are equal."""
    facts: tuple[str, ...] = ()
    """What else the device said: INQUIRY, CIS tuples, battery, capacity, ..., in plain words."""


@dataclass(frozen=True)
class Capture:
    """One report, card or file as it came, with what the driver saw while reading it.

    `content` is never changed: no byte is stripped, decoded or repaired.
    """

    content: bytes
    device: str
    """Name of the device in the gateway's configuration."""
    medium: str
    """What carried the bytes: `print-line`, `file`, ..."""
    taken_at: datetime
    """UTC, when the last byte arrived."""
    ending: Ending = Ending.WHOLE
    name: str = ""
    """File name or port, for people; never used as a key."""
    line_errors: LineErrors | None = None
    """None where the transport does not count them (pty, socket, file)."""
    longest_gap_s: float = 0.0
    """Longest silence between two reads of this capture, in seconds."""
    notes: tuple[str, ...] = field(default=())
    reading: MediumReading | None = None
    """None where the bytes came by themselves: print line, drop folder."""

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits."""
        return sha256(self.content).hexdigest()
