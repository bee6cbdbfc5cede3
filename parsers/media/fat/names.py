"""Names in a folder: eight and three characters, and the long names before them."""

from dataclasses import dataclass
from struct import Struct

LONG_LAST = 0x40
MOST_PARTS = 20
"""Of a long name: 260 characters."""

_PART = Struct("<B10sBBB12sH4s")
_LOWER_BASE = 0x08
_LOWER_SUFFIX = 0x10
_CASE_AT = 12
_SHORT = 11


@dataclass(frozen=True, slots=True)
class LongName:
    """Parts of a long name as they come, the last part first."""

    parts: tuple[bytes, ...]
    missing: int
    """How many parts are still to come."""
    checksum: int

    def name(self, short: bytes) -> str | None:
        """Return the name if it is whole and belongs to `short`, else None."""
        if self.missing or self.checksum != checksum(short):
            return None
        units = b"".join(reversed(self.parts)).decode("utf-16-le", "surrogatepass")
        name = units.partition("\0")[0]
        return name if name and _sound(name) else None


def with_part(entry: bytes, begun: LongName | None) -> LongName | None:
    """Return `begun` with the part in `entry`; None when it does not follow."""
    number, one, _, _, check, two, _, three = _PART.unpack(entry)
    text = one + two + three
    if number & LONG_LAST:
        number &= ~LONG_LAST
        return LongName((text,), number - 1, check) if 1 <= number <= MOST_PARTS else None
    if begun is None or number != begun.missing or check != begun.checksum or not number:
        return None
    return LongName((*begun.parts, text), number - 1, check)


def short_name(entry: bytes) -> str | None:
    """Return the name of eight and three characters in `entry`, None when it is none."""
    raw = entry[:_SHORT]
    if raw[0] == 0x05:  # stands for E5, which would mark a deleted entry
        raw = b"\xe5" + raw[1:]
    base, suffix = (part.decode("cp437").rstrip(" ") for part in (raw[:8], raw[8:]))
    case = entry[_CASE_AT]
    base = base.lower() if case & _LOWER_BASE else base
    suffix = suffix.lower() if case & _LOWER_SUFFIX else suffix
    name = f"{base}.{suffix}" if suffix else base
    return name if _sound(name) else None


def checksum(short: bytes) -> int:
    """Return the checksum by which a long name knows the first 11 bytes of its entry."""
    value = 0
    for byte in short[:_SHORT]:
        value = ((value >> 1) + ((value & 1) << 7) + byte) & 0xFF
    return value


def _sound(name: str) -> bool:
    """Say that `name` can be shown, and names nothing outside its folder."""
    return name.isprintable() and name not in ("", ".", "..") and not set(name) & set("/\\")
