"""The two checksums of the media profiles. They find damage, never a careful forger."""

from binascii import crc_hqx
from zlib import crc32 as _crc32


def crc16(raw: bytes) -> int:
    """Return the CRC-16 of `raw`: polynomial 1021, not reflected, initial value FFFF."""
    return crc_hqx(raw, 0xFFFF)


def crc32(raw: bytes | bytearray | memoryview, before: int = 0) -> int:
    """Return the CRC-32 of `raw`: polynomial EDB88320 reflected, as zlib and Ethernet have it.

    `before` is the CRC of what stands before it.
    """
    return _crc32(raw, before)
