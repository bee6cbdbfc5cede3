"""Frames of `zt-peb-link-1` (project profile, not the vendor's format): bytes in, frames out."""

from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

VERSION = 1
SYNC = b"\xa5\x5a"
HEAD = Struct("<2sBBBH")
"""Sync, version, type, sequence, length of the payload."""
CHECK = Struct("<H")
MAX_PAYLOAD = 1040
FRAME_SILENCE_S = 0.1
"""Silence within a frame that ends it, seconds; both ends keep to it."""
MAX_FRAME = HEAD.size + MAX_PAYLOAD + CHECK.size


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    0       2     3      4     5     7           7+n   9+n
    +-------+-----+------+-----+-----+-----------+-----+    n    0..1040
    | A5 5A | ver | kind | seq |  n  |  payload  | crc |    crc  CRC-16 over bytes 2..6+n
    +-------+-----+------+-----+-----+-----------+-----+    numbers little-endian
    """

    kind: int
    sequence: int
    """1..255; 0 of an event."""
    payload: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the frame as it crosses the line."""
        head = HEAD.pack(SYNC, VERSION, self.kind, self.sequence, len(self.payload))
        return head + self.payload + CHECK.pack(checksum((head + self.payload)[len(SYNC) :]))


@dataclass(frozen=True, slots=True)
class Damaged:
    """What looked like a frame, and whose checksum is wrong."""

    kind: int
    sequence: int


class FrameDecoder:
    """Cuts a stream into frames; after a fault it drops one byte and hunts for A5 5A."""

    def __init__(self) -> None:
        self._held = bytearray()
        self.dropped = 0
        """Bytes so far that belonged to no sound frame."""

    @property
    def held(self) -> int:
        """Bytes of a frame that has begun; always fewer than MAX_FRAME."""
        return len(self._held)

    def feed(self, chunk: bytes) -> list[Frame | Damaged]:
        """Return what `chunk` completes, in the order of the line."""
        self._held += chunk
        return list(self._cut())

    def silence(self) -> list[Frame | Damaged]:
        """Give up the frame that has begun, and return what its claimed length had hidden."""
        found: list[Frame | Damaged] = []
        while self._held:
            self._drop(1)
            found += self._cut()
        return found

    def _cut(self) -> Iterator[Frame | Damaged]:
        while self._at_a_head():
            _, _, kind, sequence, length = HEAD.unpack_from(self._held)
            end = HEAD.size + length + CHECK.size
            if len(self._held) < end:
                return
            checked = bytes(self._held[len(SYNC) : end])
            if CHECK.pack(checksum(checked[: -CHECK.size])) == checked[-CHECK.size :]:
                del self._held[:end]
                yield Frame(kind, sequence, checked[HEAD.size - len(SYNC) : -CHECK.size])
            else:
                self._drop(1)
                yield Damaged(kind, sequence)

    def _at_a_head(self) -> bool:
        """Drop what cannot begin a frame; say whether a whole head stands in front."""
        while True:
            start = self._held.find(SYNC)
            if start < 0:  # half of a sync may stand at the end
                start = len(self._held) - self._held.endswith(SYNC[:1])
            self._drop(start)
            if len(self._held) < HEAD.size:
                return False
            _, version, _, _, length = HEAD.unpack_from(self._held)
            if version == VERSION and length <= MAX_PAYLOAD:
                return True
            self._drop(1)

    def _drop(self, count: int) -> None:
        del self._held[:count]
        self.dropped += count


def checksum(data: bytes) -> int:
    """Return the CRC-16 of the profiles: polynomial 1021, initial value FFFF."""
    return crc_hqx(data, 0xFFFF)
