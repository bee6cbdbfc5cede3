"""Where the FAT file systems of an image lie, and how each is laid out.

Sources: Microsoft's FAT specification 1.03 (fields, number of clusters decides the width of the
table); as Linux does, a volume without the 16-bit table size is FAT32, however small.
"""

from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from parsers.contract import Content
from parsers.errors import ParseError

SECTOR = 512
"""Unit of a partition table, and how much of a volume's first sector has fields."""

SIGNATURE = b"\x55\xaa"
SIGNATURE_AT = 510

PARTITIONS_AT = 446
PARTITIONS = 4
FAT_TYPES = frozenset({0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E})
"""Partition types of FAT12, FAT16 and FAT32 volumes."""

MOST_FAT12 = 4_084
MOST_FAT16 = 65_524
"""Largest numbers of clusters; a volume with more has the wider table."""

DIRECTORY_ENTRY = 32
ONE_TABLE_ONLY = 0x80
"""Flag of a FAT32 volume that keeps only one of its tables up to date."""

_PARTITION = Struct("<B3xB3xII")
_PARAMETERS = Struct("<HBHBHHBH8xIIH2xI")
_PARAMETERS_AT = 11
_JUMPS = (0xEB, 0xE9)


@dataclass(frozen=True, slots=True)
class Volume:
    """The layout of one FAT volume; offsets and lengths in bytes, offsets from the image's start.

    All of it lies within the image.
    """

    begin: int
    width: int
    """Bits of an entry of the table: 12, 16 or 32."""
    tables: tuple[int, ...]
    """Where the copies of the table begin."""
    table_length: int
    root: int
    """Where the root directory begins (FAT12, FAT16)."""
    root_length: int
    """0 on FAT32."""
    root_cluster: int
    """Where the root directory begins (FAT32), else 0."""
    data: int
    """Where cluster 2 begins."""
    cluster_length: int
    clusters: int
    """They are numbered from 2."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One used line of a partition table; offset and length in bytes."""

    number: int
    kind: int
    begin: int
    length: int


def looks_like_volume(head: bytes) -> bool:
    """Say whether `head` begins with a boot sector that has the fields of a FAT volume."""
    if len(head) < SECTOR or head[SIGNATURE_AT:SECTOR] != SIGNATURE or head[0] not in _JUMPS:
        return False
    sector, per_cluster, reserved, tables, *_ = _PARAMETERS.unpack_from(head, _PARAMETERS_AT)
    return (
        sector in (512, 1024, 2048, 4096)
        and per_cluster.bit_count() == 1
        and reserved > 0
        and tables in (1, 2)
    )


def looks_partitioned(head: bytes) -> bool:
    """Say whether `head` begins with a partition table that has a FAT volume in it."""
    if len(head) < SECTOR or head[SIGNATURE_AT:SECTOR] != SIGNATURE:
        return False
    lines = list(_partition_lines(head))
    active = {status for status, *_ in lines}
    return active <= {0x00, 0x80} and any(kind in FAT_TYPES for _, kind, *_ in lines)


def volumes_of(image: Content) -> tuple[tuple[Volume, ...], tuple[Partition, ...]]:
    """Return all FAT volumes of `image`, and the partitions that hold something else.

    Raises ParseError when there is no FAT volume, or one that does not fit into the image.
    """
    head = image[:SECTOR]
    if looks_like_volume(head):
        return (read_volume(image, 0, len(image)),), ()
    if not looks_partitioned(head):
        raise ParseError("neither a FAT boot sector nor a partition table with one", offset=0)
    partitions = _partitions(head, len(image))
    ours = [each for each in partitions if each.kind in FAT_TYPES]
    others = [each for each in partitions if each.kind not in FAT_TYPES]
    return tuple(read_volume(image, each.begin, each.length) for each in ours), tuple(others)


def read_volume(image: Content, begin: int, length: int) -> Volume:
    """Return the volume whose boot sector is at `begin`; raise ParseError beyond `length` bytes."""
    boot = image[begin : begin + SECTOR]
    if not looks_like_volume(boot):
        raise ParseError("no FAT boot sector", offset=begin)
    fields = _Parameters(*_PARAMETERS.unpack_from(boot, _PARAMETERS_AT))
    end = begin + fields.volume_length
    if fields.volume_length > length:
        reason = f"a volume of {fields.volume_length:,} bytes does not fit into {length:,}"
        raise ParseError(reason, offset=begin + 19)
    table = begin + fields.reserved * fields.sector
    root = table + fields.tables * fields.table_length
    data = root + -(-fields.root_length // fields.sector) * fields.sector
    volume = Volume(
        begin=begin,
        width=fields.width((end - data) // fields.cluster_length),
        tables=tuple(range(table, root, fields.table_length)) if fields.table_length else (),
        table_length=fields.table_length,
        root=root,
        root_length=fields.root_length,
        root_cluster=fields.root_cluster if fields.is_fat32 else 0,
        data=data,
        cluster_length=fields.cluster_length,
        clusters=(end - data) // fields.cluster_length,
    )
    _refuse(volume, fields)
    return volume


class _Parameters(NamedTuple):
    """The fields of a boot sector from byte 11 on."""

    sector: int
    sectors_per_cluster: int
    reserved: int
    tables: int
    root_entries: int
    sectors_16: int
    media: int
    table_16: int
    sectors_32: int
    table_32: int
    flags: int
    root_cluster: int

    @property
    def is_fat32(self) -> bool:
        return self.table_16 == 0

    @property
    def volume_length(self) -> int:
        return (self.sectors_16 or self.sectors_32) * self.sector

    @property
    def table_length(self) -> int:
        return (self.table_32 if self.is_fat32 else self.table_16) * self.sector

    @property
    def root_length(self) -> int:
        return 0 if self.is_fat32 else self.root_entries * DIRECTORY_ENTRY

    @property
    def cluster_length(self) -> int:
        return self.sectors_per_cluster * self.sector

    def width(self, clusters: int) -> int:
        if self.is_fat32:
            return 32
        return 12 if clusters <= MOST_FAT12 else 16


def _refuse(volume: Volume, fields: _Parameters) -> None:
    """Raise ParseError when `volume` has no clusters, or a table that is not for them."""
    if volume.clusters < 1:
        raise ParseError("a volume without room for files", offset=volume.begin + 19)
    if (volume.clusters + 2) * volume.width > volume.table_length * 8:
        reason = f"a table of {volume.table_length:,} bytes for {volume.clusters:,} clusters"
        raise ParseError(reason, offset=volume.begin + 22)
    if volume.width == 16 and volume.clusters > MOST_FAT16:
        reason = f"{volume.clusters:,} clusters are too many for FAT16"
        raise ParseError(reason, offset=volume.begin + 19)
    if fields.is_fat32 and fields.flags & ONE_TABLE_ONLY:
        raise ParseError("keeps only one of its tables", offset=volume.begin + 40)


def _partition_lines(head: bytes) -> list[tuple[int, int, int, int]]:
    end = PARTITIONS_AT + PARTITIONS * _PARTITION.size
    return list(_PARTITION.iter_unpack(head[PARTITIONS_AT:end]))


def _partitions(head: bytes, image_length: int) -> list[Partition]:
    found: list[Partition] = []
    for number, (_, kind, first, sectors) in enumerate(_partition_lines(head), start=1):
        if kind == 0:
            continue
        begin, length = first * SECTOR, sectors * SECTOR
        offset = PARTITIONS_AT + (number - 1) * _PARTITION.size + 8
        if begin == 0 or begin + length > image_length:
            raise ParseError(f"partition {number} does not lie within the image", offset=offset)
        for other in found:
            if begin < other.begin + other.length and other.begin < begin + length:
                reason = f"partitions {other.number} and {number} overlap"
                raise ParseError(reason, offset=offset)
        found.append(Partition(number, kind, begin, length))
    return found
