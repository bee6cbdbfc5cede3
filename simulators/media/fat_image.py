"""Formats a small FAT16 volume with files in its root directory, as a card reader would show it.

Only what the profiles need: names of eight and three characters, one folder, no timestamps.
`parsers.media.fat` is tested against mkfs.vfat and mtools, too, so the two never agree on a
mistake of ours.
"""

from collections.abc import Mapping
from struct import Struct, pack

SECTOR = 512
SECTORS_PER_CLUSTER = 4
CLUSTER = SECTOR * SECTORS_PER_CLUSTER
TABLES = 2
ROOT_ENTRIES = 512
LEAST_CLUSTERS = 4_096
"""Fewer than 4,085 would make the volume FAT12."""
MOST_CLUSTERS = 65_524

PARTITION_BEGIN = 63
"""First sector of the volume where there is a partition table: the second track of a card."""

_BOOT = Struct("<3s8sHBHBHHBHHHIIBBBI11s8s448x2s")
_ENTRY = Struct("<11sB14xHI")
_PARTITION = Struct("<B3xB3xII")
_FIXED = 0xF8
"""Media byte of a fixed disk, as cards have it."""
_END_OF_CHAIN = 0xFFFF
_ARCHIVE = 0x20
_FAT16 = 0x06
_SIGNATURE = b"\x55\xaa"


def fat_image(files: Mapping[str, bytes], *, serial: int = 0, partitioned: bool = False) -> bytes:
    """Return a volume with `files` by name (`NAME.EXT`), alone or as the only partition.

    Raises ValueError for a name that does not fit, and for more than a FAT16 volume holds.
    """
    used = sum(_clusters(content) for content in files.values())
    clusters = max(LEAST_CLUSTERS, used)
    if used > MOST_CLUSTERS or len(files) > ROOT_ENTRIES:
        raise ValueError(f"{len(files)} files in {used:,} clusters do not fit into the volume")
    begin = PARTITION_BEGIN if partitioned else 0
    table_sectors = -(-(clusters + 2) * 2 // SECTOR)
    table = [0xFF00 | _FIXED, _END_OF_CHAIN]
    entries, data = bytearray(), bytearray()
    for name, content in files.items():
        first = len(table) if content else 0
        entries += _ENTRY.pack(_short_name(name), _ARCHIVE, first, len(content))
        count = _clusters(content)
        table += [*range(first + 1, first + count), _END_OF_CHAIN][: count or 0]
        data += content.ljust(count * CLUSTER, b"\0")
    parts = (
        _boot_sector(clusters, table_sectors, hidden=begin, serial=serial),
        pack(f"<{len(table)}H", *table).ljust(table_sectors * SECTOR, b"\0") * TABLES,
        entries.ljust(ROOT_ENTRIES * _ENTRY.size, b"\0"),
        data.ljust(clusters * CLUSTER, b"\0"),
    )
    volume = b"".join(parts)
    return (_partition_table(begin, len(volume) // SECTOR) if partitioned else b"") + volume


def _clusters(content: bytes) -> int:
    return -(-len(content) // CLUSTER)


def _short_name(name: str) -> bytes:
    base, _, suffix = name.partition(".")
    if not 1 <= len(base) <= 8 or len(suffix) > 3 or name != name.upper():
        raise ValueError(f"{name!r} is no name of eight and three capitals")
    return base.ljust(8).encode("ascii") + suffix.ljust(3).encode("ascii")


def _boot_sector(clusters: int, table_sectors: int, *, hidden: int, serial: int) -> bytes:
    root_sectors = ROOT_ENTRIES * _ENTRY.size // SECTOR
    sectors = 1 + TABLES * table_sectors + root_sectors + clusters * SECTORS_PER_CLUSTER
    is_small = sectors < 1 << 16
    return _BOOT.pack(
        b"\xeb\x3c\x90",
        b"ZEROTAPE",
        SECTOR,
        SECTORS_PER_CLUSTER,
        1,
        TABLES,
        ROOT_ENTRIES,
        sectors if is_small else 0,
        _FIXED,
        table_sectors,
        63,
        16,
        hidden,
        0 if is_small else sectors,
        0x80,
        0,
        0x29,
        serial,
        b"NO NAME    ",
        b"FAT16   ",
        _SIGNATURE,
    )


def _partition_table(begin: int, sectors: int) -> bytes:
    line = _PARTITION.pack(0, _FAT16, begin, sectors)
    head = bytes(446) + line + bytes(3 * _PARTITION.size) + _SIGNATURE
    return head.ljust(begin * SECTOR, b"\0")
